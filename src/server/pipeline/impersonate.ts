import { badRequest, forbidden } from "#machinery/status.ts";
import type { Attributes, Authorizer } from "../authz/authorizer.ts";
import { groups as knownGroups, parseServiceAccountUserName } from "../authn/identity.ts";
import { serviceAccountGroups } from "../authn/identity.ts";
import type { UserInfo } from "./request.ts";

const extraPrefix = "impersonate-extra-";

/**
 * `kubectl --as`: who the request is to be from, if its sender may be them. Undefined when it
 * does not ask for that. Throws 403 when the sender may not.
 */
export async function impersonate(
  user: UserInfo,
  headers: Readonly<Record<string, string>>,
  authorizer: Authorizer,
): Promise<UserInfo | undefined> {
  const name = headers["impersonate-user"] ?? "";
  const groups = listOf(headers["impersonate-group"]);
  const uid = headers["impersonate-uid"] ?? "";
  const extra = extraOf(headers);
  if (!name) {
    if (groups.length || uid || Object.keys(extra).length) {
      throw badRequest(
        "requested impersonation of groups, a uid or extra without impersonating a user",
      );
    }
    return undefined;
  }
  const account = parseServiceAccountUserName(name);
  const wanted: Wanted[] = [
    account
      ? { resource: "serviceaccounts", namespace: account.namespace, name: account.name }
      : { resource: "users", name },
    ...groups.map((group) => ({ resource: "groups", name: group })),
    ...(uid ? [{ resource: "uids", group: "authentication.k8s.io", name: uid }] : []),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((value) => ({
        resource: "userextras",
        subresource: key,
        group: "authentication.k8s.io",
        name: value,
      })),
    ),
  ];
  for (const each of wanted) await requireImpersonation(user, each, authorizer);
  return {
    name,
    ...(uid && { uid }),
    groups: groupsOf(name, groups, account?.namespace),
    ...(Object.keys(extra).length && { extra }),
  };
}

interface Wanted {
  readonly resource: string;
  readonly name: string;
  readonly group?: string;
  readonly namespace?: string;
  readonly subresource?: string;
}

async function requireImpersonation(
  user: UserInfo,
  { resource, name, group = "", namespace = "", subresource = "" }: Wanted,
  authorizer: Authorizer,
): Promise<void> {
  const attributes: Attributes = {
    user,
    verb: "impersonate",
    isResource: true,
    group,
    version: "v1",
    resource,
    subresource,
    namespace,
    name,
    path: "",
  };
  const { decision, reason } = await authorizer.authorize(attributes);
  if (decision === "allow") return;
  const scope = namespace
    ? `in the namespace ${JSON.stringify(namespace)}`
    : "at the cluster scope";
  const text =
    `User ${JSON.stringify(user.name)} cannot impersonate resource ${JSON.stringify(resource)} ` +
    `in API group ${JSON.stringify(group)} ${scope}`;
  throw forbidden({ group, resource }, name, reason ? `${text}: ${reason}` : text);
}

/** Groups that follow from the user are added where none are asked for. */
function groupsOf(
  name: string,
  asked: readonly string[],
  accountNamespace: string | undefined,
): string[] {
  const groups =
    asked.length === 0 && accountNamespace ? serviceAccountGroups(accountNamespace) : [...asked];
  const { authenticated, unauthenticated } = knownGroups;
  if (name === "system:anonymous") {
    return groups.includes(unauthenticated) ? groups : [...groups, unauthenticated];
  }
  const isSettled = groups.includes(authenticated) || groups.includes(unauthenticated);
  return isSettled ? groups : [...groups, authenticated];
}

function extraOf(headers: Readonly<Record<string, string>>): Record<string, string[]> {
  const extra: Record<string, string[]> = {};
  for (const [header, value] of Object.entries(headers)) {
    if (!header.startsWith(extraPrefix)) continue;
    extra[decodeKey(header.slice(extraPrefix.length))] = listOf(value);
  }
  return extra;
}

/** Keys may be percent-encoded, because header names allow little. */
function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key; // A stray percent sign: the key is as it stands.
  }
}

/** Several headers of one name arrive joined. */
function listOf(header: string | undefined): string[] {
  return (header ?? "")
    .split(",")
    .map((value) => value.trim())
    .filter((value) => value !== "");
}
