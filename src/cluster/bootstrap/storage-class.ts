import { StorageClass } from "#api/storage/v1.ts";
import type { Client } from "#client/client.ts";
import { isAlreadyExists } from "#client/client.ts";
import type { ClusterConfig } from "../config.ts";
import { nodeNamesOf } from "../config.ts";

/**
 * What claims get that name no class: folders of nodes. On the only node a volume can be made with
 * its claim, as tutorials expect. Of several nodes the scheduler first has to choose one: a volume
 * that is made before that ties its pods to a node which may have no room for them.
 */
export async function createDefaultStorageClass(
  client: Client,
  config: ClusterConfig,
): Promise<void> {
  const isAlone = nodeNamesOf(config).length <= 1;
  try {
    await client.create(StorageClass, {
      metadata: {
        name: "standard",
        annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
      },
      provisioner: "kijabi.io/host-path",
      reclaimPolicy: "Delete",
      volumeBindingMode: isAlone ? "Immediate" : "WaitForFirstConsumer",
      allowVolumeExpansion: true,
    });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}
