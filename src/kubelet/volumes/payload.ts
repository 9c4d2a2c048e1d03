import type { ConfigMap, Container, Pod, Secret } from "#api/core/v1.ts";
import type { Bytes } from "#base/bytes.ts";
import { fromBase64, utf8 } from "#base/bytes.ts";
import { podFieldValue, resourceFieldValue } from "../environment/fields.ts";
import type { NodeFacts } from "../environment/fields.ts";
import type { FilesPlugin } from "./plugin.ts";
import { VolumeError } from "./volume-error.ts";

/** One file of a volume, by its path in it. */
export interface VolumeFile {
  readonly content: Bytes;
  /** Permission bits. */
  readonly mode: number;
  /** The owner; root when undefined. */
  readonly user?: number;
}

export type VolumeFiles = ReadonlyMap<string, VolumeFile>;

/** What volumes are made from. Objects that do not exist are undefined. */
export interface PayloadSources {
  readonly node: NodeFacts;
  configMap(namespace: string, name: string, signal: AbortSignal): Promise<ConfigMap | undefined>;
  secret(namespace: string, name: string, signal: AbortSignal): Promise<Secret | undefined>;
  token(
    pod: Pod,
    wanted: { readonly audience: string; readonly expirationSeconds: number },
    signal: AbortSignal,
  ): Promise<string>;
}

interface KeyToPath {
  readonly key: string;
  readonly path: string;
  readonly mode?: number | undefined;
}

interface DownwardFile {
  readonly path: string;
  readonly mode?: number | undefined;
  readonly fieldRef?: { readonly fieldPath: string } | undefined;
  readonly resourceFieldRef?: Parameters<typeof resourceFieldValue>[2] | undefined;
}

/** The files that a volume shall have now. Throws `VolumeError` when something needed is missing. */
export async function payloadOf(
  pod: Pod,
  plugin: FilesPlugin,
  sources: PayloadSources,
  signal: AbortSignal,
): Promise<VolumeFiles> {
  const mode = plugin.source.defaultMode;
  const request = { pod, sources, mode };
  switch (plugin.kind) {
    case "configMap":
      return await configMapFiles(request, plugin.source, signal);
    case "secret": {
      const { secretName: name, items, optional } = plugin.source;
      return await secretFiles(request, { name, items, optional }, signal);
    }
    case "downwardAPI":
      return downwardFiles(request, plugin.source.items ?? []);
    case "projected":
      return await projectedFiles(request, plugin.source.sources ?? [], signal);
    default:
      return plugin satisfies never;
  }
}

interface Request {
  readonly pod: Pod;
  readonly sources: PayloadSources;
  readonly mode: number;
}

interface ObjectSelection {
  readonly name?: string | undefined;
  readonly items?: readonly KeyToPath[] | undefined;
  readonly optional?: boolean | undefined;
}

async function configMapFiles(
  { pod, sources, mode }: Request,
  { name = "", items = [], optional = false }: ObjectSelection,
  signal: AbortSignal,
): Promise<VolumeFiles> {
  const configMap = await sources.configMap(pod.metadata.namespace ?? "", name, signal);
  if (!configMap && !optional) throw new VolumeError(`configmap "${name}" not found`);
  const contents = new Map<string, Bytes>();
  for (const [key, value] of Object.entries(configMap?.data ?? {})) contents.set(key, utf8(value));
  for (const [key, value] of Object.entries(configMap?.binaryData ?? {})) {
    contents.set(key, fromBase64(value));
  }
  return selected(contents, items, mode, (key) =>
    optional ? undefined : `configmap references non-existent config key: ${key}`,
  );
}

async function secretFiles(
  { pod, sources, mode }: Request,
  { name = "", items = [], optional = false }: ObjectSelection,
  signal: AbortSignal,
): Promise<VolumeFiles> {
  const secret = await sources.secret(pod.metadata.namespace ?? "", name, signal);
  if (!secret && !optional) throw new VolumeError(`secret "${name}" not found`);
  const contents = new Map(
    Object.entries(secret?.data ?? {}).map(([key, value]) => [key, fromBase64(value)]),
  );
  return selected(contents, items, mode, (key) =>
    optional ? undefined : `references non-existent secret key: ${key}`,
  );
}

/** All keys, or the items that were named; `missing` words the error for one that is not there. */
function selected(
  contents: ReadonlyMap<string, Bytes>,
  items: readonly KeyToPath[],
  mode: number,
  missing: (key: string) => string | undefined,
): VolumeFiles {
  const files = new Map<string, VolumeFile>();
  if (items.length === 0) {
    for (const [key, content] of contents) files.set(key, { content, mode });
    return files;
  }
  for (const item of items) {
    const content = contents.get(item.key);
    if (content) {
      files.set(item.path, { content, mode: item.mode ?? mode });
      continue;
    }
    const error = missing(item.key);
    if (error !== undefined) throw new VolumeError(error);
  }
  return files;
}

function downwardFiles(
  { pod, sources: { node }, mode }: Request,
  items: readonly DownwardFile[],
): VolumeFiles {
  const files = new Map<string, VolumeFile>();
  for (const { path, mode: own, fieldRef, resourceFieldRef } of items) {
    let value: string;
    if (fieldRef) {
      value = podFieldValue(pod, fieldRef.fieldPath, { node, addresses: [] });
    } else if (resourceFieldRef) {
      const [container] = pod.spec.containers;
      if (!container) throw new VolumeError("the pod has no containers");
      value = resourceFieldValue(pod, container, resourceFieldRef, node);
    } else {
      throw new VolumeError(`item "${path}" has neither fieldRef nor resourceFieldRef`);
    }
    files.set(path, { content: utf8(value), mode: own ?? mode });
  }
  return files;
}

type Projection = NonNullable<
  Extract<FilesPlugin, { kind: "projected" }>["source"]["sources"]
>[number];

async function projectedFiles(
  request: Request,
  projections: readonly Projection[],
  signal: AbortSignal,
): Promise<VolumeFiles> {
  const parts = await Promise.all(
    projections.map((projection) => projectionFiles(request, projection, signal)),
  );
  // A path that several name belongs to the last one.
  return new Map(parts.flatMap((files) => [...files]));
}

async function projectionFiles(
  request: Request,
  projection: Projection,
  signal: AbortSignal,
): Promise<VolumeFiles> {
  const { pod, sources, mode } = request;
  const { configMap, secret, downwardAPI, serviceAccountToken } = projection;
  if (configMap) return await configMapFiles(request, configMap, signal);
  if (secret) return await secretFiles(request, secret, signal);
  if (downwardAPI) return downwardFiles(request, downwardAPI.items ?? []);
  if (serviceAccountToken) {
    const { audience = "", expirationSeconds, path } = serviceAccountToken;
    const token = await sources.token(pod, { audience, expirationSeconds }, signal);
    const user = commonUser(pod);
    // Nobody else is to read a token, where it is known who shall.
    const narrow = user !== undefined || pod.spec.securityContext.fsGroup !== undefined;
    const file = { content: utf8(token), mode: narrow ? 0o600 : mode };
    return new Map([[path, user === undefined ? file : { ...file, user }]]);
  }
  const kinds = Object.keys(projection).join(", ") || "none";
  throw new VolumeError(`projected sources of type ${kinds} are not supported yet`);
}

/** The user that all containers run as, when they all say so and agree. */
function commonUser(pod: Pod): number | undefined {
  const containers: readonly Pick<Container, "securityContext">[] = [
    ...pod.spec.containers,
    ...(pod.spec.initContainers ?? []),
    ...(pod.spec.ephemeralContainers ?? []),
  ];
  const users = new Set(
    containers.map(
      ({ securityContext }) => securityContext?.runAsUser ?? pod.spec.securityContext.runAsUser,
    ),
  );
  const [user] = users;
  return users.size === 1 ? user : undefined;
}
