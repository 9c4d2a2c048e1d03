import { test } from "node:test";
import assert from "node:assert/strict";
import type { ResourceQuota } from "#api/core/v1.ts";
import type { ApiObject } from "#client/object.ts";
import { concerns, msToNextRelease, plan } from "./plan.ts";
import type { Holding } from "./plan.ts";

const now = Date.UTC(2026, 0, 2);
const surroundings = { now };

function quota(hard: object, more: { spec?: object; status?: object } = {}): ResourceQuota {
  const { spec = {}, status = {} } = more;
  return { metadata: { name: "q" }, spec: { hard, ...spec }, status } as unknown as ResourceQuota;
}

const pod = (spec: object = {}, more: { metadata?: object; status?: object } = {}) => ({
  metadata: {},
  status: {},
  ...more,
  spec: { containers: [{ name: "main" }], ...spec },
});
const sized = (cpu: string) =>
  pod({ containers: [{ name: "main", resources: { requests: { cpu } } }] });
const pods = (...objects: object[]): Holding => ({ group: "", resource: "pods", objects });
const over = { status: { phase: "Succeeded" } };
const leaving = (secondsAgo: number) => ({
  metadata: {
    deletionTimestamp: new Date(now - secondsAgo * 1000).toISOString(),
    deletionGracePeriodSeconds: 30,
  },
});

test("what a quota's status says", () => {
  const cases: [string, ResourceQuota, readonly Holding[], object | undefined][] = [
    ["nothing, of nothing", quota({ pods: "2" }), [pods()], { pods: "0" }],
    ["pods that may run", quota({ pods: "2" }), [pods(pod(), pod({}, over))], { pods: "1" }],
    [
      "all that are stored, as objects",
      quota({ "count/pods": "2" }),
      [pods(pod(), pod({}, over))],
      { "count/pods": "2" },
    ],
    [
      "no pod that should be gone by now",
      quota({ pods: "2" }),
      [pods(pod({}, leaving(29)), pod({}, leaving(31)))],
      { pods: "1" },
    ],
    [
      "sums in the shortest form",
      quota({ cpu: "2", "requests.cpu": "2" }),
      [pods(sized("300m"), sized("700m"))],
      { cpu: "1", "requests.cpu": "1" },
    ],
    [
      "those in its scope",
      quota({ pods: "2" }, { spec: { scopes: ["BestEffort"] } }),
      [pods(sized("1"), pod())],
      { pods: "1" },
    ],
    [
      "those of a priority class",
      quota(
        { pods: "2" },
        {
          spec: {
            scopeSelector: {
              matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: ["high"] }],
            },
          },
        },
      ),
      [pods(pod({ priorityClassName: "high" }), pod({ priorityClassName: "low" }), pod())],
      { pods: "1" },
    ],
    [
      "numbers of what is only counted",
      quota({ secrets: "5", "count/secrets": "5", "count/widgets.example.com": "9" }),
      [
        { group: "", resource: "secrets", objects: 3 },
        { group: "example.com", resource: "widgets", objects: 4 },
      ],
      { secrets: "3", "count/secrets": "3", "count/widgets.example.com": "4" },
    ],
    [
      "none of what scopes are not about",
      quota({ secrets: "5" }, { spec: { scopes: ["BestEffort"] } }),
      [{ group: "", resource: "secrets", objects: 3 }],
      { secrets: "0" },
    ],
    [
      "nothing of what nobody serves",
      quota({ pods: "2", "count/widgets.example.com": "9" }),
      [pods()],
      { pods: "0" },
    ],
    [
      "what it said, of what is not known yet",
      quota({ pods: "2", secrets: "5" }, { status: { used: { secrets: "4", services: "1" } } }),
      [pods(), { group: "", resource: "secrets", objects: undefined }],
      { pods: "0", secrets: "4" },
    ],
    [
      "no half of what two kinds count to",
      quota({ "requests.example.com/gpu": "2" }),
      [pods(), { group: "resource.k8s.io", resource: "resourceclaims", objects: undefined }],
      {},
    ],
    [
      "the same as before, in other words",
      quota({ cpu: "2" }, { status: { hard: { cpu: "2000m" }, used: { cpu: "1000m" } } }),
      [pods(sized("1"))],
      undefined,
    ],
    [
      "another bound than before",
      quota({ cpu: "3" }, { status: { hard: { cpu: "2" }, used: { cpu: "1" } } }),
      [pods(sized("1"))],
      { cpu: "1" },
    ],
  ];
  for (const [name, quota, holdings, used] of cases) {
    const status = used && { hard: quota.spec.hard, used };
    const planned = plan(quota, holdings, { now, mayRelease: true });
    assert.deepEqual(planned, { status, isHeldBack: false }, name);
  }
});

test("while somebody may be making something, nothing is given back", () => {
  const hard = { pods: "5", secrets: "5" };
  const said = quota(hard, { status: { hard, used: { pods: "2", secrets: "1" } } });
  const secrets = (objects: number): Holding => ({ group: "", resource: "secrets", objects });
  const wait = { now, mayRelease: false };
  assert.deepEqual(plan(said, [pods(pod()), secrets(1)], wait), {
    status: undefined,
    isHeldBack: true,
  });
  assert.deepEqual(plan(said, [pods(pod()), secrets(2)], wait), {
    status: { hard, used: { pods: "2", secrets: "2" } },
    isHeldBack: true,
  });
  assert.deepEqual(plan(said, [pods(pod()), secrets(2)], { now, mayRelease: true }), {
    status: { hard, used: { pods: "1", secrets: "2" } },
    isHeldBack: false,
  });
});

test("which changes concern a quota", () => {
  const object = (value: object) => ({ metadata: {}, ...value }) as unknown as ApiObject;
  const changed = (old: object, object_: object) =>
    ({ type: "changed", old: object(old), object: object(object_) }) as const;
  const service = (type: string, ...ports: object[]) => ({ spec: { type, ports } });
  const port = { port: 80 };
  const claim = (storage: string, status: object = {}) => ({
    metadata: {},
    spec: { resources: { requests: { storage } } },
    status,
  });
  const storage = { "requests.storage": "9Gi" };
  const terminating = { spec: { scopes: ["Terminating"] } };
  const cases: [string, ResourceQuota, string, Parameters<typeof concerns>[1]["kind"], boolean][] =
    [
      ["one more", quota({ pods: "1" }), "pods", { type: "added" }, true],
      ["one less", quota({ pods: "1" }), "pods", { type: "deleted" }, true],
      ["one of another kind", quota({ pods: "1" }), "secrets", { type: "deleted" }, false],
      ["a pod that starts", quota({ pods: "1" }), "pods", changed(pod(), pod()), false],
      [
        "a pod that will go",
        quota({ pods: "1" }),
        "pods",
        changed(pod(), pod({}, leaving(0))),
        true,
      ],
      ["a pod that ends", quota({ pods: "1" }), "pods", changed(pod(), pod({}, over)), true],
      [
        "a pod that gets a deadline",
        quota({ pods: "1" }, terminating),
        "pods",
        changed(pod(), pod({ activeDeadlineSeconds: 5 })),
        true,
      ],
      [
        "a service of another type",
        quota({ "services.nodeports": "1" }),
        "services",
        changed(service("NodePort", port), service("ClusterIP", port)),
        true,
      ],
      [
        "a service of other ports",
        quota({ "services.nodeports": "1" }),
        "services",
        changed(service("NodePort", port, port), service("NodePort", port)),
        true,
      ],
      [
        "a claim that was given more",
        quota(storage),
        "persistentvolumeclaims",
        changed(claim("1Gi"), claim("1Gi", { allocatedResources: { storage: "2Gi" } })),
        true,
      ],
      [
        "a claim that was bound",
        quota(storage),
        "persistentvolumeclaims",
        changed(claim("1Gi"), claim("1Gi", { phase: "Bound" })),
        false,
      ],
    ];
  for (const [name, quota, resource, kind, expected] of cases) {
    const change = { group: "", resource, kind };
    assert.equal(concerns(quota, change, surroundings), expected, name);
  }
});

test("a pod that should be gone is let go of in time", () => {
  const holdings = [pods(pod(), pod({}, leaving(10)), pod({}, leaving(20)), pod({}, leaving(40)))];
  assert.equal(msToNextRelease(holdings, now), 10_001);
  assert.equal(msToNextRelease([pods(pod())], now), undefined);
});
