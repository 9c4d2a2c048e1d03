import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { VirtualClock } from "#base/clock.ts";
import { Scope } from "#base/scope.ts";
import type { Client } from "#client/client.ts";
import type { KindType } from "#schema/message.ts";
import { createAuthorization, feedAuthorization } from "./authorization.ts";
import { bootstrapPolicy } from "./rbac/bootstrap/policy.ts";
import { reconcileBootstrapPolicy } from "./rbac/bootstrap/reconcile.ts";

type Stored = { kind: string; metadata: { name: string; namespace?: string } };
type Event = { type: "ADDED" | "DELETED"; object: unknown } | { type: "ERROR"; object: unknown };

/** Lists what is stored; watches tell what the test says. */
function fakeServer() {
  const stored: Stored[] = [];
  const lists: string[] = [];
  const watches = new Map<string, (event: Event | undefined) => void>();
  const client = {
    list: async (type: KindType) => {
      lists.push(type.info.kind);
      const items = stored.filter(({ kind }) => kind === type.info.kind);
      return { items, resourceVersion: "7" };
    },
    async *watch(type: KindType, _query: object, signal: AbortSignal) {
      while (!signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<Event | undefined>();
        watches.set(type.info.kind, resolve);
        signal.addEventListener("abort", () => resolve(undefined), { once: true });
        const event = await promise;
        if (!event) return;
        yield event;
      }
    },
    create: async (_type: KindType, object: Stored) => stored.push(object),
  };
  return { stored, lists, watches, client: client as unknown as Client };
}

const turn = async () => {
  for (let index = 0; index < 20; index++) await Promise.resolve();
};

describe("authorization", () => {
  const ask = {
    user: { name: "system:kube-scheduler", groups: [] },
    verb: "list",
    isResource: true,
    group: "",
    version: "v1",
    resource: "pods",
    subresource: "",
    namespace: "",
    name: "",
    path: "",
  };

  it("follows the roles and bindings that are stored", async () => {
    const server = fakeServer();
    const clock = new VirtualClock();
    await using scope = new Scope({
      onFailure: (task, error) => assert.fail(`${task}: ${String(error)}`),
    });
    await reconcileBootstrapPolicy(server.client);
    const policy = bootstrapPolicy();
    assert.equal(
      server.stored.length,
      policy.clusterRoles.length +
        policy.clusterRoleBindings.length +
        policy.roles.length +
        policy.roleBindings.length,
    );

    const authorization = createAuthorization();
    const isAllowed = async () =>
      (await authorization.authorizer.authorize(ask)).decision === "allow";
    assert.equal(await isAllowed(), false);
    await feedAuthorization(authorization, { client: server.client, clock, scope });
    assert.equal(await isAllowed(), true);

    const binding = server.stored.find(
      ({ kind, metadata }) =>
        kind === "ClusterRoleBinding" && metadata.name === "system:kube-scheduler",
    );
    assert.ok(binding);
    await turn();
    server.watches.get("ClusterRoleBinding")?.({ type: "DELETED", object: binding });
    await turn();
    assert.equal(await isAllowed(), false);

    // A watch that cannot go on is followed by a list, which still has the binding.
    server.watches.get("ClusterRoleBinding")?.({ type: "ERROR", object: {} });
    await turn();
    assert.equal(server.lists.filter((kind) => kind === "ClusterRoleBinding").length, 3);
    assert.equal(await isAllowed(), true);
  });

  it("tells that a node's rules cannot be listed", async () => {
    const status = await createAuthorization().rulesFor(
      { name: "system:node:a", groups: ["system:nodes"] },
      "default",
    );
    assert.equal(status.incomplete, true);
    assert.equal(status.evaluationError, "node authorizer does not support user rule resolution");
  });
});
