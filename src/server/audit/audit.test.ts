import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "#base/clock.ts";
import { seededRandom } from "#base/random.ts";
import type { Attributes } from "../authz/authorizer.ts";
import { configMap, openHarness } from "#testkit/requests.ts";
import type { Loose } from "#testkit/requests.ts";
import { Auditor } from "./auditor.ts";
import { AuditPolicy } from "./policy.ts";

const head = "apiVersion: audit.k8s.io/v1\nkind: Policy\n";
const policyOf = (rules: string, more = "") => AuditPolicy.parse(`${head}${more}rules:\n${rules}`);

function attributes(changes: Partial<Attributes>): Attributes {
  return {
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
  };
}

test("the first rule that matches decides; without one, nothing is written down", () => {
  const policy = policyOf(`
- { level: None, users: [bob] }
- { level: Metadata, resources: [{ group: "", resources: [secrets, "*/log"] }] }
- { level: Request, verbs: [create], userGroups: [devs], namespaces: [default] }
- { level: RequestResponse, resources: [{ group: apps, resources: ["deployments/*"] }] }
- { level: Request, resources: [{ group: "", resources: [pods], resourceNames: [web] }] }
- { level: Metadata, nonResourceURLs: ["/healthz*", "/version"] }
`);
  const cases: [string, Partial<Attributes>][] = [
    ["None", { user: { name: "bob", groups: ["devs"] }, resource: "secrets" }],
    ["Metadata", { resource: "secrets" }],
    ["Metadata", { subresource: "log" }],
    ["Request", { verb: "create", resource: "services" }],
    ["None", { verb: "create", resource: "services", namespace: "other" }],
    ["RequestResponse", { group: "apps", resource: "deployments", subresource: "scale" }],
    ["None", { group: "apps", resource: "deployments" }],
    ["Request", {}],
    ["None", { name: "other" }],
    ["Metadata", { isResource: false, path: "/healthz/ping" }],
    ["None", { isResource: false, path: "/metrics" }],
  ];
  for (const [level, changes] of cases) {
    assert.equal(policy.evaluate(attributes(changes)).level, level, JSON.stringify(changes));
  }
});

for (const [rules, problem] of [
  ["[]", "loaded illegal policy with 0 rules"],
  ["[{}]", "rules[0].level: Required value"],
  [
    "[{ level: All }]",
    'rules[0].level: Unsupported value: "All": supported values: "Metadata", "None", "Request", ' +
      '"RequestResponse"',
  ],
  [
    "[{ level: None, nonResourceURLs: [healthz] }]",
    'rules[0].nonResourceURLs[0]: Invalid value: "healthz": non-resource URL rules must begin ' +
      "with a '/' character",
  ],
  [
    "[{ level: None, omitStages: [Late] }]",
    'rules[0].omitStages[0]: Invalid value: "Late": allowed stages are ' +
      "RequestReceived,ResponseStarted,ResponseComplete,Panic",
  ],
  ["[{ level: None, verb: get }]", 'strict decoding error: unknown field "rules[0].verb"'],
] as const) {
  test(`a policy that cannot be followed is refused: ${problem}`, () => {
    assert.throws(() => AuditPolicy.parse(`${head}rules: ${rules}`), { message: problem });
  });
}

type Event = Loose;

async function audited(rules: string, more?: string) {
  const clock = new VirtualClock();
  const events: Event[] = [];
  const write = (line: string) => void events.push(JSON.parse(line));
  const auditor = new Auditor({
    policy: policyOf(rules, more),
    clock,
    random: seededRandom(1),
    sink: { write },
  });
  const api = await openHarness({ auditor });
  return { api, events };
}

const maps = "/api/v1/namespaces/default/configmaps";

test("what was asked, by whom, and what came of it", async () => {
  const { api, events } = await audited("- { level: RequestResponse, omitManagedFields: true }");
  await using _ = api;
  const made = await api.send("POST", maps, { body: configMap("a", { k: "1" }) });
  assert.equal(made.status, 201);
  assert.deepEqual(
    events.map(({ stage }) => stage),
    ["RequestReceived", "ResponseComplete"],
  );
  const [received, complete] = events;
  assert.equal(received?.auditID, complete?.auditID);
  assert.equal(made.headers["audit-id"], complete?.auditID);
  assert.equal(complete?.requestURI, maps);
  assert.equal(complete?.verb, "create");
  assert.deepEqual(complete?.objectRef, {
    resource: "configmaps",
    namespace: "default",
    name: "a",
    apiVersion: "v1",
  });
  assert.deepEqual(complete?.responseStatus, { metadata: {}, code: 201 });
  assert.deepEqual(complete?.requestObject.data, { k: "1" });
  assert.equal(complete?.responseObject.metadata.name, "a");
  assert.equal(complete?.responseObject.metadata.managedFields, undefined);
  assert.equal(complete?.annotations["authorization.k8s.io/decision"], "allow");
  assert.match(complete?.stageTimestamp ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
});

test("a failure is written down with its reason, and no more than the level allows", async () => {
  const { api, events } = await audited("- { level: Metadata, omitStages: [RequestReceived] }");
  await using _ = api;
  await api.send("GET", `${maps}/absent`);
  assert.equal(events.length, 1);
  const { responseStatus, responseObject } = events[0] ?? {};
  assert.equal(responseStatus.code, 404);
  assert.equal(responseStatus.reason, "NotFound");
  assert.equal(responseObject, undefined);
});

test("lists are complete when they have left, watches when they end", async () => {
  const { api, events } = await audited(
    "- { level: RequestResponse }",
    "omitStages: [RequestReceived]\n",
  );
  await using _ = api;
  await api.send("POST", maps, { body: configMap("a") });
  await api.send("GET", maps);
  assert.equal(events.at(-1)?.responseObject.items.length, 1);
  const stop = new AbortController();
  const next = await api.watch(`${maps}?watch=1&resourceVersion=0`, stop.signal);
  assert.equal((await next()).object.metadata.name, "a");
  assert.equal(events.length, 3);
  stop.abort();
  assert.equal(await next(), undefined);
  assert.deepEqual(
    events.slice(2).map(({ stage, verb }) => [stage, verb]),
    [
      ["ResponseStarted", "watch"],
      ["ResponseComplete", "watch"],
    ],
  );
});
