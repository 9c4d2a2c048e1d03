import { test } from "node:test";
import assert from "node:assert/strict";
import { fieldErrorText } from "#machinery/validation/field-error.ts";
import { defaulted, problems, updateProblems } from "../../testing.ts";
import { resourceQuotas } from "./resource.ts";

const quota = (spec: object, status: object = {}) => ({
  metadata: { name: "q", namespace: "default" },
  spec,
  status,
});
const hard = (name: string, amount = "5") => ({ hard: { [name]: amount } });
const bySelector = (name: string, ...matchExpressions: object[]) => ({
  ...hard(name),
  scopeSelector: { matchExpressions },
});
const exists = (scopeName: string) => ({ scopeName, operator: "Exists" });

const standard = "must be a standard resource type or fully qualified";
const forQuota = "must be a standard resource for quota";
const beyond = "unsupported scope applied to resource";
const at = "spec.scopeSelector.matchExpressions";

const refused: [what: string, spec: object, ...errors: string[]][] = [
  [
    "what a quota is for",
    { hard: { pods: "5", "limits.cpu": "1500m", "requests.storage": "1Gi" } },
  ],
  ["objects", { hard: { "count/pods": "5", "count/widgets.example.com": "1" } }],
  ["devices", { hard: { "requests.example.com/gpu": "1", "hugepages-2Mi": "2Mi" } }],
  [
    "a name that means nothing",
    hard("bogus"),
    `spec.hard[bogus]: Invalid value: "bogus": ${standard}`,
    `spec.hard[bogus]: Invalid value: "bogus": ${forQuota}`,
  ],
  [
    "what only claims have",
    hard("storage"),
    `spec.hard[storage]: Invalid value: "storage": ${forQuota}`,
  ],
  [
    "half a pod",
    hard("pods", "1500m"),
    'spec.hard[pods]: Invalid value: "1500m": must be an integer',
  ],
  [
    "half an object",
    hard("count/widgets.example.com", "1500m"),
    'spec.hard[count/widgets.example.com]: Invalid value: "1500m": must be an integer',
  ],
  [
    "less than nothing",
    hard("cpu", "-1"),
    'spec.hard[cpu]: Invalid value: "-1": must be greater than or equal to 0',
  ],
  ["priorities", { ...hard("pods"), scopes: ["PriorityClass"] }],
  [
    "a scope of what it does not bound",
    { ...hard("services"), scopes: ["BestEffort"] },
    `spec.scopes: Invalid value: ["BestEffort"]: ${beyond}`,
  ],
  [
    "what best effort never has",
    { ...hard("requests.cpu"), scopes: ["BestEffort"] },
    `spec.scopes: Invalid value: ["BestEffort"]: ${beyond}`,
  ],
  ["objects in a scope", { ...hard("count/services"), scopes: ["BestEffort"] }],
  [
    "a scope that is none",
    { ...hard("pods"), scopes: ["Wrong"] },
    'spec.scopes: Invalid value: ["Wrong"]: unsupported scope',
  ],
  [
    "a scope and its opposite",
    { ...hard("pods"), scopes: ["Terminating", "NotTerminating"] },
    'spec.scopes: Invalid value: ["Terminating","NotTerminating"]: conflicting scopes',
  ],
  ["storage by class", bySelector("requests.storage", exists("VolumeAttributesClass"))],
  [
    "pods by a class of volumes",
    bySelector("pods", { scopeName: "VolumeAttributesClass", operator: "In", values: ["x"] }),
    `${at}: Invalid value: {"MatchExpressions":[{"ScopeName":"VolumeAttributesClass",` +
      `"Operator":"In","Values":["x"]}]}: ${beyond}`,
  ],
  [
    "two opposites by a selector",
    bySelector("pods", exists("BestEffort"), exists("NotBestEffort")),
    `${at}: Invalid value: null: conflicting scopes`,
  ],
  [
    "a scope that has no values",
    bySelector("pods", { scopeName: "Terminating", operator: "In", values: ["a"] }),
    `${at}.operator: Invalid value: "In": must be 'Exists' when scope is any of ` +
      "ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, " +
      "ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or " +
      "ResourceQuotaScopeCrossNamespacePodAffinity",
  ],
  [
    "no values where there must be some",
    bySelector("pods", { scopeName: "PriorityClass", operator: "In" }),
    `${at}.values: Required value: must be at least one value when \`operator\` is 'In' or ` +
      "'NotIn' for scope selector",
  ],
];

test("what a quota may bound", () => {
  for (const [what, spec, ...errors] of refused) {
    assert.deepEqual(problems(resourceQuotas, quota(spec)), errors, what);
  }
});

test("scopes stay what they are, in any order", () => {
  const of = (...scopes: string[]) => quota({ ...hard("pods"), scopes });
  const change = (from: object, to: object) => updateProblems(resourceQuotas, from, to);
  assert.deepEqual(change(of("BestEffort", "Terminating"), of("Terminating", "BestEffort")), []);
  assert.deepEqual(change(of("BestEffort"), quota(hard("pods"))), [
    "spec.scopes: Invalid value: null: field is immutable",
  ]);
});

test("who counts may not write what means nothing", () => {
  const object = defaulted<never>(
    resourceQuotas,
    quota(hard("pods"), { hard: { pods: "5" }, used: { pods: "500m" } }),
  );
  assert.deepEqual(resourceQuotas.status?.validateUpdate?.(object, object).map(fieldErrorText), [
    'status.used[pods]: Invalid value: "500m": must be an integer',
  ]);
});
