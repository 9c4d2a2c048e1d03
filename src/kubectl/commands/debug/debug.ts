import { parseYaml } from "#machinery/codec/yaml.ts";
import { isRow } from "#machinery/json.ts";
import { nameSuffix } from "#base/random.ts";
import { CommandError } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { attachToPod, waitForPod } from "../../streams/attach.ts";
import { findContainer } from "../../streams/containers.ts";
import type { ContainerObject, PodObject } from "../../streams/pod-object.ts";
import { patchedLocally } from "../../writes/local-patch.ts";
import { strategicPatch } from "../../writes/patch.ts";
import { isImageName } from "../run/image-name.ts";
import { dropUnkept, profileOf } from "./profiles.ts";
import type { DebugStyle } from "./profiles.ts";

export interface DebugOptions {
  readonly targets: readonly string[];
  /** The command, or its arguments. */
  readonly words: readonly string[];
  readonly attaches: boolean;
  readonly attachGiven: boolean;
  readonly sharesProcesses: boolean | undefined;
  readonly environment: ReadonlyMap<string, string>;
  readonly images: ReadonlyMap<string, string>;
  readonly values: {
    readonly "arguments-only": boolean;
    readonly container: string;
    readonly "copy-to": string;
    readonly custom: string;
    readonly filename: readonly string[];
    readonly image: string;
    readonly "image-pull-policy": string;
    readonly "keep-annotations": boolean;
    readonly "keep-init-containers": boolean;
    readonly "keep-labels": boolean;
    readonly "keep-liveness": boolean;
    readonly "keep-readiness": boolean;
    readonly "keep-startup": boolean;
    readonly profile: string;
    readonly quiet: boolean;
    readonly replace: boolean;
    readonly "same-node": boolean;
    readonly stdin: boolean;
    readonly target: string;
    readonly tty: boolean;
  };
}

/** What was made; no container where only images are others. */
interface Made {
  readonly pod: PodObject;
  readonly container: string | undefined;
}

export async function debug(kubectl: Kubectl, options: DebugOptions): Promise<void> {
  const { values, targets, attaches } = options;
  profileOf(values.profile);
  const custom = values.custom ? await readCustom(kubectl, values.custom) : undefined;
  check(kubectl, options, custom);
  const isPair = targets.some((target) => target.includes("/"));
  const infos = await kubectl.findAll({
    ...(targets.length > 0 && { args: isPair ? targets : ["pods", ...targets] }),
    files: { filenames: values.filename },
    lists: "items",
    latest: true,
  });
  for (const info of infos) {
    const { pod, container } = await make(kubectl, info, options, custom);
    if (attaches && container !== undefined) await attach(kubectl, pod, container, options);
  }
}

async function make(
  kubectl: Kubectl,
  { object, resource }: ResourceInfo,
  options: DebugOptions,
  custom: ContainerObject | undefined,
): Promise<Made> {
  const isCore = resource.group === "" && resource.version === "v1";
  if (isCore && resource.kind === "Node") {
    return await onNode(kubectl, object?.metadata.name ?? "", options, custom);
  }
  if (!isCore || resource.kind !== "Pod") {
    const version = resource.group
      ? `${resource.group}/${resource.version}`
      : `/${resource.version}`;
    throw new CommandError(`"${version}, Kind=${resource.kind}" not supported by debug`);
  }
  const pod = object as PodObject;
  return options.values["copy-to"]
    ? await byCopy(kubectl, pod, options, custom)
    : await byEphemeralContainer(kubectl, pod, options, custom);
}

/** Throws at flags that contradict each other. */
function check(kubectl: Kubectl, options: DebugOptions, custom: ContainerObject | undefined): void {
  const { values, words, images, targets } = options;
  const { image, container } = values;
  const refuse = (why: string): never => {
    throw new CommandError(why);
  };
  if (options.attaches && options.attachGiven && !image && !container) {
    refuse(
      "you must specify --container or create a new container using --image in order to attach.",
    );
  }
  if (values["copy-to"]) {
    if (!image && images.size === 0 && words.length === 0) {
      refuse("you must specify --image, --set-image or command arguments.");
    }
    if (words.length > 0 && !container && !image) {
      refuse("you must specify an existing container or a new image when specifying args.");
    }
  } else {
    if (values.replace) refuse("--replace may only be used with --copy-to.");
    if (values["same-node"]) refuse("--same-node may only be used with --copy-to.");
    if (images.size > 0) refuse("--set-image may only be used with --copy-to.");
    if (!image) refuse("you must specify --image when not using --copy-to.");
  }
  const wrong = (name: string) => `invalid image name ${JSON.stringify(name)}`;
  if (image && !isImageName(image)) refuse(`${wrong(image)}: invalid reference format`);
  if (targets.length === 0 && values.filename.length === 0) {
    refuse("NAME or filename is required for debug");
  }
  const policy = values["image-pull-policy"];
  if (!["", "Always", "IfNotPresent", "Never"].includes(policy)) {
    refuse(`invalid image pull policy: ${policy}`);
  }
  for (const [name, value] of images) {
    if (!isImageName(value)) {
      refuse(`${wrong(value)} for container ${JSON.stringify(name)}: invalid reference format`);
    }
  }
  if (values.target) {
    if (values["copy-to"]) {
      refuse("--target is incompatible with --copy-to. Use --share-processes instead.");
    }
    if (!values.quiet) {
      kubectl.printLine(
        `Targeting container ${JSON.stringify(values.target)}. If you don't see processes from this container it may be because the container runtime doesn't support this feature.`,
      );
    }
  }
  if (values.tty && !values.stdin) {
    refuse("-i/--stdin is required for containers with -t/--tty=true");
  }
  const fixed = ["name", "command", "image", "lifecycle", "volumeDevices"];
  if (custom && fixed.some((field) => custom[field] !== undefined)) {
    refuse(
      "name, command, image, lifecycle and volume devices are not modifiable via custom profile",
    );
  }
  if (values.profile === "legacy") {
    kubectl.tell(
      '--profile=legacy is deprecated and will be removed in the future. It is recommended to explicitly specify a profile, for example "--profile=general".',
    );
  }
}

async function readCustom(kubectl: Kubectl, path: string): Promise<ContainerObject> {
  let text: string;
  try {
    text = await kubectl.host.files.readText(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`must pass a container spec json file for custom profile: ${why}`);
  }
  const value = parseYaml(text)[0]?.value;
  if (isRow(value)) return value as unknown as ContainerObject;
  throw new CommandError(`${path} does not contain a valid container spec`);
}

function newContainer(name: string, { values, words, environment }: DebugOptions): ContainerObject {
  const policy = values["image-pull-policy"];
  return {
    name,
    image: values.image,
    ...(words.length > 0 && { [values["arguments-only"] ? "args" : "command"]: [...words] }),
    ...(environment.size > 0 && { env: envOf(environment) }),
    ...(policy && { imagePullPolicy: policy }),
    ...(values.stdin && { stdin: true }),
    ...(values.tty && { tty: true }),
    terminationMessagePolicy: "File",
  };
}

function envOf(environment: ReadonlyMap<string, string>) {
  return [...environment].map(([name, value]) => ({ name, value }));
}

/** The profile's word on the container, then the person's own. */
async function shaped(
  pod: PodObject,
  container: ContainerObject,
  {
    style,
    options,
    custom,
  }: {
    readonly style: DebugStyle;
    readonly options: DebugOptions;
    readonly custom: ContainerObject | undefined;
  },
): Promise<PodObject> {
  profileOf(options.values.profile)(pod, container, style);
  if (!custom) return pod;
  const list = style === "ephemeral" ? "ephemeralContainers" : "containers";
  const patch = { spec: { [list]: [{ ...custom, name: container.name }] } };
  return (await patchedLocally(pod, patch, "strategic")) as PodObject;
}

async function byEphemeralContainer(
  kubectl: Kubectl,
  pod: PodObject,
  options: DebugOptions,
  custom: ContainerObject | undefined,
): Promise<Made> {
  const name = containerName(kubectl, pod, options);
  const { target } = options.values;
  const container = {
    ...newContainer(name, options),
    ...(target && { targetContainerName: target }),
  };
  const copy = structuredClone(pod);
  copy.spec.ephemeralContainers = [...(copy.spec.ephemeralContainers ?? []), container];
  const changed = await shaped(copy, container, { style: "ephemeral", options, custom });
  const rest = await kubectl.rest();
  const { namespace = "", name: podName = "" } = pod.metadata;
  const result = await rest.json<PodObject>({
    method: "PATCH",
    path: `/api/v1/namespaces/${namespace}/pods/${podName}/ephemeralcontainers`,
    contentType: "application/strategic-merge-patch+json",
    body: await strategicPatch(pod, changed),
  });
  return { pod: result, container: name };
}

async function byCopy(
  kubectl: Kubectl,
  pod: PodObject,
  options: DebugOptions,
  custom: ContainerObject | undefined,
): Promise<Made> {
  const { copy, container } = copied(kubectl, pod, options);
  let made: PodObject = copy;
  if (container) {
    const { values } = options;
    dropUnkept(copy, values.profile, {
      labels: values["keep-labels"],
      annotations: values["keep-annotations"],
      liveness: values["keep-liveness"],
      readiness: values["keep-readiness"],
      startup: values["keep-startup"],
      initContainers: values["keep-init-containers"],
    });
    made = await shaped(copy, container, { style: "copy", options, custom });
  }
  const created = await create(kubectl, made);
  if (options.values.replace) {
    const { namespace = "", name = "" } = pod.metadata;
    const rest = await kubectl.rest();
    await rest.send({
      method: "DELETE",
      path: `/api/v1/namespaces/${namespace}/pods/${name}`,
      body: { apiVersion: "v1", kind: "DeleteOptions", gracePeriodSeconds: 0 },
    });
  }
  return { pod: created, container: container?.name };
}

/** The copy, and the container of it that is looked into. */
function copied(
  kubectl: Kubectl,
  pod: PodObject,
  options: DebugOptions,
): { copy: PodObject; container: ContainerObject | undefined } {
  const { values, images, words, environment, sharesProcesses } = options;
  const { namespace = "", annotations, labels } = structuredClone(pod.metadata);
  const spec = structuredClone(pod.spec);
  delete spec.ephemeralContainers;
  if (sharesProcesses !== undefined) spec.shareProcessNamespace = sharesProcesses;
  if (!values["same-node"]) delete spec.nodeName;
  for (const one of spec.containers) {
    const image = images.get(one.name) ?? images.get("*");
    if (image) one.image = image;
  }
  const copy: PodObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: values["copy-to"],
      namespace,
      ...(annotations && { annotations }),
      ...(labels && { labels }),
    },
    spec,
    status: {},
  };
  const found = findContainer(copy, values.container)?.container;
  if (!found) {
    if (!values.image && images.size > 0) return { copy, container: undefined };
    if (!values.image) throw new CommandError("you must specify image when creating new container");
    const container = newContainer(containerName(kubectl, copy, options), options);
    spec.containers.push(container);
    return { copy, container };
  }
  if (words.length > 0) {
    found[values["arguments-only"] ? "args" : "command"] = [...words];
    if (!values["arguments-only"]) delete found.args;
  }
  if (environment.size > 0) found.env = envOf(environment);
  if (values.image) found.image = values.image;
  if (values["image-pull-policy"]) found.imagePullPolicy = values["image-pull-policy"];
  found.stdin = values.stdin;
  found.tty = values.tty;
  return { copy, container: found };
}

async function onNode(
  kubectl: Kubectl,
  node: string,
  options: DebugOptions,
  custom: ContainerObject | undefined,
): Promise<Made> {
  const { values } = options;
  const containerName = values.container || "debugger";
  const name = `node-debugger-${node}-${nameSuffix(kubectl.host.random, 5)}`;
  if (!values.quiet) {
    kubectl.printLine(
      `Creating debugging pod ${name} with container ${containerName} on node ${node}.`,
    );
  }
  const container = newContainer(containerName, options);
  const pod: PodObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: (await kubectl.namespace()).name,
      labels: { "app.kubernetes.io/managed-by": "kubectl-debug" },
    },
    spec: {
      containers: [container],
      nodeName: node,
      restartPolicy: "Never",
      tolerations: [{ operator: "Exists" }],
    },
    status: {},
  };
  const made = await shaped(pod, container, { style: "node", options, custom });
  return { pod: await create(kubectl, made), container: containerName };
}

async function create(kubectl: Kubectl, pod: PodObject): Promise<PodObject> {
  const rest = await kubectl.rest();
  const path = `/api/v1/namespaces/${pod.metadata.namespace ?? ""}/pods`;
  return await rest.json<PodObject>({ method: "POST", path, body: pod });
}

function containerName(kubectl: Kubectl, pod: PodObject, { values }: DebugOptions): string {
  if (values.container) return values.container;
  let name: string;
  do name = `debugger-${nameSuffix(kubectl.host.random, 5)}`;
  while (findContainer(pod, name));
  if (!values.quiet) kubectl.printLine(`Defaulting debug container name to ${name}.`);
  return name;
}

async function attach(
  kubectl: Kubectl,
  { metadata }: PodObject,
  container: string,
  { values }: DebugOptions,
): Promise<void> {
  const at = { namespace: metadata.namespace ?? "", name: metadata.name ?? "" };
  const told = new Set<string>();
  const pod = await waitForPod(kubectl, at, 0, (now) => {
    const state = stateOf(now, container);
    const waiting = state?.waiting?.message;
    if (waiting && !values.quiet && !told.has(waiting)) {
      told.add(waiting);
      kubectl.tell(`Warning: container ${container}: ${waiting}`);
    }
    return Boolean(state?.running ?? state?.terminated);
  });
  const { stdin, tty, quiet } = values;
  if (stateOf(pod, container)?.terminated) {
    const rest = await kubectl.rest();
    const path = `/api/v1/namespaces/${at.namespace}/pods/${at.name}/log`;
    const chunks = rest.stream({ path, query: { container } }, kubectl.signal);
    for await (const bytes of chunks) kubectl.print(bytes);
    return;
  }
  await attachToPod(kubectl, pod, { container, stdin, tty, quiet });
}

function stateOf({ status }: PodObject, name: string) {
  const all = [
    ...(status.initContainerStatuses ?? []),
    ...(status.containerStatuses ?? []),
    ...(status.ephemeralContainerStatuses ?? []),
  ];
  return all.find((one) => one.name === name)?.state;
}
