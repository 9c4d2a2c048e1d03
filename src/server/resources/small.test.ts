import { test } from "node:test";
import assert from "node:assert/strict";
import { Event as CoreEvent } from "#api/core/v1.ts";
import type { Event } from "#api/events/v1.ts";
import { applyDefaults } from "#schema/default.ts";
import type { ResourceDefinition } from "../registry/resource.ts";
import { allResources } from "./all.ts";
import { fromCoreEvent, toCoreEvent } from "./events/events/conversion.ts";
import { contextOf, createSurroundings, defaulted, problems, updateProblems } from "./testing.ts";

const definitions = allResources(createSurroundings().dependencies);

function definitionOf(kind: string, group = ""): ResourceDefinition {
  const found = definitions.find(
    ({ type }) => type.info.kind === kind && type.info.group === group,
  );
  assert.ok(found, kind);
  return found;
}

const metadata = { name: "x", namespace: "default" };
const labels = { app: "web" };
const template = {
  metadata: { labels },
  spec: { containers: [{ name: "a", image: "nginx" }] },
};
const deployment = { metadata, spec: { selector: { matchLabels: labels }, template } };

interface Case {
  readonly kind: string;
  readonly group?: string;
  readonly what: string;
  readonly object: object;
  readonly old?: object;
  readonly errors: readonly string[];
}

const cases: Case[] = [
  { kind: "Deployment", group: "apps", what: "all right", object: deployment, errors: [] },
  {
    kind: "Deployment",
    group: "apps",
    what: "a selector of other pods",
    object: { metadata, spec: { selector: { matchLabels: { app: "db" } }, template } },
    errors: [
      'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match ' +
        "template `labels`",
    ],
  },
  {
    kind: "Deployment",
    group: "apps",
    what: "no selector",
    object: { metadata, spec: { template } },
    errors: [
      "spec.selector: Required value",
      'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
    ],
  },
  {
    kind: "Deployment",
    group: "apps",
    what: "pods that end",
    object: {
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: { ...template, spec: { ...template.spec, restartPolicy: "Never" } },
      },
    },
    errors: [
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ],
  },
  {
    kind: "Deployment",
    group: "apps",
    what: "no way to roll",
    object: {
      metadata,
      spec: {
        ...deployment.spec,
        strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } },
      },
    },
    errors: [
      "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when " +
        "`maxSurge` is 0",
    ],
  },
  {
    kind: "Deployment",
    group: "apps",
    what: "another selector",
    old: deployment,
    object: {
      metadata,
      spec: {
        selector: { matchLabels: { app: "web", tier: "a" } },
        template: { ...template, metadata: { labels: { app: "web", tier: "a" } } },
      },
    },
    errors: [
      'spec.selector: Invalid value: {"matchLabels":{"app":"web","tier":"a"}}: field is immutable',
    ],
  },
  {
    kind: "ReplicaSet",
    group: "apps",
    what: "fewer than none",
    object: { metadata, spec: { ...deployment.spec, replicas: -1 } },
    errors: ["spec.replicas: Invalid value: -1: must be greater than or equal to 0"],
  },
  {
    kind: "ConfigMap",
    what: "a key with a slash",
    object: { metadata, data: { "a/b": "" } },
    errors: [
      'data[a/b]: Invalid value: "a/b": a valid config key must consist of alphanumeric ' +
        "characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used " +
        "for validation is '[-._a-zA-Z0-9]+')",
    ],
  },
  {
    kind: "ConfigMap",
    what: "too much",
    object: { metadata, data: { a: "x".repeat(1024 * 1024 + 1) } },
    errors: ["[]: Too long: may not be more than 1048576 bytes"],
  },
  {
    kind: "ConfigMap",
    what: "a change of what is immutable",
    old: { metadata, immutable: true, data: { a: "1" } },
    object: { metadata, immutable: true, data: { a: "2" } },
    errors: ["data: Forbidden: field is immutable when `immutable` is set"],
  },
  {
    kind: "Secret",
    what: "TLS without a key",
    object: { metadata, type: "kubernetes.io/tls", stringData: { "tls.crt": "x" } },
    errors: ["data[tls.key]: Required value"],
  },
  {
    kind: "Secret",
    what: "another type",
    old: { metadata },
    object: { metadata, type: "kubernetes.io/ssh-auth", stringData: { "ssh-privatekey": "x" } },
    errors: ['type: Invalid value: "kubernetes.io/ssh-auth": field is immutable'],
  },
  {
    kind: "Namespace",
    what: "a finalizer of nobody",
    object: { metadata: { name: "x" }, spec: { finalizers: ["mine"] } },
    errors: [
      'spec.finalizers: Invalid value: "mine": name is neither a standard finalizer name nor is ' +
        "it fully qualified",
    ],
  },
  {
    kind: "Node",
    what: "another range of pods",
    old: { metadata: { name: "x" }, spec: { podCIDR: "10.0.0.0/24", podCIDRs: ["10.0.0.0/24"] } },
    object: {
      metadata: { name: "x" },
      spec: { podCIDR: "10.0.1.0/24", podCIDRs: ["10.0.1.0/24"] },
    },
    errors: [
      'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
    ],
  },
  {
    kind: "Event",
    what: "another namespace",
    object: { metadata, involvedObject: { kind: "Pod", namespace: "other", name: "p" } },
    errors: ['involvedObject.namespace: Invalid value: "other": does not match event.namespace'],
  },
  {
    kind: "Event",
    group: "events.k8s.io",
    what: "the older fields in the newer version",
    object: {
      metadata,
      eventTime: "2026-01-01T00:00:00.000000Z",
      regarding: { namespace: "default" },
      type: "Normal",
      reason: "Made",
      action: "make",
      reportingController: "maker",
      reportingInstance: "maker-1",
      deprecatedCount: 2,
    },
    errors: ['count: Invalid value: "": needs to be unset'],
  },
  {
    kind: "Endpoints",
    what: "the loopback address",
    object: { metadata, subsets: [{ addresses: [{ ip: "127.0.0.1" }], ports: [{ port: 80 }] }] },
    errors: [
      'subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range ' +
        "(127.0.0.0/8, ::1/128)",
    ],
  },
  {
    kind: "EndpointSlice",
    group: "discovery.k8s.io",
    what: "an endpoint without addresses",
    object: { metadata, addressType: "IPv4", endpoints: [{ addresses: [] }] },
    errors: ["endpoints[0].addresses: Required value: must contain at least 1 address"],
  },
  {
    kind: "Lease",
    group: "coordination.k8s.io",
    what: "no time",
    object: { metadata, spec: { leaseDurationSeconds: 0 } },
    errors: ["spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0"],
  },
  {
    kind: "Role",
    group: "rbac.authorization.k8s.io",
    what: "a rule without resources",
    object: { metadata, rules: [{ verbs: ["get"], apiGroups: [""] }] },
    errors: [
      "rules[0].resources: Required value: resource rules must supply at least one resource",
    ],
  },
  {
    kind: "ClusterRoleBinding",
    group: "rbac.authorization.k8s.io",
    what: "an account of no namespace",
    object: {
      metadata,
      roleRef: { kind: "ClusterRole", name: "r" },
      subjects: [{ kind: "ServiceAccount", name: "a" }],
    },
    errors: ["subjects[0].namespace: Required value"],
  },
  {
    kind: "RoleBinding",
    group: "rbac.authorization.k8s.io",
    what: "another role",
    old: { metadata, roleRef: { kind: "Role", name: "r" } },
    object: { metadata, roleRef: { kind: "Role", name: "s" } },
    errors: [
      'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"s"}: ' +
        "cannot change roleRef",
    ],
  },
  {
    kind: "PriorityClass",
    group: "scheduling.k8s.io",
    what: "more than a user may",
    object: { metadata: { name: "x" }, value: 1_000_000_001 },
    errors: ["value: Forbidden: maximum allowed value of a user defined priority is 1000000000"],
  },
  {
    kind: "LimitRange",
    what: "a least above the most",
    object: { metadata, spec: { limits: [{ type: "Pod", min: { cpu: "2" }, max: { cpu: "1" } }] } },
    errors: [
      'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
    ],
  },
  {
    kind: "StatefulSet",
    group: "apps",
    what: "another service",
    old: { metadata, spec: { ...deployment.spec, serviceName: "a" } },
    object: { metadata, spec: { ...deployment.spec, serviceName: "b" } },
    errors: [
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', " +
        "'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', " +
        "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ],
  },
  {
    kind: "PersistentVolumeClaim",
    what: "no size",
    object: { metadata, spec: { accessModes: ["ReadWriteOnce"] } },
    errors: ["spec.resources[storage]: Required value"],
  },
  {
    kind: "Ingress",
    group: "networking.k8s.io",
    what: "nothing to do",
    object: { metadata, spec: {} },
    errors: ["spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"],
  },
];

for (const { kind, group, what, object, old, errors } of cases) {
  test(`${kind}: ${what}`, () => {
    const definition = definitionOf(kind, group);
    const found = old ? updateProblems(definition, old, object) : problems(definition, object);
    assert.deepEqual(found, errors);
  });
}

test("a Deployment's defaults", () => {
  const { spec } = defaulted<typeof deployment & { spec: Record<string, unknown> }>(
    definitionOf("Deployment", "apps"),
    deployment,
  );
  assert.deepEqual(spec["strategy"], {
    type: "RollingUpdate",
    rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" },
  });
  assert.equal(spec["replicas"], 1);
  assert.equal(spec["progressDeadlineSeconds"], 600);
  const [container] = spec.template.spec.containers as { imagePullPolicy?: string }[];
  assert.equal(container?.imagePullPolicy, "Always");
  assert.equal(
    (spec.template.spec as { enableServiceLinks?: boolean }).enableServiceLinks,
    undefined,
  );
});

test("a Secret's plain strings are encoded and win", () => {
  const secret = defaulted<Record<string, unknown>>(definitionOf("Secret"), {
    metadata,
    data: { a: "b2xk", b: "Yg==" },
    stringData: { a: "new" },
  });
  assert.deepEqual(secret["data"], { a: "bmV3", b: "Yg==" });
  assert.equal(secret["stringData"], undefined);
});

test("a ReplicationController takes selector and labels from its template", () => {
  const controller = defaulted<{
    metadata: { labels: object };
    spec: { selector: object };
  }>(definitionOf("ReplicationController"), { metadata: { ...metadata }, spec: { template } });
  assert.deepEqual(controller.spec.selector, labels);
  assert.deepEqual(controller.metadata.labels, labels);
});

test("a Job selects its own pods", async () => {
  const definition = definitionOf("Job", "batch");
  const job = defaulted<{ spec: Record<string, unknown> }>(definition, {
    metadata: { ...metadata, uid: "u1" },
    spec: { template: { spec: { ...template.spec, restartPolicy: "Never" } } },
  });
  await definition.prepareForCreate?.(job, contextOf({}));
  assert.deepEqual(job.spec["selector"], {
    matchLabels: { "batch.kubernetes.io/controller-uid": "u1" },
  });
  assert.deepEqual([job.spec["completions"], job.spec["parallelism"]], [1, 1]);
});

test("what may change of a Job: its size if it is indexed, its template while it rests", () => {
  const definition = definitionOf("Job", "batch");
  type Spec = Record<string, unknown>;
  const change = (from: { spec?: Spec; status?: object }, to: Spec) => {
    const podSpec = { ...template.spec, restartPolicy: "Never" };
    const jobOf = (spec: Spec) => ({
      ...defaulted<object>(definition, {
        metadata,
        spec: { template: { spec: podSpec }, ...spec },
      }),
      status: from.status ?? {},
    });
    const errors = definition.validateUpdate?.(
      jobOf({ ...from.spec, ...to }),
      jobOf(from.spec ?? {}),
    );
    return (errors ?? []).map(({ detail, path }) => `${path}: ${detail}`);
  };
  const indexed = { completionMode: "Indexed", completions: 2, parallelism: 2 };
  const moved = {
    spec: { ...template.spec, restartPolicy: "Never", nodeSelector: { disk: "ssd" } },
  };
  const other = { spec: { ...template.spec, restartPolicy: "OnFailure" } };
  assert.deepEqual(change({ spec: indexed }, { completions: 3, parallelism: 3 }), []);
  assert.deepEqual(change({ spec: indexed }, { completions: 3 }), [
    "spec.completions: can only be modified in tandem with spec.parallelism",
  ]);
  assert.deepEqual(change({}, { completions: 3, parallelism: 3 }), [
    "spec.completions: field is immutable",
  ]);
  assert.deepEqual(change({}, { template: moved }), ["spec.template: field is immutable"]);
  assert.deepEqual(change({ spec: { suspend: true } }, { template: moved }), []);
  assert.deepEqual(change({ spec: { suspend: true } }, { template: other }), [
    "spec.template.spec: field is immutable",
  ]);
  const runs = { spec: { suspend: true }, status: { startTime: "2026-01-01T00:00:00Z" } };
  assert.deepEqual(change(runs, { template: moved }), ["spec.template: field is immutable"]);
});

test("a LimitRange's defaults for containers", () => {
  const range = defaulted<{ spec: { limits: Record<string, unknown>[] } }>(
    definitionOf("LimitRange"),
    {
      metadata,
      spec: { limits: [{ type: "Container", max: { cpu: "1" }, min: { cpu: "100m" } }] },
    },
  );
  const [item] = range.spec.limits;
  assert.deepEqual([item?.["default"], item?.["defaultRequest"]], [{ cpu: "1" }, { cpu: "1" }]);
});

test("a variable that hides another is worth a warning", () => {
  const definition = definitionOf("Pod");
  const env = [{ name: "A" }, { name: "A" }];
  const pod = defaulted(definition, {
    metadata,
    spec: { containers: [{ name: "a", image: "nginx", env }] },
  });
  assert.deepEqual(definition.warnings?.(pod, undefined), [
    'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when ' +
      "using apply",
  ]);
});

test("a Namespace is born with its finalizer, label and phase", async () => {
  const definition = definitionOf("Namespace");
  const namespace = defaulted<{
    metadata: { labels: object };
    spec: { finalizers: string[] };
    status: object;
  }>(definition, { metadata: { name: "x" } });
  await definition.prepareForCreate?.(namespace, contextOf({}));
  assert.deepEqual(namespace.metadata.labels, { "kubernetes.io/metadata.name": "x" });
  assert.deepEqual(namespace.spec.finalizers, ["kubernetes"]);
  assert.deepEqual(namespace.status, { phase: "Active" });
  assert.equal(definition.holdsDeletion?.(namespace), true);
  definition.markDeleted?.(namespace);
  assert.deepEqual(namespace.status, { phase: "Terminating" });
});

test("both versions of an event are one object", () => {
  const stored: CoreEvent = applyDefaults(CoreEvent, {
    metadata: { name: "e", namespace: "default" },
    involvedObject: { kind: "Pod", name: "p", namespace: "default" },
    reason: "Started",
    message: "Started container a",
    source: { component: "kubelet", host: "n1" },
    firstTimestamp: "2026-01-01T00:00:00Z",
    lastTimestamp: "2026-01-01T00:05:00Z",
    count: 3,
    type: "Normal",
  });
  const shown: Event = fromCoreEvent(stored);
  assert.equal(shown.note, "Started container a");
  assert.equal(shown.deprecatedCount, 3);
  assert.deepEqual(shown.regarding, stored.involvedObject);
  assert.deepEqual(toCoreEvent(shown), stored);
});

const rows: [kind: string, group: string, object: object, ...cells: unknown[]][] = [
  [
    "Endpoints",
    "",
    {
      metadata: { name: "x" },
      subsets: [
        {
          addresses: ["1.0.0.1", "1.0.0.2", "1.0.0.3", "1.0.0.4"].map((ip) => ({ ip })),
          ports: [{ port: 80 }],
        },
      ],
    },
    "x",
    "1.0.0.1:80,1.0.0.2:80,1.0.0.3:80 + 1 more...",
  ],
  ["Endpoints", "", { metadata: { name: "x" } }, "x", "<none>"],
  [
    "EndpointSlice",
    "discovery.k8s.io",
    {
      metadata: { name: "x" },
      addressType: "IPv4",
      endpoints: [{ addresses: ["1.0.0.1"] }],
      ports: [{ port: 80 }],
    },
    "x",
    "IPv4",
    "80",
    "1.0.0.1",
  ],
  [
    "Node",
    "",
    {
      metadata: { name: "x", labels: { "node-role.kubernetes.io/control-plane": "" } },
      spec: { unschedulable: true },
      status: { conditions: [{ type: "Ready", status: "True" }] },
    },
    "x",
    "Ready,SchedulingDisabled",
    "control-plane",
  ],
  ["Node", "", { metadata: { name: "x" } }, "x", "Unknown", "<none>"],
  [
    "Deployment",
    "apps",
    { ...deployment, status: { readyReplicas: 1, updatedReplicas: 1, availableReplicas: 1 } },
    "x",
    "1/1",
    1,
    1,
  ],
  [
    "Event",
    "",
    {
      metadata: { name: "e" },
      involvedObject: { kind: "Pod", name: "p" },
      reason: "Started",
      message: " done\n",
      type: "Normal",
      lastTimestamp: "2026-01-01T00:00:00Z",
    },
    "10m",
    "Normal",
    "Started",
    "pod/p",
    "",
    "",
    "done",
  ],
  ["Secret", "", { metadata: { name: "x" }, data: { a: "" } }, "x", "Opaque", 1],
];

for (const [kind, group, object, ...cells] of rows) {
  test(`${kind} in a table: ${cells.join(" ")}`, () => {
    const definition = definitionOf(kind, group);
    const whole = defaulted(definition, object);
    const now = Date.parse("2026-01-01T00:10:00Z");
    const shown = (definition.columns ?? []).map((column) => column.cell(whole, now));
    assert.deepEqual(shown.slice(0, cells.length), cells);
  });
}
