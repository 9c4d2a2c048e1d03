import assert from "node:assert/strict";
import { test } from "node:test";
import type { FlowSchema, PriorityLevelConfiguration } from "#api/flowcontrol/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { MetricsRegistry } from "#base/metrics.ts";
import { openHarness } from "#testkit/requests.ts";
import type { Attributes } from "../authz/authorizer.ts";
import { FlowControl } from "./flow-control.ts";
import { fits, inOrder, rulesAbout } from "./matching.ts";

const noQuery = new URLSearchParams();

const attributes = (changes: Partial<Attributes> = {}): Attributes => ({
  user: { name: "ann", groups: ["devs", "system:authenticated"] },
  verb: "get",
  isResource: true,
  group: "",
  version: "v1",
  resource: "pods",
  subresource: "",
  namespace: "default",
  name: "web",
  path: "/api/v1/namespaces/default/pods/web",
  ...changes,
});

function schema(name: string, level: string, precedence: number, rule: object = {}): FlowSchema {
  const all = { verbs: ["*"], apiGroups: ["*"], resources: ["*"], namespaces: ["*"] };
  return {
    apiVersion: "flowcontrol.apiserver.k8s.io/v1",
    kind: "FlowSchema",
    metadata: { name, uid: `${name}-uid` },
    spec: {
      priorityLevelConfiguration: { name: level },
      matchingPrecedence: precedence,
      distinguisherMethod: { type: "ByUser" },
      rules: [
        {
          subjects: [{ kind: "Group", group: { name: "*" } }],
          resourceRules: [{ ...all, clusterScope: true }],
          nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
          ...rule,
        },
      ],
    },
    status: {},
  } as unknown as FlowSchema;
}

function level(name: string, shares: number, response: object): PriorityLevelConfiguration {
  const limited = { nominalConcurrencyShares: shares, limitResponse: response };
  return {
    apiVersion: "flowcontrol.apiserver.k8s.io/v1",
    kind: "PriorityLevelConfiguration",
    metadata: { name, uid: `${name}-uid` },
    spec: { type: "Limited", limited },
    status: {},
  } as unknown as PriorityLevelConfiguration;
}

test("schemas: whom and what they are about", () => {
  const rules: [rule: object, changes: Partial<Attributes>, expected: boolean][] = [
    [{}, {}, true],
    [{ subjects: [{ kind: "User", user: { name: "bob" } }] }, {}, false],
    [{ subjects: [{ kind: "User", user: { name: "*" } }] }, {}, true],
    [{ subjects: [{ kind: "Group", group: { name: "devs" } }] }, {}, true],
    [
      { subjects: [{ kind: "ServiceAccount", serviceAccount: { namespace: "a", name: "*" } }] },
      { user: { name: "system:serviceaccount:a:b", groups: [] } },
      true,
    ],
    [{ resourceRules: [] }, {}, false],
    [
      {
        resourceRules: [
          { verbs: ["get"], apiGroups: [""], resources: ["pods/log"], namespaces: ["default"] },
        ],
      },
      { subresource: "log" },
      true,
    ],
    [
      { resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"], namespaces: ["x"] }] },
      {},
      false,
    ],
    [
      { resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"], namespaces: ["*"] }] },
      { namespace: "", resource: "nodes" },
      false,
    ],
    [
      { nonResourceRules: [{ verbs: ["get"], nonResourceURLs: ["/healthz", "/livez/*"] }] },
      { isResource: false, path: "/livez/ping" },
      true,
    ],
  ];
  for (const [rule, changes, expected] of rules) {
    const one = schema("s", "l", 1, rule);
    const asked = attributes(changes);
    const found = rulesAbout([one], asked.user).some(({ rules }) => fits(rules, asked));
    assert.equal(found, expected, JSON.stringify([rule, changes]));
  }
});

test("the schema of the lowest precedence decides, then the first by name", () => {
  const names = inOrder([schema("b", "l", 5), schema("z", "l", 1), schema("a", "l", 5)]);
  assert.deepEqual(
    names.map(({ metadata }) => metadata.name),
    ["z", "a", "b"],
  );
});

test("who has no seat is turned away with 429, and told when to try again", async () => {
  const clock = new VirtualClock();
  const metrics = new MetricsRegistry();
  const control = new FlowControl({ clock, metrics, seats: 1 });
  control.setLevels([level("tight", 1, { type: "Reject" })]);
  control.setSchemas([schema("everything", "tight", 1)]);
  await using api = await openHarness({ flowControl: () => control });
  const path = "/api/v1/namespaces/default/configmaps";
  const good = await api.send("GET", path);
  assert.equal(good.status, 200);
  assert.equal(good.headers["x-kubernetes-pf-flowschema-uid"], "everything-uid");
  assert.equal(good.headers["x-kubernetes-pf-prioritylevel-uid"], "tight-uid");
  const { signal } = new AbortController();
  const held = await control.enter(attributes(), noQuery, signal);
  const refused = await api.send("GET", path);
  assert.equal(refused.status, 429);
  assert.equal(refused.headers["retry-after"], "1");
  assert.equal(refused.text, "Too many requests, please try again later.\n");
  held.leave?.();
  assert.equal((await api.send("GET", path)).status, 200);
  assert.match(
    metrics.render(),
    /apiserver_flowcontrol_rejected_requests_total\{[^}]*reason="concurrency-limit"\} 1/,
  );
});

test("seats are shared out by shares, and lent", async () => {
  const clock = new VirtualClock();
  const control = new FlowControl({ clock, metrics: new MetricsRegistry(), seats: 4 });
  const lender = level("lender", 3, { type: "Reject" });
  Object.assign(lender.spec.limited ?? {}, { lendablePercent: 34 });
  control.setLevels([lender, level("borrower", 1, { type: "Reject" })]);
  control.setSchemas([schema("everything", "borrower", 1)]);
  const { signal } = new AbortController();
  const results = [];
  for (let index = 0; index < 3; index++)
    results.push(await control.enter(attributes(), noQuery, signal));
  // One seat of its own, and the one of three that the other level lends.
  assert.deepEqual(
    results.map(({ leave }) => leave !== undefined),
    [true, true, false],
  );
});

test("metrics tell how many have a seat, and how many wait for one", async () => {
  const clock = new VirtualClock();
  const metrics = new MetricsRegistry();
  const control = new FlowControl({ clock, metrics, seats: 1 });
  control.setLevels([level("busy", 1, { type: "Queue", queuing: { queues: 1, handSize: 1 } })]);
  control.setSchemas([schema("all", "busy", 1)]);
  const labels = '{flow_schema="all",priority_level="busy"}';
  const counted = () =>
    ["executing", "inqueue"].map((what) => {
      const line = `apiserver_flowcontrol_current_${what}_requests${labels} `;
      return metrics.render().split(line)[1]?.split("\n")[0];
    });
  const signal = new AbortController().signal;
  const first = await control.enter(attributes(), noQuery, signal);
  assert.deepEqual(counted(), ["1", "0"]);
  const second = control.enter(attributes(), noQuery, signal);
  assert.deepEqual(counted(), ["1", "1"]);
  first.leave?.();
  const { leave } = await second;
  assert.deepEqual(counted(), ["1", "0"]);
  leave?.();
  assert.deepEqual(counted(), ["0", "0"]);
});
