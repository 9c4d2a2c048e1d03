import type { Volume } from "#api/core/v1.ts";
import { VolumeError } from "./volume-error.ts";

/** Where a volume's content comes from; the rest is refused until it is written. */
export type VolumePlugin =
  | { readonly kind: "emptyDir"; readonly source: NonNullable<Volume["emptyDir"]> }
  | { readonly kind: "hostPath"; readonly source: NonNullable<Volume["hostPath"]> }
  /** A folder behind a claim, which says where; see `resolveClaim`. */
  | { readonly kind: "claim"; readonly readOnly: boolean }
  | { readonly kind: "configMap"; readonly source: NonNullable<Volume["configMap"]> }
  | { readonly kind: "secret"; readonly source: NonNullable<Volume["secret"]> }
  | { readonly kind: "downwardAPI"; readonly source: NonNullable<Volume["downwardAPI"]> }
  | { readonly kind: "projected"; readonly source: NonNullable<Volume["projected"]> };

/** Kinds whose content is files that the kubelet writes, again and again. */
export type FilesPlugin = Extract<
  VolumePlugin,
  { kind: "configMap" | "secret" | "downwardAPI" | "projected" }
>;

/** Throws for a volume of a kind that is not there yet. */
export function pluginOf(volume: Volume): VolumePlugin {
  const { emptyDir, hostPath, configMap, secret, downwardAPI, projected } = volume;
  const { persistentVolumeClaim: claim, ephemeral } = volume;
  if (emptyDir) return { kind: "emptyDir", source: emptyDir };
  if (hostPath) return { kind: "hostPath", source: hostPath };
  if (configMap) return { kind: "configMap", source: configMap };
  if (secret) return { kind: "secret", source: secret };
  if (downwardAPI) return { kind: "downwardAPI", source: downwardAPI };
  if (projected) return { kind: "projected", source: projected };
  if (claim) return { kind: "claim", readOnly: claim.readOnly ?? false };
  if (ephemeral) return { kind: "claim", readOnly: false };
  const kinds = Object.keys(volume).filter((key) => key !== "name");
  // A volume without any source is an empty directory.
  if (kinds.length === 0) return { kind: "emptyDir", source: {} };
  throw new VolumeError(`volumes of type ${kinds.join(", ")} are not supported yet`);
}

/** The folder below the pod's `volumes`, as upstream names it. */
export const pluginFolders: Readonly<Record<VolumePlugin["kind"], string>> = {
  emptyDir: "kubernetes.io~empty-dir",
  hostPath: "kubernetes.io~host-path",
  claim: "kubernetes.io~host-path",
  configMap: "kubernetes.io~configmap",
  secret: "kubernetes.io~secret",
  downwardAPI: "kubernetes.io~downward-api",
  projected: "kubernetes.io~projected",
};
