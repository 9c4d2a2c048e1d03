import type { Client } from "#client/client.ts";
import { Node, Pod, Secret, ServiceAccount } from "#api/core/v1.ts";

/** What of an object a token may be bound to. */
export interface BoundObject {
  readonly uid: string;
  readonly deletionTimestamp?: string | undefined;
  /** Pods only. */
  readonly serviceAccountName?: string | undefined;
  readonly nodeName?: string | undefined;
}

export type BoundKind = "ServiceAccount" | "Pod" | "Secret" | "Node";

/** Where it is looked up whether what a token is bound to still exists. */
export interface BoundObjects {
  find(kind: BoundKind, namespace: string, name: string): Promise<BoundObject | undefined>;
}

export function boundObjectsOf(client: Client): BoundObjects {
  return {
    async find(kind, namespace, name) {
      switch (kind) {
        case "ServiceAccount":
          return describe(await client.find(ServiceAccount, { namespace, name }));
        case "Secret":
          return describe(await client.find(Secret, { namespace, name }));
        case "Node":
          return describe(await client.find(Node, { name }));
        case "Pod": {
          const pod = await client.find(Pod, { namespace, name });
          const { serviceAccountName, nodeName } = pod?.spec ?? {};
          return pod && { ...describe(pod), serviceAccountName, nodeName };
        }
        default:
          return kind satisfies never;
      }
    },
  };
}

interface WithMetadata {
  readonly metadata: { readonly uid?: string; readonly deletionTimestamp?: string };
}

function describe(object: WithMetadata): BoundObject;
function describe(object: WithMetadata | undefined): BoundObject | undefined;
function describe(object: WithMetadata | undefined): BoundObject | undefined {
  if (!object) return undefined;
  const { uid = "", deletionTimestamp } = object.metadata;
  return { uid, deletionTimestamp };
}
