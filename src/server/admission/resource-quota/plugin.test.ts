import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PersistentVolumeClaim, Pod, Service } from "#api/core/v1.ts";
import { admit, plugin, pod, refusedWith } from "../fake.test-support.ts";
import type { FakeObjects } from "../fake.test-support.ts";

describe("ResourceQuota", () => {
  const quota = (hard: object, used: object, spec: object = {}) => ({
    kind: "ResourceQuota",
    metadata: { name: "q", namespace: "default", uid: "q", resourceVersion: "1" },
    spec: { hard, ...spec },
    status: { hard, used },
  });
  const sized = (cpu: string) =>
    pod({ containers: [{ name: "c", resources: { requests: { cpu } } }] });
  const usedOf = (fake: FakeObjects) =>
    (
      fake.objects.find(({ kind }) => kind === "ResourceQuota") as unknown as {
        status: { used: object };
      }
    ).status.used;

  it("counts what is made", async () => {
    const { found, fake } = plugin(
      "ResourceQuota",
      quota(
        { pods: "2", "requests.cpu": "1", services: "5" },
        { pods: "1", "requests.cpu": "250m", services: "0" },
      ),
    );
    await admit(found, { type: Pod, object: sized("500m"), dryRun: true });
    assert.deepEqual(usedOf(fake), { pods: "1", "requests.cpu": "250m", services: "0" });
    await admit(found, { type: Pod, object: sized("500m") });
    assert.deepEqual(usedOf(fake), { pods: "2", "requests.cpu": "750m", services: "0" });
    await refusedWith(
      admit(found, { type: Pod, object: sized("500m") }),
      403,
      'pods "web" is forbidden: exceeded quota: q, requested: pods=1,requests.cpu=500m, used: ' +
        "pods=2,requests.cpu=750m, limited: pods=2,requests.cpu=1",
    );
  });

  it("counts once when somebody else counts at the same time", async () => {
    const { found, fake } = plugin("ResourceQuota", quota({ pods: "9" }, { pods: "1" }));
    let isFirst = true;
    fake.beforeUpdate = () => {
      const stored = fake.objects.find(({ kind }) => kind === "ResourceQuota");
      if (!isFirst || !stored) return;
      isFirst = false;
      stored.metadata.resourceVersion = "2";
      (stored as unknown as { status: object }).status = {
        hard: { pods: "9" },
        used: { pods: "5" },
      };
    };
    await admit(found, { type: Pod, object: pod() });
    assert.deepEqual(usedOf(fake), { pods: "6" });
  });

  it("wants to know what a pod needs", async () => {
    const { found } = plugin(
      "ResourceQuota",
      quota({ "limits.memory": "1Gi" }, { "limits.memory": "0" }),
    );
    await refusedWith(
      admit(found, { type: Pod, object: pod() }),
      403,
      'pods "web" is forbidden: failed quota: q: must specify limits.memory for: c',
    );
  });

  it("waits for the controller to have counted", async () => {
    const { found } = plugin(
      "ResourceQuota",
      quota({ pods: "1", "count/pods": "1" }, { pods: "0" }),
    );
    await refusedWith(
      admit(found, { type: Pod, object: pod() }),
      403,
      'pods "web" is forbidden: status unknown for quota: q, resources: count/pods,pods',
    );
    // Until the controller has seen a quota, it bounds nothing.
    const fresh = plugin("ResourceQuota", { ...quota({ pods: "0" }, {}), status: {} });
    await admit(fresh.found, { type: Pod, object: pod() });
  });

  it("charges all of a pod that moves into its scope", async () => {
    const scoped = quota({ pods: "1" }, { pods: "0" }, { scopes: ["Terminating"] });
    const { found, fake } = plugin("ResourceQuota", scoped);
    const update = { type: Pod, operation: "UPDATE" } as const;
    const object = pod({ activeDeadlineSeconds: 5 });
    await admit(found, { ...update, object: pod(), oldObject: pod() });
    assert.deepEqual(usedOf(fake), { pods: "0" });
    await admit(found, { ...update, object, oldObject: pod() });
    assert.deepEqual(usedOf(fake), { pods: "1" });
  });

  it("bounds claims by their classes", async () => {
    const hard = {
      "requests.storage": "9Gi",
      "fast.storageclass.storage.k8s.io/requests.storage": "1Gi",
    };
    const used = Object.fromEntries(Object.keys(hard).map((name) => [name, "0"]));
    const { found } = plugin("ResourceQuota", quota(hard, used));
    const claim = (storageClassName: string, others: object = {}) => ({
      kind: "PersistentVolumeClaim",
      metadata: { name: "c", namespace: "default" },
      spec: { storageClassName, resources: { requests: { storage: "2Gi" } }, ...others },
      status: {},
    });
    const type = PersistentVolumeClaim;
    await admit(found, { type, object: claim("slow") });
    await refusedWith(
      admit(found, { type, object: claim("fast") }),
      403,
      'persistentvolumeclaims "c" is forbidden: exceeded quota: q, requested: ' +
        "fast.storageclass.storage.k8s.io/requests.storage=2Gi, used: " +
        "fast.storageclass.storage.k8s.io/requests.storage=0, limited: " +
        "fast.storageclass.storage.k8s.io/requests.storage=1Gi",
    );
    const matchExpressions = [
      { scopeName: "VolumeAttributesClass", operator: "In", values: ["gold"] },
    ];
    const scoped = quota(
      { persistentvolumeclaims: "0" },
      { persistentvolumeclaims: "0" },
      { scopeSelector: { matchExpressions } },
    );
    const gold = plugin("ResourceQuota", scoped).found;
    await admit(gold, { type, object: claim("slow") });
    const object = claim("slow", { volumeAttributesClassName: "gold" });
    await assert.rejects(admit(gold, { type, object }), /exceeded quota/);
  });

  it("with scopes is about some pods", async () => {
    const scoped = quota({ pods: "0" }, { pods: "0" }, { scopes: ["BestEffort"] });
    const { found } = plugin("ResourceQuota", scoped);
    await admit(found, { type: Pod, object: sized("1") });
    await assert.rejects(admit(found, { type: Pod, object: pod() }), /exceeded quota/);
  });

  it("counts node ports of services, and only what an update adds", async () => {
    const { found, fake } = plugin(
      "ResourceQuota",
      quota(
        { "services.nodeports": "3", services: "3" },
        { "services.nodeports": "0", services: "0" },
      ),
    );
    const service = (...ports: number[]) => ({
      kind: "Service",
      metadata: { name: "s", namespace: "default" },
      spec: { type: "NodePort", ports: ports.map((port) => ({ port })) },
    });
    await admit(found, { type: Service, object: service(1, 2) });
    await admit(found, {
      type: Service,
      operation: "UPDATE",
      object: service(1, 2, 3),
      oldObject: service(1, 2),
    });
    assert.deepEqual(usedOf(fake), { "services.nodeports": "3", services: "1" });
  });
});
