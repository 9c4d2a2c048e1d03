import { Node, PersistentVolume, PersistentVolumeClaim } from "#api/core/v1.ts";
import { StorageClass } from "#api/storage/v1.ts";
import { isAlreadyExists } from "#client/client.ts";
import type { ReconcileContext } from "#component/context.ts";
import {
  claimReference,
  provisionerFinalizer,
  storageClassOf,
  volumeAnnotations,
} from "#machinery/volumes.ts";
import { setUnbound } from "./binding.ts";
import type { ProvisionedSource, VolumeProvisioner } from "./provisioner.ts";

type Context = ReconcileContext<PersistentVolumeClaim>;

/** Drivers that took over from what Kubernetes once had built in. */
const migrated: Readonly<Record<string, string>> = {
  "kubernetes.io/aws-ebs": "ebs.csi.aws.com",
  "kubernetes.io/azure-disk": "disk.csi.azure.com",
  "kubernetes.io/azure-file": "file.csi.azure.com",
  "kubernetes.io/cinder": "cinder.csi.openstack.org",
  "kubernetes.io/gce-pd": "pd.csi.storage.gke.io",
  "kubernetes.io/portworx-volume": "pxd.portworx.com",
  "kubernetes.io/vsphere-volume": "csi.vsphere.vmware.com",
};

/**
 * Has a volume made by whom the claim's class names: by one of ours, or by somebody outside, who
 * reads from the claim that it is his turn.
 */
export async function provision(
  claim: PersistentVolumeClaim,
  provisioners: readonly VolumeProvisioner[],
  ctx: Context,
): Promise<void> {
  const className = storageClassOf(claim);
  const storageClass = ctx.get(StorageClass, { name: className });
  if (!storageClass) {
    const text = `storageclass.storage.k8s.io "${className}" not found`;
    ctx.event("Warning", "ProvisioningFailed", text);
    await setUnbound(claim, "Pending", ctx);
    return;
  }
  const { provisioner: name } = storageClass;
  const provisioner = provisioners.find(({ names }) => names.includes(name));
  if (provisioner) return await provisionHere(claim, storageClass, provisioner, ctx);
  if (name.startsWith("kubernetes.io/") && !migrated[name]) {
    ctx.event("Warning", "ProvisioningFailed", `no volume plugin matched name: ${name}`);
    return;
  }
  const driver = migrated[name] ?? name;
  await tellProvisioner(claim, driver, ctx);
  ctx.event(
    "Normal",
    "ExternalProvisioning",
    `Waiting for a volume to be created either by the external provisioner '${driver}' ` +
      "or manually by the system administrator. If volume creation is delayed, please verify " +
      "that the provisioner is running and correctly registered.",
  );
}

async function provisionHere(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  provisioner: VolumeProvisioner,
  ctx: Context,
): Promise<void> {
  const told = await tellProvisioner(claim, storageClass.provisioner, ctx);
  const volumeName = `pvc-${claim.metadata.uid}`;
  // It is there already and will be bound as soon as our caches have it.
  if (ctx.get(PersistentVolume, { name: volumeName })) return;
  const { namespace, name } = claim.metadata;
  const about = `volume for claim "${namespace}/${name}"`;
  ctx.event("Normal", "Provisioning", `External provisioner is provisioning ${about}`);
  try {
    const source = await provisioner.provision(
      {
        claim: told,
        storageClass,
        volumeName,
        node: selectedNode(told, ctx),
        nodes: ctx.list(Node),
      },
      ctx.signal,
    );
    await ctx.create(PersistentVolume, volumeFor(told, storageClass, { volumeName, source }));
  } catch (error) {
    if (isAlreadyExists(error)) return;
    const reason = error instanceof Error ? error.message : String(error);
    const from = `StorageClass "${storageClass.metadata.name}"`;
    const text = `failed to provision volume with ${from}: ${reason}`;
    ctx.event("Warning", "ProvisioningFailed", text);
    await letSchedulerChoose(told, ctx);
    throw error;
  }
  ctx.event("Normal", "ProvisioningSucceeded", `Successfully provisioned volume ${volumeName}`);
}

function volumeFor(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  { volumeName, source }: { volumeName: string; source: ProvisionedSource },
) {
  const { accessModes, resources, volumeMode } = claim.spec;
  const size = resources.requests?.["storage"];
  return {
    metadata: {
      name: volumeName,
      annotations: { [volumeAnnotations.provisionedBy]: storageClass.provisioner },
      finalizers: [provisionerFinalizer],
    },
    spec: {
      ...source,
      ...(accessModes && { accessModes }),
      ...(size !== undefined && { capacity: { storage: size } }),
      claimRef: claimReference(claim),
      persistentVolumeReclaimPolicy: reclaimPolicyOf(storageClass),
      storageClassName: storageClassOf(claim),
      volumeMode,
    },
  };
}

function reclaimPolicyOf({ reclaimPolicy }: StorageClass): "Delete" | "Retain" {
  return reclaimPolicy === "Retain" ? "Retain" : "Delete";
}

function selectedNode({ metadata }: PersistentVolumeClaim, ctx: Context): Node | undefined {
  const name = metadata.annotations?.[volumeAnnotations.selectedNode];
  if (!name) return undefined;
  const node = ctx.get(Node, { name });
  if (!node) throw new Error(`failed to get target node: node "${name}" not found`);
  return node;
}

/** Says in the claim whose turn it is. */
async function tellProvisioner(
  claim: PersistentVolumeClaim,
  name: string,
  ctx: Context,
): Promise<PersistentVolumeClaim> {
  const { provisioner, betaProvisioner } = volumeAnnotations;
  const { metadata } = claim;
  if (metadata.annotations?.[provisioner] === name) return claim;
  const annotations = { ...metadata.annotations, [provisioner]: name, [betaProvisioner]: name };
  return await ctx.update(PersistentVolumeClaim, {
    ...claim,
    metadata: { ...metadata, annotations },
  });
}

/** On the node that was chosen there can be no volume: the scheduler may choose another one. */
async function letSchedulerChoose(claim: PersistentVolumeClaim, ctx: Context): Promise<void> {
  const { metadata } = claim;
  const { [volumeAnnotations.selectedNode]: node, ...annotations } = metadata.annotations ?? {};
  if (node === undefined) return;
  await ctx.update(PersistentVolumeClaim, { ...claim, metadata: { ...metadata, annotations } });
}
