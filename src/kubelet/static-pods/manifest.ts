import { Pod } from "#api/core/v1.ts";
import type { Container, EphemeralContainer, Volume } from "#api/core/v1.ts";
import { parseYaml } from "#machinery/codec/yaml.ts";
import { decode, isRecord } from "#schema/decode.ts";
import { applyDefaults } from "#schema/default.ts";

/** A file of a folder of manifests. */
export interface Manifest {
  readonly path: string;
  readonly text: string;
}

export const sourceAnnotation = "kubernetes.io/config.source";
export const hashAnnotation = "kubernetes.io/config.hash";
export const seenAnnotation = "kubernetes.io/config.seen";

/** A file that makes no pod; the message says what is wrong with it. */
export class ManifestError extends Error {
  override name = "ManifestError";
}

/** Whether the pod comes from a file of its node, and not from the API server. */
export function isStaticPod({ metadata }: Pod): boolean {
  return metadata.annotations?.[sourceAnnotation] === "file";
}

/**
 * The pod of a manifest on a node. Its uid follows from the file's content: a file that changes is
 * another pod. Throws `ManifestError`.
 */
export function parseStaticPod(
  { path, text }: Manifest,
  { node, nowMs }: { readonly node: string; readonly nowMs: number },
): Pod {
  const pod = decodePod(path, text);
  const { metadata, spec } = pod;
  if (!metadata.name) throw new ManifestError(`${path}: metadata.name: Required value`);
  const containers = spec.containers as Container[] | undefined;
  if (!containers?.length) throw new ManifestError(`${path}: spec.containers: Required value`);
  const reference = apiReference(pod);
  if (reference) throw new ManifestError(`${path}: static pods may not reference ${reference}`);
  const uid = metadata.uid || hashOf(`${JSON.stringify(pod)}host:${node}file:${path}`);
  return {
    ...pod,
    metadata: {
      ...metadata,
      name: `${metadata.name}-${node.toLowerCase()}`,
      namespace: metadata.namespace || "default",
      uid,
      annotations: {
        ...metadata.annotations,
        [sourceAnnotation]: "file",
        [hashAnnotation]: uid,
        [seenAnnotation]: new Date(nowMs).toISOString(),
      },
    },
    spec: {
      ...spec,
      nodeName: node,
      // Not evicted when the node has problems: nobody would start it elsewhere.
      tolerations: [
        ...(spec.tolerations ?? []).filter(
          ({ operator, effect, key }) => operator !== "Exists" || effect !== "NoExecute" || key,
        ),
        { operator: "Exists", effect: "NoExecute" },
      ],
    },
    status: { phase: "Pending" },
  };
}

function decodePod(path: string, text: string): Pod {
  try {
    const documents = parseYaml(text);
    const [document] = documents;
    if (!document || documents.length > 1) {
      throw new ManifestError(`${path}: holds ${documents.length} documents, not one pod`);
    }
    const { value } = document;
    const { apiVersion, kind } = isRecord(value) ? value : {};
    if (apiVersion !== "v1" || kind !== "Pod") {
      throw new ManifestError(
        `${path}: is no Pod of v1 but ${String(kind)} of ${String(apiVersion)}`,
      );
    }
    const filled = { metadata: {}, spec: {}, ...(value as object) };
    return applyDefaults(Pod, decode(Pod, filled) as object);
  } catch (error) {
    if (error instanceof ManifestError) throw error;
    throw new ManifestError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What a static pod would need of the API server, which may not be there when it starts. */
function apiReference({ spec }: Pod): string | undefined {
  if (spec.serviceAccountName) return "serviceaccounts";
  if (spec.imagePullSecrets?.length) return "secrets";
  if (spec.resourceClaims?.length) return "resourceclaims";
  for (const volume of spec.volumes ?? []) {
    const found = volumeReference(volume);
    if (found) return found;
  }
  const all = [
    ...(spec.initContainers ?? []),
    ...spec.containers,
    ...(spec.ephemeralContainers ?? []),
  ];
  for (const container of all) {
    const found = containerReference(container);
    if (found) return found;
  }
  return undefined;
}

function volumeReference(volume: Volume): string | undefined {
  if (volume.configMap) return "configmaps";
  if (volume.secret) return "secrets";
  if (volume.persistentVolumeClaim || volume.ephemeral) return "persistentvolumeclaims";
  for (const source of volume.projected?.sources ?? []) {
    if (source.configMap) return "configmaps";
    if (source.secret) return "secrets";
    if (source.serviceAccountToken) return "serviceaccounts";
    if (source.clusterTrustBundle) return "clustertrustbundles";
  }
  return undefined;
}

function containerReference({ env = [], envFrom = [] }: Container | EphemeralContainer) {
  if (envFrom.some(({ configMapRef }) => configMapRef)) return "configmaps";
  if (envFrom.some(({ secretRef }) => secretRef)) return "secrets";
  if (env.some(({ valueFrom }) => valueFrom?.configMapKeyRef)) return "configmaps";
  if (env.some(({ valueFrom }) => valueFrom?.secretKeyRef)) return "secrets";
  return undefined;
}

/** 32 hex digits, as upstream's MD5 has; for telling files apart, not for safety. (FNV-1a) */
function hashOf(text: string): string {
  let hex = "";
  for (let part = 0; part < 4; part++) {
    let hash = 0x811c9dc5 ^ (part * 0x9e3779b9);
    for (let index = 0; index < text.length; index++) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    }
    hex += (hash >>> 0).toString(16).padStart(8, "0");
  }
  return hex;
}
