import type { Clock } from "#base/clock.ts";
import type { Scope } from "#base/scope.ts";
import type { Client, Resource } from "#client/client.ts";
import type { KindType } from "#schema/message.ts";
import { PersistentVolume, Pod } from "#api/core/v1.ts";
import { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from "#api/rbac/v1.ts";
import { VolumeAttachment } from "#api/storage/v1.ts";
import { ResourceSlice } from "#api/resource/v1.ts";
import type { SubjectRulesReviewStatus } from "#api/authorization/v1.ts";
import { nodeOf } from "../authn/identity.ts";
import type { UserInfo } from "../pipeline/request.ts";
import type { Authorizer } from "./authorizer.ts";
import { follow } from "./follow.ts";
import type { Follower } from "./follow.ts";
import { nodeAuthorizer } from "./node-authorizer/authorizer.ts";
import { NodeGraph } from "./node-authorizer/graph.ts";
import { RbacAuthorizer, rulesReviewStatus } from "./rbac/rbac.ts";
import { RbacStore } from "./rbac/source.ts";
import type { RbacObject } from "./rbac/source.ts";
import { mastersAuthorizer, unionAuthorizer } from "./union.ts";

/** The authorizers of `--authorization-mode=Node,RBAC`, and what feeds them. */
export interface Authorization {
  readonly authorizer: Authorizer;
  readonly rbac: RbacAuthorizer;
  readonly rbacStore: RbacStore;
  readonly nodeGraph: NodeGraph;
  rulesFor(user: UserInfo, namespace: string): Promise<SubjectRulesReviewStatus>;
}

/** Allows only `system:masters` until it is fed. */
export function createAuthorization(): Authorization {
  const rbacStore = new RbacStore();
  const nodeGraph = new NodeGraph();
  const rbac = new RbacAuthorizer(rbacStore);
  return {
    authorizer: unionAuthorizer(mastersAuthorizer, nodeAuthorizer(nodeGraph), rbac),
    rbac,
    rbacStore,
    nodeGraph,
    async rulesFor(user, namespace) {
      const status = rulesReviewStatus(rbac, user, namespace);
      if (nodeOf(user) === undefined) return status;
      const problem = "node authorizer does not support user rule resolution";
      const evaluationError = status.evaluationError
        ? `[${problem}, ${status.evaluationError}]`
        : problem;
      return { ...status, incomplete: true, evaluationError };
    },
  };
}

/**
 * Follows what authorization depends on, through a client that acts inside the server. Resolves
 * when everything was read once; goes on until the scope closes.
 */
export async function feedAuthorization(
  authorization: Pick<Authorization, "rbacStore" | "nodeGraph">,
  options: {
    readonly client: Client;
    readonly clock: Clock;
    readonly scope: Scope;
    readonly onFailure?: (error: unknown) => void;
    /** Kinds that the server does not serve cannot be followed; all are when missing. */
    readonly serves?: (resource: KindType) => boolean;
  },
): Promise<void> {
  const { rbacStore, nodeGraph } = authorization;
  const start = <T>(resource: Resource<T>, follower: Follower<T>) => {
    const { client, clock, scope, onFailure, serves } = options;
    if (serves?.(resource) === false) return undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    scope.signal.addEventListener("abort", () => resolve(), { once: true });
    scope.run(`authorization: ${resource.info.resource}`, (signal) =>
      follow(
        { client, clock, resource, follower, onSynced: resolve, ...(onFailure && { onFailure }) },
        signal,
      ),
    );
    return promise;
  };
  await Promise.all([
    start(ClusterRole, rbacFollower("ClusterRole", rbacStore)),
    start(Role, rbacFollower("Role", rbacStore)),
    start(ClusterRoleBinding, rbacFollower("ClusterRoleBinding", rbacStore)),
    start(RoleBinding, rbacFollower("RoleBinding", rbacStore)),
    start(Pod, podFollower(nodeGraph)),
    start(PersistentVolume, volumeFollower(nodeGraph)),
    start(VolumeAttachment, nodeNamedFollower("volumeattachments", nodeGraph)),
    start(ResourceSlice, nodeNamedFollower("resourceslices", nodeGraph)),
  ]);
}

function rbacFollower<T extends RbacObject>(kind: T["kind"], store: RbacStore): Follower<T> {
  return {
    replace: (objects) => store.replace(kind, objects),
    put: (object) => store.put(object),
    remove: (object) => store.remove(object),
  };
}

function podFollower(graph: NodeGraph): Follower<Pod> {
  return replacing(
    (pod) => `${pod.metadata.namespace}/${pod.metadata.name}`,
    (pod) => graph.putPod(pod),
    (pod) => graph.removePod(pod),
  );
}

function volumeFollower(graph: NodeGraph): Follower<PersistentVolume> {
  return replacing(
    (volume) => volume.metadata.name,
    (volume) => graph.putVolume(volume),
    (volume) => graph.removeVolume(volume),
  );
}

function nodeNamedFollower<
  T extends {
    readonly metadata: { readonly name: string };
    readonly spec: { readonly nodeName?: string };
  },
>(kind: "volumeattachments" | "resourceslices", graph: NodeGraph): Follower<T> {
  return replacing(
    ({ metadata }) => metadata.name,
    ({ metadata, spec }) => graph.setNodeOf(kind, metadata.name, spec.nodeName),
    ({ metadata }) => graph.setNodeOf(kind, metadata.name, undefined),
  );
}

/** Remembers what was put, so that a new list can take away what is gone. */
function replacing<T>(
  keyOf: (object: T) => string,
  put: (object: T) => void,
  remove: (object: T) => void,
): Follower<T> {
  const known = new Map<string, T>();
  const follower: Follower<T> = {
    replace(objects) {
      const kept = new Set(objects.map(keyOf));
      for (const [key, object] of known) if (!kept.has(key)) follower.remove(object);
      for (const object of objects) follower.put(object);
    },
    put(object) {
      known.set(keyOf(object), object);
      put(object);
    },
    remove(object) {
      known.delete(keyOf(object));
      remove(object);
    },
  };
  return follower;
}
