import { concatBytes, text } from "#base/bytes.ts";
import { isRow } from "#machinery/json.ts";
import { defineCommand } from "../../../command.ts";
import { CommandError, messageOf } from "../../../errors.ts";
import type { Kubectl } from "../../../kubectl.ts";
import type { KubeObject } from "../../../objects.ts";
import { fileQuery, selectorFlag } from "../../../resources/flags.ts";
import { selected } from "../../../resources/selection.ts";
import { dryRunOf } from "../../../writes/dry-run.ts";
import { changeObjects, refuseLocalServer, setFlags, throwCollected } from "../change.ts";
import { containersOf, podSpecOf } from "../pod-spec.ts";
import { ReferenceReader, referenceText } from "./references.ts";
import {
  parseEnvironment,
  refuseOverwrites,
  splitEnvironment,
  updateEnvironment,
  variableName,
} from "./variables.ts";
import type { EnvironmentChanges, Variable } from "./variables.ts";

export default defineCommand({
  usage: "env RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N",
  description:
    "Change the environment variables of containers.\n\n" +
    "Variables can be listed, set and removed, in all containers of the resources or in those whose " +
    'names are given, with wildcards. With "--env -", they are read from the standard input.\n\n' +
    "Resources that have containers:\n\n" +
    "        pod (po), replicationcontroller (rc), deployment (deploy), daemonset (ds), " +
    "statefulset (sts), cronjob (cj), replicaset (rs)",
  examples: [
    {
      about: "Give the deployment registry one more variable",
      command: "kubectl set env deployment/registry STORAGE_DIR=/local",
    },
    {
      about: "List the variables of a deployment",
      command: "kubectl set env deployment/sample-build --list",
    },
    { about: "List the variables of all pods", command: "kubectl set env pods --all --list" },
    {
      about: "Set ENV in all replication controllers",
      command: "kubectl set env rc --all ENV=prod",
    },
    {
      about: "Take the variables from a secret",
      command: "kubectl set env --from=secret/mysecret deployment/myapp",
    },
    {
      about: "Take them from a config map, with a prefix",
      command: "kubectl set env --from=configmap/myconfigmap --prefix=MYSQL_ deployment/myapp",
    },
    {
      about: "Take one key of a config map",
      command:
        "kubectl set env --keys=my-example-key --from=configmap/myconfigmap deployment/myapp",
    },
    {
      about: "Remove ENV from the container c1 of all deployments",
      command: 'kubectl set env deployments --all --containers="c1" ENV-',
    },
    {
      about: "Take some of the shell's own variables",
      command: "env | grep RAILS_ | kubectl set env -e - deployment/registry",
    },
  ],
  flags: {
    ...setFlags,
    ...selectorFlag,
    containers: {
      type: "string",
      short: "c",
      default: "*",
      usage: "Names of the containers to change; wildcards may be used",
    },
    env: {
      type: "array",
      short: "e",
      usage: "A key and a value of a variable that each container is to have.",
    },
    from: { type: "string", default: "", usage: "The resource to take variables from" },
    keys: { type: "list", usage: "Keys to take from that resource, separated by commas" },
    list: { type: "bool", usage: "If true, show the variables, with the changes." },
    overwrite: {
      type: "bool",
      default: true,
      usage: "If true, variables that are there may get other values.",
    },
    prefix: { type: "string", default: "", usage: "Stands before the names of the variables" },
    resolve: { type: "bool", usage: "If true, list the values that variables refer to" },
  },
  async run(kubectl, { values, args }) {
    const { all, local, selector } = values;
    if (all && selector) {
      throw new CommandError("cannot set --all and --selector at the same time");
    }
    const { resources, changes: words } = splitEnvironment(args);
    const dryRun = dryRunOf(kubectl, values["dry-run"]);
    check();
    const changes = await parseEnvironment([...values.env, ...words], () => readInput(kubectl));
    if (values.from) {
      const query = selected({ args: [values.from], all, local, selector });
      for (const { object } of await kubectl.findAll(query)) {
        changes.set.push(...variablesFrom(kubectl, object, values.keys));
      }
    }
    for (const variable of changes.set) variable.name = values.prefix + variable.name;
    const infos = await kubectl.findAll(
      selected({ args: resources, files: fileQuery(values), all, local, selector }),
    );
    const options = {
      values,
      dryRun,
      operation: "env updated",
      failure: "failed to patch env update to pod template:",
    };
    if (values.list) {
      for (const { object } of infos) if (object) await list(object).catch(() => undefined);
      return;
    }
    const errors = await changeObjects(kubectl, infos, options, (object) => {
      changeContainers(object);
    });
    throwCollected(errors);

    function check(): void {
      refuseLocalServer(local, dryRun);
      if (values.filename.length === 0 && resources.length === 0) {
        throw new CommandError(
          "one or more resources must be specified as <resource> <name> or <resource>/<name>",
        );
      }
      if (values.list && values.output) {
        throw new CommandError("--list and --output may not be specified together");
      }
      if (values.keys.length > 0 && !values.from) {
        throw new CommandError(
          "when specifying --keys, a configmap or secret must be provided with --from",
        );
      }
    }

    function changeContainers(object: KubeObject) {
      const containers = containersOf(podSpecOf(object), values.containers);
      if (containers.length === 0) {
        const name = `${object.kind}/${object.metadata.name ?? ""}`;
        kubectl.tell(
          `Warning: ${name} does not have any containers matching ${JSON.stringify(values.containers)}`,
        );
      }
      for (const container of containers) {
        const existing = container.env ?? [];
        if (!values.overwrite) refuseOverwrites(existing, changes.set);
        const next = updateEnvironment(existing, changes);
        if (next.length > 0) container.env = next;
        else delete container.env;
      }
      return containers;
    }

    async function list(object: KubeObject): Promise<void> {
      const reader = new ReferenceReader(kubectl);
      for (const container of changeContainers(object)) {
        const { kind, metadata } = object;
        kubectl.printLine(`# ${kind} ${metadata.name ?? ""}, container ${container.name}`);
        const failures = new Map<string, string[]>();
        for (const { name, value = "", valueFrom } of container.env ?? []) {
          if (!valueFrom) {
            kubectl.printLine(`${name}=${value}`);
            continue;
          }
          const reference = `# ${name} from ${referenceText(valueFrom)}`;
          if (!values.resolve) {
            kubectl.printLine(reference);
            continue;
          }
          try {
            kubectl.printLine(`${name}=${await reader.value(valueFrom, object, container)}`);
          } catch (error) {
            kubectl.printLine(reference);
            const message = messageOf(error);
            failures.set(message, [...(failures.get(message) ?? []), name]);
          }
        }
        const told = [...failures].map(
          ([message, names]) =>
            `error retrieving reference for ${names.toSorted().join(", ")}: ${message}`,
        );
        for (const line of told.toSorted()) kubectl.tell(line);
      }
    }
  },
});

/** Each key of a secret or config map as a reference to it. */
function variablesFrom(
  kubectl: Kubectl,
  object: KubeObject | undefined,
  keys: readonly string[],
): EnvironmentChanges["set"] {
  const isSecret = object?.kind === "Secret";
  if (!object || (!isSecret && object.kind !== "ConfigMap")) {
    throw new CommandError("unsupported resource specified in --from");
  }
  const data = isRow(object.data) ? Object.keys(object.data) : [];
  const wanted = data.filter((key) => keys.length === 0 || keys.includes(key)).toSorted();
  return wanted.map((key): Variable => {
    const name = variableName(key);
    if (name !== key) kubectl.tell(`Warning: key ${key} transferred to ${name}`);
    const reference = { name: object.metadata.name ?? "", key };
    return {
      name,
      valueFrom: isSecret ? { secretKeyRef: reference } : { configMapKeyRef: reference },
    };
  });
}

async function readInput(kubectl: Kubectl): Promise<string> {
  const chunks = [];
  for await (const chunk of kubectl.host.stdin.chunks(kubectl.signal)) chunks.push(chunk);
  return text(concatBytes(chunks));
}
