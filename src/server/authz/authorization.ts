import type { Clock } from "#base/clock.ts";
import { invariant } from "#base/invariant.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import type { Scope } from "#base/scope.ts";
import type { Client, Resource } from "#client/client.ts";
import type { ApiObject } from "#client/object.ts";
import type { Transport } from "#client/transport.ts";
import type { KindType } from "#schema/message.ts";
import { PersistentVolume, Pod } from "#api/core/v1.ts";
import { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from "#api/rbac/v1.ts";
import { VolumeAttachment } from "#api/storage/v1.ts";
import { ResourceSlice } from "#api/resource/v1.ts";
import type { SubjectRulesReviewStatus } from "#api/authorization/v1.ts";
import { nodeOf } from "../authn/identity.ts";
import type { UserInfo } from "../pipeline/request.ts";
import type { Authorizer } from "./authorizer.ts";
import { usualAuthorizers } from "./settings.ts";
import type { AuthorizerSettings } from "./settings.ts";
import { resourcePrefix } from "../registry/keys.ts";
import { follow } from "./follow.ts";
import type { Follower, ManyFollower } from "./follow.ts";
import { followStored } from "./follow-stored.ts";
import type { EntryFollower, Stored } from "./follow-stored.ts";
import { nodeAuthorizer } from "./node-authorizer/authorizer.ts";
import { NodeGraph } from "./node-authorizer/graph.ts";
import { readPodForReferences } from "#machinery/pod-references.ts";
import { RbacAuthorizer, aggregate, rulesReviewStatus } from "./rbac/rbac.ts";
import { RbacStore } from "./rbac/source.ts";
import type { RbacObject } from "./rbac/source.ts";
import { alwaysAllow, alwaysDeny, mastersAuthorizer, unionAuthorizer } from "./union.ts";
import { webhookAuthorizer } from "./webhook/authorizer.ts";

/** The authorizers of a server, and what feeds them. */
export interface Authorization {
  readonly authorizer: Authorizer;
  readonly rbac: RbacAuthorizer;
  readonly rbacStore: RbacStore;
  readonly nodeGraph: NodeGraph;
  rulesFor(user: UserInfo, namespace: string): Promise<SubjectRulesReviewStatus>;
  /** Others decide from now on. Throws, and changes nothing, where one of them cannot be had. */
  replace(authorizers: readonly AuthorizerSettings[]): void;
}

export interface AuthorizationOptions {
  /** Asked in order; Node and RBAC when missing. */
  readonly authorizers?: readonly AuthorizerSettings[];
  /** The way to a webhook; without it there are none. */
  readonly webhooks?: {
    readonly clock: Clock;
    /** By a kubeconfig's path; undefined for the way that pods take. */
    readonly to: (kubeconfig: string | undefined) => Transport;
  };
}

/** One authorizer, and what it can tell of somebody's rules. */
interface Part {
  readonly authorizer: Authorizer;
  rules(user: UserInfo, namespace: string): SubjectRulesReviewStatus;
}

/** RBAC and Node allow nothing until they are fed; `system:masters` may do everything always. */
export function createAuthorization(options: AuthorizationOptions = {}): Authorization {
  const rbacStore = new RbacStore();
  const nodeGraph = new NodeGraph();
  const rbac = new RbacAuthorizer(rbacStore);
  const deciding = (settings: readonly AuthorizerSettings[]) => {
    const parts = settings.map((each) => partOf(each, { rbac, nodeGraph, options }));
    const authorizers = parts.map(({ authorizer }) => authorizer);
    return { parts, union: unionAuthorizer(mastersAuthorizer, ...authorizers) };
  };
  let current = deciding(options.authorizers ?? usualAuthorizers);
  return {
    authorizer: { authorize: (attributes) => current.union.authorize(attributes) },
    replace(authorizers) {
      current = deciding(authorizers);
    },
    rbac,
    rbacStore,
    nodeGraph,
    async rulesFor(user, namespace) {
      const all = current.parts.map((part) => part.rules(user, namespace));
      const errors = all.flatMap(({ evaluationError }) => evaluationError ?? []);
      return {
        resourceRules: all.flatMap(({ resourceRules }) => resourceRules),
        nonResourceRules: all.flatMap(({ nonResourceRules }) => nonResourceRules),
        incomplete: all.some(({ incomplete }) => incomplete),
        ...(errors.length > 0 && { evaluationError: aggregate(errors) }),
      };
    },
  };
}

const noRules: SubjectRulesReviewStatus = {
  resourceRules: [],
  nonResourceRules: [],
  incomplete: false,
};

const unresolved = (authorizer: string): SubjectRulesReviewStatus => ({
  ...noRules,
  incomplete: true,
  evaluationError: `${authorizer} authorizer does not support user rule resolution`,
});

const allRules: SubjectRulesReviewStatus = {
  resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }],
  nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
  incomplete: false,
};

function partOf(
  settings: AuthorizerSettings,
  parts: { rbac: RbacAuthorizer; nodeGraph: NodeGraph; options: AuthorizationOptions },
): Part {
  switch (settings.type) {
    case "Node":
      return {
        authorizer: nodeAuthorizer(parts.nodeGraph),
        rules: (user) => (nodeOf(user) === undefined ? noRules : unresolved("node")),
      };
    case "RBAC":
      return {
        authorizer: parts.rbac,
        rules: (user, namespace) => rulesReviewStatus(parts.rbac, user, namespace),
      };
    case "AlwaysAllow":
      return { authorizer: alwaysAllow, rules: () => allRules };
    case "AlwaysDeny":
      return { authorizer: alwaysDeny, rules: () => noRules };
    case "Webhook": {
      const { webhooks } = parts.options;
      invariant(webhooks, "there is a webhook to ask, but no way to it");
      const { clock, to } = webhooks;
      const transport = to(settings.webhook.kubeconfig);
      return {
        authorizer: webhookAuthorizer({ ...settings.webhook, transport, clock }),
        rules: () => unresolved("webhook"),
      };
    }
    default:
      return settings satisfies never;
  }
}

interface Feeding {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly scope: Scope;
  /** Kinds that the server does not serve cannot be followed; all are when missing. */
  readonly serves?: (resource: KindType) => boolean;
}

/**
 * Follows what authorization depends on, but for pods, through a client that acts inside the
 * server. Resolves when everything was read once; goes on until the scope closes.
 */
export async function feedAuthorization(
  authorization: Pick<Authorization, "rbacStore" | "nodeGraph">,
  options: Feeding & { readonly client: Client },
): Promise<void> {
  const { rbacStore, nodeGraph } = authorization;
  const start = <T extends ApiObject>(
    resource: Resource<T>,
    follower: Follower<T> | ManyFollower<T>,
  ) =>
    feed(resource, options, (onSynced, signal) =>
      follow({ ...options, resource, follower, onSynced }, signal),
    );
  await Promise.all([
    start(ClusterRole, rbacFollower("ClusterRole", rbacStore)),
    start(Role, rbacFollower("Role", rbacStore)),
    start(ClusterRoleBinding, rbacFollower("ClusterRoleBinding", rbacStore)),
    start(RoleBinding, rbacFollower("RoleBinding", rbacStore)),
    start(PersistentVolume, volumeFollower(nodeGraph)),
    start(VolumeAttachment, nodeNamedFollower("volumeattachments", nodeGraph)),
    start(ResourceSlice, nodeNamedFollower("resourceslices", nodeGraph)),
  ]);
}

/**
 * The same for pods, of which there may be very many: they are read as they lie in the store, and
 * while the server reads it. To be called early.
 */
export async function feedPods(
  { nodeGraph }: Pick<Authorization, "nodeGraph">,
  options: Feeding & { readonly stored: Stored },
): Promise<void> {
  const prefix = resourcePrefix(Pod.info);
  const follower = podFollower(nodeGraph);
  await feed(Pod, options, (onSynced, signal) =>
    followStored({ ...options, prefix, follower, onSynced }, signal),
  );
}

/** Resolves when the task is synced, or the scope closes. */
async function feed(
  resource: KindType,
  { scope, serves }: Feeding,
  task: (onSynced: () => void, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  if (serves?.(resource) === false) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  scope.signal.addEventListener("abort", () => resolve(), { once: true });
  scope.run(`authorization: ${resource.info.resource}`, (signal) => task(resolve, signal));
  await promise;
}

function rbacFollower<T extends RbacObject>(kind: T["kind"], store: RbacStore): Follower<T> {
  return {
    replace: (objects) => store.replace(kind, objects),
    put: (object) => store.put(object),
    remove: (object) => store.remove(object),
  };
}

function podFollower(graph: NodeGraph): EntryFollower {
  return {
    get isEmpty() {
      return !graph.hasPods;
    },
    put: ({ key, value }) => graph.putPod(key, readPodForReferences(value)),
    remove: (key) => graph.removePod(key),
    retain: (keys) => graph.retainPods(keys),
  };
}

function volumeFollower(graph: NodeGraph): ManyFollower<PersistentVolume> {
  return {
    put: (volume) => graph.putVolume(volume),
    remove: (volume) => graph.removeVolume(volume),
    retain: (keys) => graph.retainVolumes(keys),
  };
}

function nodeNamedFollower<
  T extends {
    readonly metadata: { readonly name: string };
    readonly spec: { readonly nodeName?: string };
  },
>(kind: "volumeattachments" | "resourceslices", graph: NodeGraph): ManyFollower<T> {
  return {
    put: ({ metadata, spec }) => graph.setNodeOf(kind, metadata.name, spec.nodeName),
    remove: ({ metadata }) => graph.setNodeOf(kind, metadata.name, undefined),
    retain: (keys) => graph.retainNodeNamed(kind, keys),
  };
}
