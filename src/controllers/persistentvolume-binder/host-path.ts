import type { Node, PersistentVolume } from "#api/core/v1.ts";
import type { StorageClass } from "#api/storage/v1.ts";
import { machineLabel, volumeFolderAnnotation } from "#machinery/volumes.ts";
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
 * Volumes that are folders of a machine, made by a kubelet when a pod first uses them. Every volume
 * is bound to where it is, so that pods go where their data is: to any node of the machine.
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
      const near = nodes.filter((candidate) => isOn(volume, candidate));
      const node = near.find(isReady) ?? near[0];
      const path = volume.spec.hostPath?.path;
      // With the last node that can reach them, folders are out of reach.
      if (!node || path === undefined) return;
      await folders.remove(node, path, signal);
    },
  };
}

function sourceOn(node: Node, volumeName: string): ProvisionedSource {
  const folder = node.metadata.annotations?.[volumeFolderAnnotation] ?? defaultFolder;
  return {
    hostPath: { path: `${folder}/${volumeName}`, type: "DirectoryOrCreate" },
    nodeAffinity: {
      required: {
        nodeSelectorTerms: [{ matchExpressions: [{ ...placeOf(node), operator: "In" }] }],
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

function isUsable(node: Node): boolean {
  return isReady(node) && !node.spec.unschedulable;
}

function isReady({ status }: Node): boolean {
  return status.conditions?.find(({ type }) => type === "Ready")?.status === "True";
}

function isAllowed(node: Node, { allowedTopologies = [] }: StorageClass): boolean {
  if (allowedTopologies.length === 0) return true;
  return allowedTopologies.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values }) =>
      values.includes(node.metadata.labels?.[key] ?? ""),
    ),
  );
}

/** The label by which all nodes are found that can reach what this one can. */
function placeOf({ metadata }: Node): { key: string; values: string[] } {
  const machine = metadata.labels?.[machineLabel];
  if (machine !== undefined) return { key: machineLabel, values: [machine] };
  return { key: hostname, values: [metadata.labels?.[hostname] ?? metadata.name] };
}

function isOn({ spec }: PersistentVolume, node: Node): boolean {
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const own = placeOf(node);
  return terms.some(({ matchExpressions = [] }) =>
    matchExpressions.some(
      ({ key, values = [] }) => key === own.key && values.some((one) => own.values.includes(one)),
    ),
  );
}
