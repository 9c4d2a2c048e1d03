import { test } from "node:test";
import assert from "node:assert/strict";
import type { APIService } from "#api/apiregistration/v1.ts";
import type { CustomResourceDefinition } from "#api/apiextensions/v1.ts";
import { crontabs } from "../crd/testing.ts";
import type { Management, Registration } from "./registration.ts";
import { decideRegistration, localApiServices, managedLabel } from "./registration.ts";

test("each built-in version stands for itself, with upstream's priorities", () => {
  const wanted = localApiServices(
    [
      { group: "", version: "v1" },
      { group: "apps", version: "v1" },
      { group: "autoscaling", version: "v2" },
      { group: "apiregistration.k8s.io", version: "v1" },
      { group: "unknown.example.com", version: "v1" },
    ],
    [],
  );
  const shown = [...wanted.values()].map(({ metadata, spec }) => [
    metadata?.name,
    metadata?.labels?.[managedLabel],
    spec.groupPriorityMinimum,
    spec.versionPriority,
  ]);
  assert.deepEqual(shown, [
    ["v1.", "onstart", 18_000, 1],
    ["v1.apps", "onstart", 17_800, 15],
    ["v2.autoscaling", "onstart", 17_500, 30],
  ]);
  assert.deepEqual(wanted.get("v1.")?.spec, {
    version: "v1",
    groupPriorityMinimum: 18_000,
    versionPriority: 1,
  });
});

test("so does each served version of a custom resource", () => {
  const [version] = crontabs({}).spec.versions;
  const versions = [version, { ...version, name: "v2" }, { ...version, name: "v3", served: false }];
  const crd = { ...crontabs({}), spec: { ...crontabs({}).spec, versions } };
  const wanted = localApiServices([], [crd as CustomResourceDefinition]);
  assert.deepEqual([...wanted.keys()], ["v1.stable.example.com", "v2.stable.example.com"]);
  assert.deepEqual(wanted.get("v2.stable.example.com"), {
    metadata: { name: "v2.stable.example.com", labels: { [managedLabel]: "true" } },
    spec: {
      group: "stable.example.com",
      version: "v2",
      groupPriorityMinimum: 1000,
      versionPriority: 100,
    },
  });
});

const apiService = (label: Management | undefined, versionPriority = 15) =>
  ({
    metadata: { name: "v1.apps", ...(label && { labels: { [managedLabel]: label } }) },
    spec: { group: "apps", version: "v1", groupPriorityMinimum: 17_800, versionPriority },
  }) as APIService;

type Known = Parameters<typeof decideRegistration>[2];
const fresh: Known = { wasSynced: false, wasThereAtStart: false };
const atStart: Known = { wasSynced: false, wasThereAtStart: true };
const later: Known = { wasSynced: true, wasThereAtStart: true };

const once = apiService("onstart");
const always = apiService("true");
const cases: readonly (readonly [
  what: string,
  wanted: APIService | undefined,
  current: APIService | undefined,
  known: Known,
  decision: Registration,
])[] = [
  ["nothing wanted, nothing there", undefined, undefined, fresh, "leave"],
  ["a built-in one is missing at start", once, undefined, fresh, "create"],
  ["a built-in one was deleted later", once, undefined, later, "leave"],
  ["a custom one is missing", always, undefined, later, "create"],
  ["somebody else's, and not wanted", undefined, apiService(undefined), atStart, "leave"],
  ["somebody else's in place of a built-in", once, apiService(undefined, 1), atStart, "leave"],
  ["somebody else's in place of a custom one", always, apiService(undefined, 1), later, "leave"],
  ["a built-in of an older release", undefined, once, atStart, "delete"],
  ["one that was given the label later", undefined, once, fresh, "leave"],
  ["a built-in of an older release, seen before", undefined, once, later, "leave"],
  [
    "a built-in that was changed before the start",
    once,
    apiService("onstart", 1),
    atStart,
    "update",
  ],
  ["a built-in that was changed later", once, apiService("onstart", 1), later, "leave"],
  ["a custom one whose definition is gone", undefined, always, later, "delete"],
  ["a custom one that was changed", always, apiService("true", 1), later, "update"],
  ["a custom one that is as it should be", always, always, later, "leave"],
];

for (const [what, wanted, current, known, decision] of cases) {
  test(what, () => assert.equal(decideRegistration(wanted, current, known), decision));
}
