import { isDnsLabel, isDnsSubdomain } from "#machinery/validation/names.ts";
import type { UserInfo } from "../pipeline/request.ts";

export const groups = {
  authenticated: "system:authenticated",
  unauthenticated: "system:unauthenticated",
  masters: "system:masters",
  nodes: "system:nodes",
  serviceAccounts: "system:serviceaccounts",
} as const;

export const anonymousUser: UserInfo = {
  name: "system:anonymous",
  groups: [groups.unauthenticated],
};

/** Keys of `UserInfo.extra` that authentication sets. */
export const extraKeys = {
  credentialId: "authentication.kubernetes.io/credential-id",
  podName: "authentication.kubernetes.io/pod-name",
  podUid: "authentication.kubernetes.io/pod-uid",
  nodeName: "authentication.kubernetes.io/node-name",
  nodeUid: "authentication.kubernetes.io/node-uid",
} as const;

const serviceAccountPrefix = "system:serviceaccount:";

export function serviceAccountUserName(namespace: string, name: string): string {
  return `${serviceAccountPrefix}${namespace}:${name}`;
}

/** Undefined when the user is no service account. */
export function parseServiceAccountUserName(
  userName: string,
): { namespace: string; name: string } | undefined {
  if (!userName.startsWith(serviceAccountPrefix)) return undefined;
  const [namespace = "", name = "", ...rest] = userName
    .slice(serviceAccountPrefix.length)
    .split(":");
  if (rest.length > 0 || isDnsLabel(namespace).length > 0) return undefined;
  return isDnsSubdomain(name).length === 0 ? { namespace, name } : undefined;
}

export function serviceAccountGroups(namespace: string): string[] {
  return [groups.serviceAccounts, `${groups.serviceAccounts}:${namespace}`];
}

const nodePrefix = "system:node:";

/**
 * Which node asks. Undefined: no node's kubelet. An empty name: somebody in `system:nodes` who
 * does not say which node.
 */
export function nodeOf(user: UserInfo): string | undefined {
  if (!user.name.startsWith(nodePrefix)) return undefined;
  return user.groups.includes(groups.nodes) ? user.name.slice(nodePrefix.length) : undefined;
}

/** Everybody who authenticated is in `system:authenticated`. */
export function withAuthenticatedGroup(user: UserInfo): UserInfo {
  if (user.groups.includes(groups.authenticated)) return user;
  if (user.groups.includes(groups.unauthenticated)) return user;
  return { ...user, groups: [...user.groups, groups.authenticated] };
}
