import { defineCommand } from "../../../command.ts";
import type { ApiResource } from "../../../discovery/api-resource.ts";
import { CommandError } from "../../../errors.ts";
import type { Kubectl } from "../../../kubectl.ts";
import { allNamespacesFlag } from "../../../resources/flags.ts";

export default defineCommand({
  usage: "can-i VERB [TYPE | TYPE/NAME | NONRESOURCEURL]",
  description:
    "Ask whether an action is allowed.\n\n" +
    "VERB is a verb of the Kubernetes API, such as 'get', 'list', 'watch' or 'delete'. TYPE is a " +
    "resource; short names and groups work. NONRESOURCEURL is the path of a URL and begins with " +
    '"/". NAME is the name of one resource. With --as, it is asked for somebody else.',
  examples: [
    {
      about: "May I create pods in any namespace?",
      command: "kubectl auth can-i create pods --all-namespaces",
    },
    {
      about: "May I list deployments in my namespace?",
      command: "kubectl auth can-i list deployments.apps",
    },
    {
      about: "May the service account foo of the namespace dev list the pods of prod?",
      command: "kubectl auth can-i list pods --as=system:serviceaccount:dev:foo -n prod",
    },
    { about: "May I do everything in my namespace?", command: "kubectl auth can-i '*' '*'" },
    {
      about: "May I get the job bar of the namespace foo?",
      command: "kubectl auth can-i list jobs.batch/bar -n foo",
    },
    { about: "May I read logs?", command: "kubectl auth can-i get pods --subresource=log" },
    { about: "May I get the URL /logs/?", command: "kubectl auth can-i get /logs/" },
    {
      about: "List all that I may do in the namespace foo",
      command: "kubectl auth can-i --list --namespace=foo",
    },
  ],
  connectsFirst: true,
  flags: {
    ...allNamespacesFlag,
    list: { type: "bool", usage: "If true, list all that is allowed." },
    "no-headers": { type: "bool", usage: "If true, list it without headers" },
    quiet: { type: "bool", short: "q", usage: "If true, only the exit code answers." },
    subresource: {
      type: "string",
      default: "",
      usage: "A subresource, such as log of pods or scale of deployments",
    },
  },
  async run(kubectl, { values, args }) {
    const { name: current } = await kubectl.namespace();
    const namespace = values["all-namespaces"] ? "" : current;
    if (values.list) {
      if (args.length > 0) {
        throw new CommandError("list option must be specified with no arguments");
      }
      if (values.quiet || values["all-namespaces"] || values.subresource) {
        throw new CommandError(
          "list option can't be specified with neither quiet, all-namespaces nor subresource options",
        );
      }
      const { listAccess } = await import("./list.ts");
      await listAccess(kubectl, namespace, values["no-headers"]);
      return 0;
    }
    const [verb = "", what = "", ...more] = args;
    if (args.length < 2 || more.length > 0) {
      throw new CommandError(
        "you must specify two arguments: verb resource or verb resource/resourceName.\n" +
          "See 'kubectl auth can-i -h' for help and examples.",
      );
    }
    const { subresource } = values;
    const spec = what.startsWith("/")
      ? pathAccess(kubectl, verb, what, subresource)
      : await resourceAccess(kubectl, { verb, what, subresource, namespace });
    if (values["no-headers"]) {
      throw new CommandError("--no-headers cannot be set without --list specified");
    }
    const { allowed, text } = await review(kubectl, spec);
    if (!values.quiet) kubectl.printLine(text);
    return allowed ? 0 : 1;
  },
});

const resourceVerbs =
  "get list watch create update patch delete deletecollection use bind impersonate * approve sign escalate attest".split(
    " ",
  );
const pathVerbs = "get put post head options delete patch *".split(" ");

/** What only servers know of: there are no objects of these. */
const undiscovered = new Set(["users", "groups"]);

/** With the empty line that the stock program leaves behind its own warnings. */
function warn(kubectl: Kubectl, text: string): void {
  kubectl.tell(`Warning: ${text}\n`);
}

function pathAccess(kubectl: Kubectl, verb: string, path: string, subresource: string): object {
  if (subresource) throw new CommandError("--subresource can not be used with NonResourceURL");
  if (!pathVerbs.includes(verb)) warn(kubectl, `verb '${verb}' is not a known verb`);
  return { nonResourceAttributes: { path, verb } };
}

interface AskedResource {
  readonly verb: string;
  /** "pods", or "pods/web". */
  readonly what: string;
  readonly subresource: string;
  readonly namespace: string;
}

async function resourceAccess(
  kubectl: Kubectl,
  { verb, what, subresource, namespace }: AskedResource,
): Promise<object> {
  const slash = what.indexOf("/");
  const type = slash < 0 ? what : what.slice(0, slash);
  const name = slash < 0 ? "" : what.slice(slash + 1);
  const found = type === "*" ? undefined : await kubectl.mapper.find(type.toLowerCase());
  if (!found && type !== "*") tellUnknown(kubectl, type.toLowerCase());
  if (namespace !== "") {
    if (found && !found.namespaced) tellClusterScoped(kubectl, found);
    if (!resourceVerbs.includes(verb)) warn(kubectl, `verb '${verb}' is not a known verb`);
  }
  return {
    resourceAttributes: {
      namespace,
      verb,
      group: found?.group ?? "",
      resource: found?.resource ?? type,
      subresource,
      name,
    },
  };
}

function tellUnknown(kubectl: Kubectl, type: string): void {
  if (undiscovered.has(type)) return;
  const [resource = "", ...group] = type.split(".");
  const place = group.length > 0 ? ` in group '${group.join(".")}'` : "";
  warn(kubectl, `the server doesn't have a resource type '${resource}'${place}`);
}

function tellClusterScoped(kubectl: Kubectl, { resource, group }: ApiResource): void {
  const place = group ? ` in group '${group}'` : "";
  warn(kubectl, `resource '${resource}' is not namespace scoped${place}`);
}

interface AccessReview {
  readonly status: {
    readonly allowed: boolean;
    readonly reason?: string;
    readonly evaluationError?: string;
  };
}

async function review(
  kubectl: Kubectl,
  spec: object,
): Promise<{ readonly allowed: boolean; readonly text: string }> {
  const rest = await kubectl.rest();
  const { status } = await rest.json<AccessReview>({
    method: "POST",
    path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    body: { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec },
  });
  const { allowed, reason, evaluationError } = status;
  if (allowed) return { allowed, text: "yes" };
  const why = [reason, evaluationError].filter(Boolean).map((text) => ` - ${text}`);
  return { allowed, text: `no${why.join("")}` };
}
