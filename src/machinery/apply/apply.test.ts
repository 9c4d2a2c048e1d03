import { test } from "node:test";
import assert from "node:assert/strict";
import { Deployment } from "#api/apps/v1.ts";
import { ServiceAccount } from "#api/core/v1.ts";
import type { ManagedFieldsEntry } from "#api/meta/v1.ts";
import { StatusError } from "../status.ts";
import type { Row } from "../json.ts";
import { apply } from "./apply.ts";
import { setOf } from "./field-set.ts";
import { updateManagers } from "./update.ts";

const time = "2026-01-01T00:00:00Z";
const later = "2026-01-01T00:01:00Z";

const deployment = (spec: object, metadata: object = {}): Row => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", ...metadata },
  spec,
});
const withContainers = (...containers: object[]) =>
  deployment({ template: { spec: { containers } } });

const common = { type: Deployment, apiVersion: "apps/v1", kind: "Deployment" };
const applying = (live: object | undefined, applied: object, manager = "a", force = false) =>
  apply({ ...common, live, applied, manager, force, time });
const entriesOf = (object: object) =>
  (object as { metadata: { managedFields?: ManagedFieldsEntry[] } }).metadata.managedFields ?? [];
const created = (object: Row, manager = "kubectl-create") => {
  const managedFields = updateManagers({
    ...common,
    before: undefined,
    after: object,
    manager,
    time,
  });
  return { ...object, metadata: { ...(object["metadata"] as Row), managedFields } };
};
const specOf = (object: object) => (object as { spec: Row }).spec;

test("an apply owns exactly what it says", () => {
  const applied = deployment(
    {
      replicas: 2,
      selector: { matchLabels: { app: "web" } },
      template: { spec: { containers: [{ name: "x", ports: [{ containerPort: 80 }] }] } },
    },
    { labels: { app: "web" }, finalizers: ["a.io/b"] },
  );
  const { object, managedFields } = applying(undefined, applied);
  assert.equal(specOf(object)["replicas"], 2);
  assert.deepEqual(managedFields, [
    {
      manager: "a",
      operation: "Apply",
      apiVersion: "apps/v1",
      time,
      fieldsType: "FieldsV1",
      fieldsV1: {
        "f:metadata": { "f:finalizers": { 'v:"a.io/b"': {} }, "f:labels": { "f:app": {} } },
        "f:spec": {
          "f:replicas": {},
          "f:selector": {},
          "f:template": {
            "f:spec": {
              "f:containers": {
                'k:{"name":"x"}': {
                  ".": {},
                  "f:name": {},
                  "f:ports": {
                    'k:{"containerPort":80,"protocol":"TCP"}': { ".": {}, "f:containerPort": {} },
                  },
                },
              },
            },
          },
        },
      },
    },
  ]);
});

test("what is not applied any more goes, unless somebody else owns it", () => {
  const first = applying(undefined, withContainers({ name: "x", image: "1" }, { name: "y" }));
  const shared = applying(first.object, withContainers({ name: "y", image: "2" }), "b");
  const second = applying(shared.object, withContainers({ name: "x" }));
  assert.deepEqual(specOf(second.object), {
    template: { spec: { containers: [{ name: "x" }, { name: "y", image: "2" }] } },
  });
  const third = applying(second.object, deployment({ replicas: 1 }));
  assert.deepEqual(specOf(third.object), {
    replicas: 1,
    template: { spec: { containers: [{ name: "y", image: "2" }] } },
  });
});

test("what somebody else changed is a conflict, and force takes it", () => {
  const live = created(deployment({ replicas: 1, paused: true }), "kubectl-client-side-apply");
  const applied = deployment({ replicas: 3, paused: true });
  assert.throws(
    () => applying(live, applied),
    (error) => {
      assert.ok(error instanceof StatusError);
      assert.equal(error.code, 409);
      assert.equal(
        error.message,
        'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using apps/v1: ' +
          ".spec.replicas",
      );
      assert.deepEqual(error.status.details?.causes, [
        {
          reason: "FieldManagerConflict",
          message: 'conflict with "kubectl-client-side-apply" using apps/v1',
          field: ".spec.replicas",
        },
      ]);
      return true;
    },
  );
  assert.throws(() => applying(live, deployment({ replicas: 3, paused: false })), {
    message:
      'Apply failed with 2 conflicts: conflicts with "kubectl-client-side-apply" using apps/v1:\n' +
      "- .spec.paused\n- .spec.replicas",
  });
  const { object } = applying(live, applied, "a", true);
  assert.equal(specOf(object)["replicas"], 3);
  const fields = entriesOf(object).map((entry) => [entry.manager, entry.fieldsV1]);
  assert.deepEqual(fields, [
    ["a", { "f:spec": { "f:paused": {}, "f:replicas": {} } }],
    ["kubectl-client-side-apply", { "f:spec": { "f:paused": {} } }],
  ]);
});

test("an apply of the same changes nothing", () => {
  const applied = withContainers({ name: "x", resources: { limits: { cpu: "1000m" } } });
  const first = applying(undefined, applied);
  const again = apply({
    ...common,
    live: first.object,
    applied,
    manager: "a",
    force: false,
    time: later,
  });
  assert.equal(again.changed, false);
  assert.deepEqual(again.object, first.object);
});

test("who comes to own a field that is so already has written at no time", () => {
  const { object } = applying(undefined, deployment({ replicas: 1, paused: true }), "a");
  const shared = apply({
    ...common,
    live: object,
    applied: deployment({ replicas: 1 }),
    manager: "b",
    force: false,
    time: later,
  });
  assert.equal(shared.changed, false);
  const times = shared.managedFields.map((entry) => [entry.manager, entry.time]);
  assert.deepEqual(times, [
    ["b", undefined],
    ["a", time],
  ]);
});

test("kubectl takes over from its client-side apply", () => {
  const old = deployment({ replicas: 1 });
  const annotation = "kubectl.kubernetes.io/last-applied-configuration";
  const live = created(
    deployment({ replicas: 1 }, { annotations: { [annotation]: JSON.stringify(old) } }),
    "kubectl-client-side-apply",
  );
  const { object } = applying(live, deployment({ replicas: 5 }), "kubectl");
  const { annotations } = (object as { metadata: { annotations: Record<string, string> } })
    .metadata;
  assert.equal(specOf(JSON.parse(annotations[annotation] ?? "") as Row)["replicas"], 5);
  assert.throws(() => applying(live, deployment({ replicas: 5 }), "someone"), /1 conflict/);
});

test("what does not fit the schema cannot be applied", () => {
  const cases: [applied: Row, message: RegExp][] = [
    [deployment({ nonsense: 1 }), /apps\/v1, Kind=Deployment\): \.spec\.nonsense: field not decl/],
    [withContainers({ name: "x" }, { name: "x" }), /duplicate entries for key \[name="x"\]/],
    [deployment({ replicas: "x" }), /\.spec\.replicas: json: cannot unmarshal string/],
    [
      { ...deployment({}), apiVersion: "v1" },
      /^StatusError: invalid object type: \/v1, Kind=Deployment$/,
    ],
    [deployment({}, { managedFields: [{ manager: "x" }] }), /managedFields must be nil/],
  ];
  for (const [applied, message] of cases)
    assert.throws(() => applying(undefined, applied), message);
});

test("an item without its required key is applied, for validation to find", () => {
  const { object } = applying(undefined, withContainers({ image: "x" }));
  assert.deepEqual(specOf(object), { template: { spec: { containers: [{ image: "x" }] } } });
});

test("stored items that cannot be told apart are refused, not failed on", () => {
  const live = {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "a" },
    secrets: [{ namespace: "x" }],
  };
  const applied = { ...live, secrets: [{ name: "s" }] };
  const request = { type: ServiceAccount, apiVersion: "v1", kind: "ServiceAccount", time };
  assert.throws(() => apply({ ...request, live, applied, manager: "a", force: true }), {
    code: 400,
    message: /^element 0: associative list with keys has an element that omits key field "name"/,
  });
});

test("an untracked object belongs to somebody unknown", () => {
  const { object } = applying(deployment({ replicas: 1 }), deployment({ paused: true }));
  assert.deepEqual(
    entriesOf(object).map((entry) => [entry.manager, entry.operation, entry.fieldsV1]),
    [
      ["a", "Apply", { "f:spec": { "f:paused": {} } }],
      ["before-first-apply", "Update", { "f:spec": { "f:replicas": {} } }],
    ],
  );
});

test("fields of another endpoint are not owned", () => {
  const applied = { ...deployment({ replicas: 1 }), status: { replicas: 3 } };
  const { managedFields } = apply({
    ...common,
    live: undefined,
    applied,
    manager: "a",
    force: false,
    time,
    ignored: setOf("f:status"),
  });
  assert.deepEqual(managedFields[0]?.fieldsV1, { "f:spec": { "f:replicas": {} } });
});

test("a create tracks its writer as upstream does", () => {
  const object = created(
    deployment(
      {
        replicas: 1,
        selector: { matchLabels: { app: "web" } },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } },
        template: {
          metadata: { labels: { app: "web" } },
          spec: {
            containers: [
              { name: "x", resources: {}, ports: [{ containerPort: 80, protocol: "TCP" }] },
            ],
            securityContext: {},
          },
        },
      },
      { uid: "1", resourceVersion: "1" },
    ),
  );
  assert.deepEqual(entriesOf(object)[0]?.fieldsV1, {
    "f:spec": {
      "f:replicas": {},
      "f:selector": {},
      "f:strategy": { "f:rollingUpdate": { ".": {}, "f:maxSurge": {} }, "f:type": {} },
      "f:template": {
        "f:metadata": { "f:labels": { ".": {}, "f:app": {} } },
        "f:spec": {
          "f:containers": {
            'k:{"name":"x"}': {
              ".": {},
              "f:name": {},
              "f:ports": {
                ".": {},
                'k:{"containerPort":80,"protocol":"TCP"}': {
                  ".": {},
                  "f:containerPort": {},
                  "f:protocol": {},
                },
              },
              "f:resources": {},
            },
          },
          "f:securityContext": {},
        },
      },
    },
  });
});

test("an update moves ownership, and a write of nothing costs nothing", () => {
  const before = created(deployment({ replicas: 1, paused: true }));
  const after = { ...before, spec: { replicas: 2 } };
  const managedFields = updateManagers({
    ...common,
    before,
    after,
    manager: "scaler",
    subresource: "scale",
    time: later,
  });
  assert.deepEqual(managedFields, [
    {
      manager: "scaler",
      operation: "Update",
      apiVersion: "apps/v1",
      time: later,
      fieldsType: "FieldsV1",
      fieldsV1: { "f:spec": { "f:replicas": {} } },
      subresource: "scale",
    },
  ]);
  const same = updateManagers({
    ...common,
    before,
    after: { ...before, metadata: { ...before.metadata, resourceVersion: "9" } },
    manager: "scaler",
    time: later,
  });
  assert.equal(same, entriesOf(before));
});

test("users may reset what is tracked, and bring their own", () => {
  const before = created(deployment({ replicas: 1 }));
  const updated = (managedFields: object[]) =>
    updateManagers({
      ...common,
      before,
      after: { ...before, metadata: { ...before.metadata, managedFields } },
      manager: "x",
      time: later,
    });
  assert.deepEqual(updated([{}]), []);
  assert.deepEqual(updated([]), entriesOf(before));
  const own = { ...entriesOf(before)[0], manager: "other" };
  assert.deepEqual(updated([own]), [own]);
});

test("the oldest writers are joined", () => {
  let object: Row = created(deployment({ replicas: 0 }));
  for (let writer = 0; writer < 12; writer++) {
    const after = {
      ...object,
      metadata: {
        ...(object["metadata"] as Row),
        labels: { ...((object["metadata"] as Row)["labels"] as Row), [`l${writer}`]: "x" },
      },
    };
    const second = String(writer).padStart(2, "0");
    const managedFields = updateManagers({
      ...common,
      before: object,
      after,
      manager: `writer-${second}`,
      time: `2026-01-02T00:00:${second}Z`,
    });
    object = { ...after, metadata: { ...after.metadata, managedFields } };
  }
  const entries = entriesOf(object);
  assert.equal(entries.length, 10);
  assert.equal(entries[0]?.manager, "ancient-changes");
  assert.deepEqual(entries[0]?.fieldsV1, {
    "f:metadata": { "f:labels": { ".": {}, "f:l0": {}, "f:l1": {}, "f:l2": {} } },
    "f:spec": { "f:replicas": {} },
  });
});
