import { describe, it } from "node:test";
import assert from "node:assert/strict";
import type { UserInfo } from "../../pipeline/request.ts";
import { allow, noOpinion } from "../../authz/authorizer.ts";
import type { Attributes, Authorizer } from "../../authz/authorizer.ts";
import { extraKeys } from "../identity.ts";
import { wantedUser } from "./headers.ts";
import { createImpersonation } from "./impersonate.ts";

const admin: UserInfo = { name: "admin", groups: [] };
const agent: UserInfo = {
  name: "system:serviceaccount:default:agent",
  groups: [],
  extra: { [extraKeys.nodeName]: ["node-1"] },
};

/** Allows what the patterns match, of "verb group/resource/subresource namespace/name". */
function allowing(...patterns: readonly RegExp[]): Authorizer {
  return {
    authorize: async ({ verb, group, resource, subresource, namespace, name }) => {
      const what = [group, resource, subresource].filter(Boolean).join("/");
      const asked = `${verb} ${what} ${[namespace, name].filter(Boolean).join("/")}`;
      return patterns.some((pattern) => pattern.test(asked)) ? allow() : noOpinion();
    },
  };
}

function listPods(user: UserInfo): Attributes {
  const place = { group: "", version: "v1", resource: "pods", subresource: "" };
  return { user, verb: "list", isResource: true, ...place, namespace: "a", name: "", path: "" };
}

async function impersonated(
  authorizer: Authorizer,
  sender: UserInfo,
  headers: Readonly<Record<string, string>>,
): Promise<UserInfo | undefined> {
  const wanted = wantedUser(headers);
  return wanted && createImpersonation(authorizer)(wanted, listPods(sender));
}

const legacy = allowing(/^impersonate /);
const known = "system:authenticated";
const forbidden = (message: string) => ({ code: 403, message });

describe("impersonation", () => {
  const table: {
    what: string;
    sender?: UserInfo;
    headers: Record<string, string>;
    authorizer: Authorizer;
    expected: UserInfo | undefined | { code: number; message: string };
  }[] = [
    { what: "is not asked for", headers: {}, authorizer: legacy, expected: undefined },
    {
      what: "of a user",
      headers: { "impersonate-user": "bob" },
      authorizer: allowing(/^impersonate users bob$/),
      expected: { name: "bob", groups: [known] },
    },
    {
      what: "of everything that a user is",
      headers: {
        "impersonate-user": "bob",
        "impersonate-group": "a,b\nsystem:authenticated",
        "impersonate-uid": "u",
        "impersonate-extra-acme.com%2fproject": "p\nq",
      },
      authorizer: legacy,
      expected: {
        name: "bob",
        uid: "u",
        groups: ["a,b", known],
        extra: { "acme.com/project": ["p", "q"] },
      },
    },
    {
      what: "of a service account gives its groups",
      headers: { "impersonate-user": "system:serviceaccount:ns:sa" },
      authorizer: allowing(/^impersonate serviceaccounts ns\/sa$/),
      expected: {
        name: "system:serviceaccount:ns:sa",
        groups: ["system:serviceaccounts", "system:serviceaccounts:ns", known],
      },
    },
    {
      what: "of what only looks like a service account is that of a user",
      headers: { "impersonate-user": "system:serviceaccount:NS:sa" },
      authorizer: allowing(/^impersonate users /),
      expected: { name: "system:serviceaccount:NS:sa", groups: [known] },
    },
    {
      what: "of nobody",
      headers: { "impersonate-user": "system:anonymous" },
      authorizer: legacy,
      expected: { name: "system:anonymous", groups: ["system:unauthenticated"] },
    },
    {
      what: "of groups alone",
      headers: { "impersonate-group": "g" },
      authorizer: legacy,
      expected: {
        code: 400,
        message:
          'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"g"}, ' +
          "Extra:map[string][]string(nil)} without impersonating a user name",
      },
    },
    {
      what: "of a user by one who may nothing",
      headers: { "impersonate-user": "bob" },
      authorizer: allowing(),
      expected: forbidden(
        'pods is forbidden: User "admin" cannot impersonate-on:user-info:list resource "pods" ' +
          'in API group "" in the namespace "a"',
      ),
    },
    {
      what: "for lists only",
      headers: { "impersonate-user": "bob" },
      authorizer: allowing(
        /^impersonate-on:user-info:list /,
        /^impersonate:user-info .*\/users bob/,
      ),
      expected: { name: "bob", groups: [known] },
    },
    {
      what: "for lists only, but of somebody else",
      headers: { "impersonate-user": "eve" },
      authorizer: allowing(
        /^impersonate-on:user-info:list /,
        /^impersonate:user-info .*\/users bob/,
      ),
      expected: forbidden(
        'users.authentication.k8s.io "eve" is forbidden: User "admin" cannot ' +
          'impersonate:user-info resource "users" in API group "authentication.k8s.io" ' +
          "at the cluster scope",
      ),
    },
    {
      what: "of administrators takes the old way",
      headers: { "impersonate-user": "bob", "impersonate-group": "system:masters" },
      authorizer: allowing(/^impersonate[:-]/),
      expected: forbidden(
        'groups.authentication.k8s.io "system:masters" is forbidden: User "admin" cannot ' +
          'impersonate:user-info resource "groups" in API group "authentication.k8s.io" at the ' +
          "cluster scope: impersonating the system:masters group is not allowed",
      ),
    },
    {
      what: "of extra whose key has no domain takes the old way",
      headers: { "impersonate-user": "bob", "impersonate-extra-scopes": "x" },
      authorizer: allowing(/^impersonate[:-]/),
      expected: forbidden(
        'userextras.authentication.k8s.io is forbidden: User "admin" cannot ' +
          'impersonate:user-info resource "userextras" in API group "authentication.k8s.io" at ' +
          "the cluster scope: impersonating an invalid key in extra is not allowed: extra.key: " +
          'Invalid value: "scopes": must be a domain-prefixed path (such as "acme.io/foo")',
      ),
    },
    {
      what: "of many groups asks for all of them at once",
      headers: { "impersonate-user": "bob", "impersonate-group": "a\nb\nc\nd" },
      authorizer: allowing(/^impersonate-on/, /users bob$/, /^impersonate:user-info .*groups \*$/),
      expected: { name: "bob", groups: ["a", "b", "c", "d", known] },
    },
    {
      what: "of the node that the sender is on",
      sender: agent,
      headers: { "impersonate-user": "system:node:node-1" },
      authorizer: allowing(
        /^impersonate-on:associated-node:list pods/,
        /^impersonate:associated-node .*\/nodes \*$/,
      ),
      expected: { name: "system:node:node-1", groups: ["system:nodes", known] },
    },
    {
      what: "of another node than that",
      sender: agent,
      headers: { "impersonate-user": "system:node:node-2" },
      authorizer: allowing(/associated-node/),
      expected: forbidden(
        'pods is forbidden: User "system:serviceaccount:default:agent" cannot ' +
          'impersonate-on:arbitrary-node:list resource "pods" in API group "" in the ' +
          'namespace "a"',
      ),
    },
    {
      what: "of any node",
      headers: { "impersonate-user": "system:node:node-2" },
      authorizer: allowing(
        /^impersonate-on:arbitrary-node/,
        /^impersonate:arbitrary-node .*node-2$/,
      ),
      expected: { name: "system:node:node-2", groups: ["system:nodes", known] },
    },
  ];
  for (const { what, sender = admin, headers, authorizer, expected } of table) {
    it(what, async () => {
      const answer = impersonated(authorizer, sender, headers);
      if (!expected || !("code" in expected)) return assert.deepEqual(await answer, expected);
      const { code, message } = expected;
      await assert.rejects(answer, { name: "StatusError", code, message });
      return undefined;
    });
  }

  it("tries first what worked before", async () => {
    const asked: string[] = [];
    const inner = allowing(/^impersonate /);
    const impersonate = createImpersonation({
      authorize(attributes) {
        asked.push(attributes.verb);
        return inner.authorize(attributes);
      },
    });
    const bob = { name: "bob", groups: [], extra: {} };
    await impersonate(bob, listPods(admin));
    await impersonate(bob, listPods(admin));
    assert.deepEqual(asked, ["impersonate-on:user-info:list", "impersonate", "impersonate"]);
  });
});
