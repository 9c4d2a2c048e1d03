import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { VirtualClock } from "#base/clock.ts";
import { Scope } from "#base/scope.ts";
import { ClusterRole, ClusterRoleBinding, RoleBinding } from "#api/rbac/v1.ts";
import { utf8 } from "#base/bytes.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import type { Resource } from "#client/client.ts";
import type { ApiObject } from "#client/object.ts";
import { FakeApi } from "#client/testing/fake-api.ts";
import { createClient } from "#client/typed.ts";
import { Cacher } from "#storage/cacher/cacher.ts";
import { MemoryStore } from "#storage/memory/memory-store.ts";
import { createAuthorization, feedAuthorization, feedPods } from "./authorization.ts";
import { bootstrapPolicy } from "./rbac/bootstrap/policy.ts";
import { reconcileBootstrapPolicy } from "./rbac/bootstrap/reconcile.ts";

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
    const clock = new VirtualClock();
    const random = seededRandom(1);
    const client = createClient(new FakeApi({ clock, random }));
    await using scope = new Scope({
      onFailure: (task, error) => assert.fail(`${task}: ${String(error)}`),
    });
    await reconcileBootstrapPolicy(client);
    const policy = bootstrapPolicy();
    const count = async (resource: Resource<ApiObject>) =>
      (await client.list(resource)).items.length;
    assert.equal(await count(ClusterRole), policy.clusterRoles.length);
    assert.equal(await count(RoleBinding), policy.roleBindings.length);

    const authorization = createAuthorization();
    const isAllowed = async () =>
      (await authorization.authorizer.authorize(ask)).decision === "allow";
    assert.equal(await isAllowed(), false);
    const fed = feedAuthorization(authorization, {
      client,
      clock,
      random,
      logger: silentLogger,
      scope,
    });
    await clock.advance(1);
    await fed;
    assert.equal(await isAllowed(), true);

    const name = "system:kube-scheduler";
    await client.delete(ClusterRoleBinding, { name });
    await clock.advance(1);
    assert.equal(await isAllowed(), false);
    await reconcileBootstrapPolicy(client);
    await clock.advance(1);
    assert.equal(await isAllowed(), true);
    await client.delete(ClusterRole, { name });
    await clock.advance(1);
    assert.equal(await isAllowed(), false);
  });

  it("follows the pods of nodes", async () => {
    const clock = new VirtualClock();
    const random = seededRandom(1);
    await using stored = new Cacher({ store: new MemoryStore({ clock }), clock });
    await using scope = new Scope({
      onFailure: (task, error) => assert.fail(`${task}: ${String(error)}`),
    });
    const authorization = createAuthorization();
    const secret = { verb: "get", resource: "secrets", namespace: "default", name: "pull" };
    const node = { name: "system:node:node-1", groups: ["system:nodes"] };
    const sees = async () =>
      (await authorization.authorizer.authorize({ ...ask, ...secret, user: node })).decision;
    const fed = feedPods(authorization, {
      stored,
      clock,
      random,
      logger: silentLogger,
      scope,
    });
    await clock.advance(1);
    await fed;
    const key = "/registry/pods/default/web";
    const pod = {
      kind: "Pod",
      apiVersion: "v1",
      metadata: { namespace: "default", name: "web" },
      spec: {
        containers: [{ name: "main", image: "nginx" }],
        imagePullSecrets: [{ name: "pull" }],
        nodeName: "node-1",
      },
      status: {},
    };
    await stored.commit({ key, value: utf8(JSON.stringify(pod)) });
    await clock.advance(1);
    assert.equal(await sees(), "allow");
    await stored.commit({ key, value: undefined });
    await clock.advance(1);
    assert.equal(await sees(), "noOpinion");
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
