import { test } from "node:test";
import assert from "node:assert/strict";
import type { Container, Pod } from "#api/core/v1.ts";
import type { Draft } from "#schema/message.ts";
import { createSurroundings, defaulted, problems, updateProblems } from "../../testing.ts";
import { pods } from "./resource.ts";

const definition = pods(createSurroundings().dependencies);
const metadata = { name: "x", namespace: "default" };

type Spec = Draft<Pod>["spec"];
const withSpec = (spec: Partial<Spec>): Draft<Pod> => ({
  metadata,
  spec: { containers: [{ name: "a", image: "nginx" }], ...spec },
});
const withContainer = (container: Partial<Draft<Container>>): Draft<Pod> =>
  withSpec({ containers: [{ name: "a", image: "nginx", ...container }] });

const at = "spec.containers[0]";
const refused: [what: string, pod: Draft<Pod>, ...errors: string[]][] = [
  ["a plain pod", withSpec({})],
  ["no containers", withSpec({ containers: [] }), "spec.containers: Required value"],
  [
    "no name, no image",
    withSpec({ containers: [{ name: "" }] }),
    `${at}.name: Required value`,
    `${at}.image: Required value`,
  ],
  [
    "an upper case name",
    withContainer({ name: "A" }),
    `${at}.name: Invalid value: "A": a lowercase RFC 1123 label must consist of lower case ` +
      "alphanumeric characters or '-', and must start and end with an alphanumeric character " +
      "(e.g. 'my-name', regex used for validation is " +
      "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  ],
  [
    "two of one name",
    withSpec({
      containers: [
        { name: "a", image: "x" },
        { name: "a", image: "y" },
      ],
    }),
    'spec.containers[1].name: Duplicate value: "a"',
  ],
  [
    "a mount of no volume",
    withContainer({ volumeMounts: [{ name: "data", mountPath: "/data" }] }),
    `${at}.volumeMounts[0].name: Not found: "data"`,
  ],
  [
    "a port out of range",
    withContainer({ ports: [{ containerPort: 70_000 }] }),
    `${at}.ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive`,
  ],
  [
    "a request above its limit",
    withContainer({ resources: { requests: { cpu: "2" }, limits: { cpu: "1" } } }),
    `${at}.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1`,
  ],
  [
    "a probe without a handler",
    withContainer({ readinessProbe: {} }),
    `${at}.readinessProbe: Required value: must specify a handler type`,
  ],
  [
    "a liveness probe that must succeed twice",
    withContainer({ livenessProbe: { tcpSocket: { port: 80 }, successThreshold: 2 } }),
    `${at}.livenessProbe.successThreshold: Invalid value: 2: must be 1`,
  ],
  [
    "a word that is none",
    withSpec({ restartPolicy: "Sometimes" as "Always" }),
    'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", ' +
      '"Never", "OnFailure"',
  ],
  [
    "a value and where it comes from",
    withContainer({
      env: [{ name: "A", value: "b", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
    }),
    `${at}.env[0].valueFrom: Invalid value: "": may not be specified when \`value\` is not empty`,
  ],
  [
    "two sources for one volume",
    withSpec({ volumes: [{ name: "v", emptyDir: {}, hostPath: { path: "/x" } }] }),
    "spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type",
  ],
  [
    "a probe of an init container",
    withSpec({
      initContainers: [{ name: "i", image: "x", readinessProbe: { tcpSocket: { port: 1 } } }],
    }),
    "spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers " +
      "without restartPolicy=Always",
  ],
  [
    "a toleration without a key",
    withSpec({ tolerations: [{ effect: "NoSchedule" }] }),
    'spec.tolerations[0].operator: Invalid value: "": operator must be Exists when `key` is ' +
      'empty, which means "match all values and all keys"',
  ],
  [
    "an ephemeral container from the start",
    withSpec({ ephemeralContainers: [{ name: "debug", image: "busybox" }] }),
    "spec.ephemeralContainers: Forbidden: cannot be set on create",
  ],
  [
    "a resource that nobody knows",
    withContainer({ resources: { requests: { gpu: "1" }, limits: { gpu: "1" } } }),
    `${at}.resources.limits[gpu]: Invalid value: "gpu": must be a standard resource type or ` +
      "fully qualified",
    `${at}.resources.limits[gpu]: Invalid value: "gpu": must be a standard resource for containers`,
    `${at}.resources.requests[gpu]: Invalid value: "gpu": must be a standard resource type or ` +
      "fully qualified",
    `${at}.resources.requests[gpu]: Invalid value: "gpu": must be a standard resource for ` +
      "containers",
  ],
];

for (const [what, pod, ...errors] of refused) {
  test(`a pod with ${what}`, () => {
    assert.deepEqual(problems(definition, pod).map(plain), errors.map(plain));
  });
}

/** How examples are joined is the names' own test. */
function plain(text: string): string {
  return text.replace(/\(e\.g\..*?, regex/, "(regex");
}

const fields =
  "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`," +
  "`spec.tolerations` (only additions to existing tolerations)," +
  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

const updates: [what: string, from: Draft<Pod>, to: Draft<Pod>, ...errors: string[]][] = [
  [
    "another image",
    withContainer({}),
    withContainer({ image: "nginx:2", imagePullPolicy: "Always" }),
  ],
  [
    "another command",
    withContainer({}),
    withSpec({ containers: [{ name: "a", image: "nginx" }], hostNetwork: true }),
    `spec: Forbidden: pod updates may not change fields other than ${fields}\n` +
      "  hostNetwork: unset -> true",
  ],
  [
    "one more container",
    withSpec({}),
    withSpec({
      containers: [
        { name: "a", image: "x" },
        { name: "b", image: "x" },
      ],
    }),
    "spec.containers: Forbidden: pod updates may not add or remove containers",
  ],
  [
    "one more toleration",
    withSpec({}),
    withSpec({ tolerations: [{ key: "a", operator: "Exists" }] }),
  ],
  [
    "a toleration less",
    withSpec({ tolerations: [{ key: "a", operator: "Exists" }] }),
    withSpec({}),
    "spec.tolerations: Forbidden: existing toleration can not be modified except its " +
      "tolerationSeconds",
  ],
  [
    "a later deadline",
    withSpec({ activeDeadlineSeconds: 5 }),
    withSpec({ activeDeadlineSeconds: 9 }),
    "spec.activeDeadlineSeconds: Invalid value: 9: must be less than or equal to previous value",
  ],
];

for (const [what, from, to, ...errors] of updates) {
  test(`a pod updated with ${what}`, () => {
    assert.deepEqual(updateProblems(definition, from, to), errors);
  });
}

test("defaults that follow from other fields", () => {
  const pod = defaulted<Pod>(
    definition,
    withSpec({
      serviceAccountName: "robot",
      hostNetwork: true,
      containers: [
        {
          name: "a",
          image: "registry:5000/nginx",
          ports: [{ containerPort: 80 }],
          resources: { limits: { cpu: "1" } },
        },
        { name: "b", image: "nginx:1.27" },
        { name: "c", image: "nginx@sha256:abc" },
        { name: "d", image: "nginx:latest" },
      ],
      volumes: [{ name: "v" }],
    }),
  );
  const policies = pod.spec.containers.map((container) => container.imagePullPolicy);
  assert.deepEqual(policies, ["Always", "IfNotPresent", "IfNotPresent", "Always"]);
  assert.deepEqual(pod.spec.containers[0]?.resources.requests, { cpu: "1" });
  assert.equal(pod.spec.containers[0]?.ports?.[0]?.hostPort, 80);
  assert.equal(pod.spec.serviceAccount, "robot");
  assert.equal(pod.spec.enableServiceLinks, true);
  assert.deepEqual(pod.spec.volumes, [{ name: "v", emptyDir: {} }]);
  assert.equal(pod.spec.terminationGracePeriodSeconds, 30);
});
