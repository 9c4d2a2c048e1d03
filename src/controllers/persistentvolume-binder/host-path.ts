import type { Node, PersistentVolume } from "#api/core/v1.ts";
import type { StorageClass } from "#api/storage/v1.ts";
import { volumeFolderAnnotation } from "#machinery/volumes.ts";
import type { ProvisionedSource, ProvisionRequest, VolumeProvisioner } from "./provisioner.ts";

/** The way to the folders of nodes. */
export interface NodeFolders {
  /** Has the node delete a folder and all in it; one that is not there is fine. */
  remove(node: Node, path: string, signal: AbortSignal): Promise<void>;
}

/** Ours, and the names by which manifests for other local clusters ask for the same. */
export const hostPathProvisioners = [
  "kijabi.io/host-path",
  "k8s.io/minikube-hostpath",
  "rancher.io/local-path",
];

/** For nodes whose kubelet does not say where it keeps volumes. */
const defaultFolder = "/var/lib/kijabi/volumes";
const hostname = "kubernetes.io/hostname";

/**
 * Volumes that are folders of a node, made by its kubelet when a pod first uses them. Every volume
 * is bound to its node, so that pods go where their data is.
 */
export function hostPathProvisioner(folders: NodeFolders): VolumeProvisioner {
  return {
    names: hostPathProvisioners,

    // oxlint-disable-next-line typescript/require-await -- the contract is asynchronous
    async provision(request) {
      refuse(request);
      return sourceOn(request.node ?? chooseNode(request), request.volumeName);
    },

    async remove(volume, nodes, signal) {
      const node = nodes.find((candidate) => isOn(volume, candidate));
      const path = volume.spec.hostPath?.path;
      // With the node, its folders went.
      if (!node || path === undefined) return;
      await folders.remove(node, path, signal);
    },
  };
}

function sourceOn(node: Node, volumeName: string): ProvisionedSource {
  const folder = node.metadata.annotations?.[volumeFolderAnnotation] ?? defaultFolder;
  const name = hostnameOf(node);
  return {
    hostPath: { path: `${folder}/${volumeName}`, type: "DirectoryOrCreate" },
    nodeAffinity: {
      required: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: hostname, operator: "In", values: [name] }] },
        ],
      },
    },
  };
}

function refuse({ claim, storageClass }: ProvisionRequest): void {
  const { provisioner, mountOptions = [] } = storageClass;
  if (claim.spec.volumeMode === "Block") {
    throw new Error(`${provisioner} does not support block volume provisioning`);
  }
  if (claim.spec.selector) throw new Error("claim.Spec.Selector is not supported");
  if (claim.spec.dataSource) {
    throw new Error(
      `plugin "${provisioner}" is not a CSI plugin. ` +
        "Only CSI plugin can provision a claim with a datasource",
    );
  }
  if (mountOptions.length > 0) {
    throw new Error(
      "Mount options are not supported by the provisioner but " +
        `StorageClass "${storageClass.metadata.name}" has mount options ` +
        `[${mountOptions.join(" ")}]`,
    );
  }
}

/**
 * Nobody knows yet where pods will be: one of the nodes that work, another one for each claim, so
 * that not all volumes end up on one. The same claim gets the same node again.
 */
function chooseNode({ claim, storageClass, nodes }: ProvisionRequest): Node {
  const candidates = nodes
    .filter((node) => isUsable(node) && isAllowed(node, storageClass))
    .sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
  let sum = 0;
  for (const character of claim.metadata.uid) sum += character.charCodeAt(0);
  const chosen = candidates[sum % candidates.length];
  if (!chosen) throw new Error("no node is ready that the volume could be on");
  return chosen;
}

function isUsable({ spec, status }: Node): boolean {
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  return ready?.status === "True" && !spec.unschedulable;
}

function isAllowed(node: Node, { allowedTopologies = [] }: StorageClass): boolean {
  if (allowedTopologies.length === 0) return true;
  return allowedTopologies.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values }) =>
      values.includes(node.metadata.labels?.[key] ?? ""),
    ),
  );
}

function hostnameOf({ metadata }: Node): string {
  return metadata.labels?.[hostname] ?? metadata.name;
}

function isOn({ spec }: PersistentVolume, node: Node): boolean {
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  return terms.some(({ matchExpressions = [] }) =>
    matchExpressions.some(
      ({ key, values = [] }) => key === hostname && values.includes(hostnameOf(node)),
    ),
  );
}
