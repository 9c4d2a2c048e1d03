import { test } from "node:test";
import assert from "node:assert/strict";
import { PodDisruptionBudget } from "#api/policy/v1.ts";
import { Pod } from "#api/core/v1.ts";
import { utf8 } from "#base/bytes.ts";
import { StatusError } from "#machinery/status.ts";
import { applyDefaults } from "#schema/default.ts";
import { contextOf, createSurroundings } from "../../testing.ts";
import { podGraceSeconds } from "./strategy.ts";
import { pods } from "./resource.ts";

function setUp(pod: object = {}) {
  const surroundings = createSurroundings();
  const draft = {
    metadata: { name: "x", namespace: "default", uid: "u1", labels: { app: "web" } },
    spec: { containers: [{ name: "a", image: "nginx" }] },
    status: { phase: "Running" },
    ...pod,
  };
  surroundings.put(applyDefaults(Pod, draft));
  const { subresources = {} } = pods(surroundings.dependencies);
  const call = (name: string, parts: Parameters<typeof contextOf>[0] = {}) => {
    const subresource = subresources[name];
    assert.ok(subresource, name);
    return subresource.handle(contextOf(parts));
  };
  const stored = () => surroundings.objects.get("Pod default/x") as unknown as Pod;
  return { surroundings, call, stored };
}

const two = { spec: { nodeName: "n1", containers: [{ name: "a" }, { name: "b" }] } };
const one = { spec: { nodeName: "n1", containers: [{ name: "a" }] } };

const fails = (promise: Promise<unknown>, code: number, message: string) =>
  assert.rejects(promise, (error) => {
    assert.ok(error instanceof StatusError, String(error));
    assert.deepEqual([error.code, error.message], [code, message]);
    return true;
  });

test("a binding gives a pod its node, once", async () => {
  const { call, stored } = setUp({ status: { phase: "Pending", nominatedNodeName: "n2" } });
  const object = { metadata: { name: "x" }, target: { kind: "Node", name: "n1" } };
  const answer = await call("binding", { method: "POST", object });
  assert.equal(answer.status, 201);
  assert.equal(stored().spec.nodeName, "n1");
  assert.equal(stored().status.nominatedNodeName, undefined);
  const scheduled = stored().status.conditions?.find(({ type }) => type === "PodScheduled");
  assert.equal(scheduled?.status, "True");
  await fails(
    call("binding", { method: "POST", object: structuredClone(object) }),
    409,
    'Operation cannot be fulfilled on pods "x": pod x is already assigned to node "n1"',
  );
});

test("a binding for another pod of the same name is refused", async () => {
  const { call } = setUp();
  const object = { metadata: { name: "x", uid: "u2" }, target: { name: "n1" } };
  await fails(
    call("binding", { method: "POST", object }),
    409,
    'Operation cannot be fulfilled on pods "x": Precondition failed: UID in precondition: u2, ' +
      "UID in object meta: u1",
  );
});

const eviction = () => ({ metadata: { name: "x" } });
const budget = (status: object) =>
  applyDefaults(PodDisruptionBudget, {
    metadata: { name: "b", namespace: "default" },
    spec: { minAvailable: 1, selector: { matchLabels: { app: "web" } } },
    status,
  });

test("an eviction without a budget deletes", async () => {
  const { call, surroundings, stored } = setUp();
  await call("eviction", { method: "POST", object: eviction() });
  assert.deepEqual(surroundings.deleted, ["Pod default/x"]);
  const target = stored().status.conditions?.find(({ type }) => type === "DisruptionTarget");
  assert.equal(target?.reason, "EvictionByEvictionAPI");
});

test("an eviction takes from the budget, until there is nothing left", async () => {
  const ready = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
  const { call, surroundings } = setUp({ status: ready });
  surroundings.put(budget({ disruptionsAllowed: 1, desiredHealthy: 1, currentHealthy: 2 }));
  await call("eviction", { method: "POST", object: eviction() });
  const after = surroundings.objects.get(
    "PodDisruptionBudget default/b",
  ) as never as PodDisruptionBudget;
  assert.equal(after.status.disruptionsAllowed, 0);
  assert.deepEqual(Object.keys(after.status.disruptedPods ?? {}), ["x"]);
  await assert.rejects(call("eviction", { method: "POST", object: eviction() }), (error) => {
    assert.ok(error instanceof StatusError);
    assert.equal(error.code, 429);
    assert.equal(error.status.details?.causes?.[0]?.reason, "DisruptionBudget");
    return true;
  });
});

test("a dry run of an eviction changes nothing", async () => {
  const { call, surroundings, stored } = setUp();
  await call("eviction", { method: "POST", object: eviction(), query: "dryRun=All" });
  assert.deepEqual(surroundings.deleted, []);
  assert.equal(stored().status.conditions, undefined);
});

test("a log comes from the kubelet of the pod's node", async () => {
  const { call, surroundings } = setUp(one);
  await call("log", { query: "tailLines=5&follow=true" });
  const [sent] = surroundings.forwarded;
  assert.deepEqual(sent?.target, { kind: "kubelet", node: "n1" });
  assert.equal(sent?.request.path, "/containerLogs/default/x/a");
  assert.equal(sent?.request.query.toString(), "follow=true&tailLines=5");
});

test("a log needs a container that is there", async () => {
  const { call } = setUp(two);
  await fails(
    call("log"),
    400,
    "a container name must be specified for pod x, choose one of: [a b]",
  );
  await fails(call("log", { query: "container=c" }), 400, "container c is not valid for pod x");
});

test("what a kubelet cannot give is told as a status", async () => {
  const { call, surroundings } = setUp(one);
  const why = 'container "a" in pod "x" is waiting to start: ContainerCreating';
  surroundings.answer = {
    status: 400,
    headers: {},
    body: { kind: "bytes", contentType: "text/plain", bytes: utf8(why) },
  };
  await fails(call("log"), 400, why);
});

test("bad log options are refused", async () => {
  const { call } = setUp(one);
  await fails(
    call("log", { query: "tailLines=-1" }),
    422,
    'PodLogOptions "x" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
  );
});

test("exec goes to the kubelet in its own words", async () => {
  const { call, surroundings } = setUp(one);
  await call("exec", {
    query: "command=ls&command=-l&stdin=true&stdout=true&tty=true",
    upgrade: true,
  });
  const [sent] = surroundings.forwarded;
  assert.equal(sent?.request.path, "/exec/default/x/a");
  assert.equal(sent?.request.query.toString(), "input=1&output=1&tty=1&command=ls&command=-l");
});

test("streams need a node and an upgrade", async () => {
  await fails(setUp().call("exec", { upgrade: true }), 400, "pod x does not have a host assigned");
  await fails(setUp(one).call("portforward"), 400, "Upgrade request required");
});

test("a proxy reaches the pod's first port", async () => {
  const { call, surroundings } = setUp({
    spec: { containers: [{ name: "a", ports: [{ containerPort: 8080 }] }] },
    status: { phase: "Running", podIPs: [{ ip: "10.244.0.9" }] },
  });
  await call("proxy", { rest: "index.html", path: "/api/v1/…/proxy/index.html" });
  const [sent] = surroundings.forwarded;
  assert.deepEqual(sent?.target, { kind: "http", scheme: "http", host: "10.244.0.9", port: 8080 });
  assert.equal(sent?.request.path, "/index.html");
  const redirect = await call("proxy", { path: "/api/v1/namespaces/default/pods/x/proxy" });
  assert.deepEqual(
    [redirect.status, redirect.headers["location"]],
    [301, "/api/v1/namespaces/default/pods/x/proxy/"],
  );
});

test("a proxy does not reach the server itself", async () => {
  const { call } = setUp({ status: { phase: "Running", podIPs: [{ ip: "127.0.0.1" }] } });
  await fails(call("proxy", { path: "/x/" }), 400, "address not allowed");
});

test("how long a deleted pod stays", () => {
  const grace = (spec: object, phase: "Running" | "Failed", requested?: number) =>
    podGraceSeconds(
      applyDefaults(Pod, {
        metadata: { name: "x" },
        spec: { containers: [], ...spec },
        status: { phase },
      }),
      requested,
    );
  assert.equal(grace({ nodeName: "n" }, "Running"), 30);
  assert.equal(grace({ nodeName: "n" }, "Running", 5), 5);
  assert.equal(grace({ nodeName: "n" }, "Running", -1), 1);
  assert.equal(grace({ nodeName: "n" }, "Failed"), 0);
  assert.equal(grace({}, "Running"), 0);
});
