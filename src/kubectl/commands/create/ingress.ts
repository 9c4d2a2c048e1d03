import { CommandError } from "../../errors.ts";
import { defineGenerator } from "./generator.ts";
import { intOrString } from "../../writes/flag-values.ts";

export default defineGenerator({
  usage: "ingress NAME --rule=host/path=service:port[,tls[=secret]] ",
  description: "Create an ingress with the given name.",
  examples: [
    {
      about: "Send what is for foo.com/bar to port 8080 of svc1, with the certificate in my-cert",
      command: 'kubectl create ingress simple --rule="foo.com/bar=svc1:8080,tls=my-cert"',
    },
    {
      about: "Send /path of every host to a service, by another class of ingresses",
      command: 'kubectl create ingress catch-all --class=otheringress --rule="/path=svc:port"',
    },
    {
      about: "The same with annotations",
      command:
        'kubectl create ingress annotated --class=default --rule="foo.com/bar=svc:port" \\\n' +
        "--annotation ingress.annotation1=foo \\\n--annotation ingress.annotation2=bla",
    },
    {
      about: "Several paths of one host; * at the end stands for all that begins so",
      command:
        'kubectl create ingress multipath --class=default \\\n--rule="foo.com/=svc:port" \\\n--rule="foo.com/admin*=svcadmin:portadmin"',
    },
    {
      about: "A service for all that no rule is for",
      command:
        'kubectl create ingress ingdefault --class=default \\\n--default-backend=defaultsvc:http \\\n--rule="foo.com/*=svc:8080,tls=secret1"',
    },
  ],
  flags: {
    annotation: { type: "array", usage: "An annotation of the ingress, as annotation=value" },
    class: { type: "string", default: "", usage: "The class of the ingress" },
    "default-backend": {
      type: "string",
      default: "",
      usage: "The service for all that no rule is for, as svcname:port",
    },
    rule: {
      type: "array",
      usage:
        "A rule, as host/path=service:port[,tls=secretname]. A path with '*' at its end is for " +
        "all that begins so (pathType=Prefix).",
    },
  },
  resource: "ingresses",
  failure: "failed to create ingress:",
  generate(_kubectl, { name, values }) {
    const { rule: rules, class: ingressClassName, "default-backend": backend } = values;
    if (backend === "" && rules.length === 0) {
      throw new CommandError(
        "not enough information provided: every ingress has to either specify a default-backend " +
          "(which catches all traffic) or a list of rules (which catch specific paths)",
      );
    }
    const parsed = rules.map(parseRule);
    const annotations = annotationsOf(values.annotation);
    if (backend !== "" && backend.split(":").length !== 2) {
      throw new CommandError("default-backend should be in format servicename:serviceport");
    }
    const tls = tlsOf(parsed);
    return {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name, ...(values.annotation.length > 0 && { annotations }) },
      spec: {
        ...(ingressClassName && { ingressClassName }),
        ...(backend && { defaultBackend: backendOf(backend) }),
        ...(tls.length > 0 && { tls }),
        ...(parsed.length > 0 && { rules: rulesOf(parsed) }),
      },
    };
  },
});

interface Rule {
  readonly host: string;
  /** From its slash on. */
  readonly path: string;
  /** "svc:port". */
  readonly service: string;
  /** "" for the ingress controller's own certificate; undefined without TLS. */
  readonly secret: string | undefined;
}

/** Host, path, service and port, and whether its traffic is encrypted. */
const rulePattern =
  /^(?<host>[\w*\-.]*)(?<path>\/.*)=(?<service>[\w-]+:[\w-]+)(?:,tls=?(?<secret>[\w-]+)?)?/;

function parseRule(text: string): Rule {
  if (!rulePattern.test(text)) {
    throw new CommandError(
      `rule ${text} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`,
    );
  }
  const [target = "", tls, ...more] = text.split(",");
  const slash = target.indexOf("/");
  const [path = "", service = ""] = target.slice(slash).split("=");
  const secret = tls !== undefined && more.length === 0 ? (tls.split("=")[1] ?? "") : undefined;
  return { host: text.slice(0, text.indexOf("/")), path, service, secret };
}

/** Hosts with the same certificate share an entry. */
function tlsOf(rules: readonly Rule[]) {
  const entries: { hosts?: string[]; secretName?: string }[] = [];
  const seen = new Set<string>();
  for (const { host, secret } of rules) {
    if (secret === undefined || seen.has(host)) continue;
    seen.add(host);
    const same = entries.find(({ secretName = "" }) => secretName === secret);
    if (same) same.hosts = [...(same.hosts ?? []), host];
    else if (host !== "" || secret !== "") {
      entries.push({ ...(host && { hosts: [host] }), ...(secret && { secretName: secret }) });
    }
  }
  return entries;
}

/** Paths of one host stand together. */
function rulesOf(rules: readonly Rule[]) {
  const byHost = new Map<string, ReturnType<typeof pathOf>[]>();
  for (const rule of rules) {
    const paths = byHost.get(rule.host) ?? [];
    byHost.set(rule.host, [...paths, pathOf(rule)]);
  }
  return [...byHost].map(([host, paths]) => ({ ...(host && { host }), http: { paths } }));
}

function pathOf({ path, service }: Rule) {
  const isPrefix = path.endsWith("*");
  return {
    path: isPrefix ? path.slice(0, -1) : path,
    pathType: isPrefix ? "Prefix" : "Exact",
    backend: backendOf(service),
  };
}

function backendOf(text: string) {
  const [name = "", value = ""] = text.split(":");
  const port = intOrString(value);
  return { service: { name, port: typeof port === "number" ? { number: port } : { name: port } } };
}

function annotationsOf(texts: readonly string[]): Record<string, string> {
  const annotations: Record<string, string> = {};
  for (const text of texts) {
    const equals = text.indexOf("=");
    if (equals < 0) {
      throw new CommandError(`annotation ${text} is invalid and should be in format key=[value]`);
    }
    annotations[text.slice(0, equals)] = text.slice(equals + 1);
  }
  return annotations;
}
