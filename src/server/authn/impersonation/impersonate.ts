import { StatusError, forbidden } from "#machinery/status.ts";
import { fieldErrorText } from "#machinery/validation/field-error.ts";
import type { Attributes, Authorizer } from "../../authz/authorizer.ts";
import { denial } from "../../authz/denial.ts";
import type { UserInfo } from "../../pipeline/request.ts";
import { validateDomainPrefixedPath } from "../domain-prefixed-path.ts";
import { groups as knownGroups, parseServiceAccountUserName } from "../identity.ts";
import { serviceAccountGroups } from "../identity.ts";
import type { WantedUser } from "./headers.ts";
import { applies, modes, nodeNameOf } from "./modes.ts";
import type { Mode } from "./modes.ts";

/**
 * `kubectl --as`: who a request is from then, if its sender, who wants to do what the attributes
 * say, may be them. Throws 403 when he may not.
 */
export type Impersonate = (wanted: WantedUser, attributes: Attributes) => Promise<UserInfo>;

const rememberedMax = 10_000;

export function createImpersonation(authorizer: Authorizer): Impersonate {
  // A user mostly impersonates in one way: trying that one first saves the others.
  const lastMode = new Map<string, Mode>();
  return async (wanted, attributes) => {
    const sender = attributes.user;
    const last = lastMode.get(sender.name);
    const ordered = last ? [last, ...modes.filter((mode) => mode !== last)] : modes;
    let first: StatusError | undefined;
    for (const mode of ordered) {
      if (!applies(mode, wanted, sender)) continue;
      try {
        const user = await impersonateBy(mode, wanted, { attributes, authorizer });
        if (lastMode.size >= rememberedMax) lastMode.clear();
        lastMode.set(sender.name, mode);
        return user;
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        first ??= error;
      }
    }
    throw first ?? forbidden({ group: "", resource: "" }, "", "all impersonation modes failed");
  };
}

interface Sending {
  readonly attributes: Attributes;
  readonly authorizer: Authorizer;
}

/** Throws 403 for the first thing that the sender may not do. */
async function impersonateBy(mode: Mode, wanted: WantedUser, sending: Sending): Promise<UserInfo> {
  const verb = mode === "legacy" ? "impersonate" : `impersonate:${mode}`;
  const sender = senderFor(mode, sending.attributes.user);
  const check = (asked: Asked) =>
    requireAllowed(sending.authorizer, attributesFor(sender, verb, asked));
  if (mode !== "legacy") {
    const { attributes } = sending;
    const on = `impersonate-on:${mode}:${attributes.verb}`;
    await requireAllowed(sending.authorizer, { ...attributes, user: sender, verb: on });
  }
  const isConstrained = mode !== "legacy";
  const group = isConstrained ? authenticationGroup : "";
  const account = parseServiceAccountUserName(wanted.name);
  const node = isConstrained ? nodeNameOf(wanted.name) : undefined;
  await check(namedUser(mode, wanted.name, group));
  if (wanted.uid) await check({ resource: "uids", group: authenticationGroup, name: wanted.uid });
  if (isConstrained) refuseSpecial(wanted, (asked) => attributesFor(sender, verb, asked), group);
  await checkAll(
    wanted.groups.map((name) => ({ resource: "groups", group, name })),
    isConstrained ? { resource: "groups", group, name: "*" } : undefined,
    check,
  );
  const extra = { resource: "userextras", group: authenticationGroup };
  await checkAll(
    Object.entries(wanted.extra).flatMap(([subresource, values]) =>
      values.map((name) => ({ ...extra, subresource, name })),
    ),
    isConstrained ? { ...extra, subresource: "*", name: "*" } : undefined,
    check,
  );
  let groups = wanted.groups;
  if (node !== undefined) groups = [knownGroups.nodes];
  else if (account && groups.length === 0) groups = serviceAccountGroups(account.namespace);
  return {
    name: wanted.name,
    ...(wanted.uid && { uid: wanted.uid }),
    groups: settled(wanted.name, groups),
    ...(Object.keys(wanted.extra).length && { extra: wanted.extra }),
  };
}

const authenticationGroup = "authentication.k8s.io";

interface Asked {
  readonly resource: string;
  readonly name: string;
  readonly group: string;
  readonly namespace?: string;
  readonly subresource?: string;
}

function namedUser(mode: Mode, name: string, group: string): Asked {
  const account = parseServiceAccountUserName(name);
  if (account) return { resource: "serviceaccounts", group, ...account };
  const node = mode === "legacy" ? undefined : nodeNameOf(name);
  // Who may be the node that he is on may be that on any node.
  if (node) return { resource: "nodes", group, name: mode === "associated-node" ? "*" : node };
  return { resource: "users", group, name };
}

/** Extra says on which node the sender is: what he may do must not depend on that. */
function senderFor(mode: Mode, sender: UserInfo): UserInfo {
  if (mode !== "associated-node") return sender;
  const keys = Object.keys(sender.extra ?? {}).sort();
  return { ...sender, extra: { "authentication.kubernetes.io/associated-node-keys": keys } };
}

const manyChecks = 4;

/** One question for everything, where there is much to ask for, and then one by one. */
async function checkAll(
  asked: readonly Asked[],
  everything: Asked | undefined,
  check: (asked: Asked) => Promise<void>,
): Promise<void> {
  if (everything && asked.length >= manyChecks) {
    try {
      return await check(everything);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
    }
  }
  for (const each of asked) await check(each);
}

/** What nobody may be in the constrained modes, whatever his rights are. */
function refuseSpecial(
  wanted: WantedUser,
  about: (asked: Asked) => Attributes,
  group: string,
): void {
  const refuseGroup = (name: string, why: string) =>
    denial(about({ resource: "groups", group, name }), why);
  if (wanted.groups.includes("")) {
    throw refuseGroup("", "impersonating the empty string group is not allowed");
  }
  if (wanted.groups.includes(knownGroups.masters)) {
    const why = "impersonating the system:masters group is not allowed";
    throw refuseGroup(knownGroups.masters, why);
  }
  for (const [key, values] of Object.entries(wanted.extra)) {
    const problem = extraProblem(key, values);
    if (problem === undefined) continue;
    const extra = { resource: "userextras", group: authenticationGroup, name: "" };
    throw denial(about(extra), problem);
  }
}

function extraProblem(key: string, values: readonly string[]): string | undefined {
  if (!key) return "impersonating the empty string key in extra is not allowed";
  const problems = validateDomainPrefixedPath("extra.key", key).map(fieldErrorText);
  if (problems.length > 0) {
    const text = problems.length > 1 ? `[${problems.join(", ")}]` : problems[0];
    return `impersonating an invalid key in extra is not allowed: ${text}`;
  }
  if (key !== key.toLowerCase()) {
    return `impersonating a non-lowercase key in extra is not allowed: ${JSON.stringify(key)}`;
  }
  if (values.length === 0) return "impersonating empty values in extra is not allowed";
  if (values.includes("")) {
    return "impersonating the empty string value in extra is not allowed";
  }
  return undefined;
}

async function requireAllowed(authorizer: Authorizer, attributes: Attributes): Promise<void> {
  const { decision, reason } = await authorizer.authorize(attributes);
  if (decision !== "allow") throw denial(attributes, reason);
}

function attributesFor(user: UserInfo, verb: string, asked: Asked): Attributes {
  const { group, resource, subresource = "", namespace = "", name } = asked;
  const place = { group, version: "v1", resource, subresource, namespace, name, path: "" };
  return { user, verb, isResource: true, ...place };
}

/** Groups that follow from who the user is, where nobody asked for them. */
function settled(name: string, groups: readonly string[]): string[] {
  const { authenticated, unauthenticated } = knownGroups;
  const own = name === "system:anonymous" ? unauthenticated : authenticated;
  if (own === authenticated && groups.includes(unauthenticated)) return [...groups];
  return groups.includes(own) ? [...groups] : [...groups, own];
}
