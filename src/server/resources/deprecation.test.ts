import assert from "node:assert/strict";
import { test } from "node:test";
import { apiVersionOf } from "#schema/message.ts";
import { allResources } from "./all.ts";
import { contextOf, createSurroundings } from "./testing.ts";

const definitions = allResources(createSurroundings().dependencies, "api/all=true");

/** What a request for a resource is warned of, and what the audit log says of it. */
function told(groupVersion: string, resource: string) {
  const found = definitions.find(
    ({ type: { info } }) => apiVersionOf(info) === groupVersion && info.resource === resource,
  );
  assert.ok(found, resource);
  const warnings: string[] = [];
  const annotations: Record<string, string> = {};
  found.onRequest?.({
    ...contextOf({}),
    warn: (message) => void warnings.push(message),
    annotate: (key, value) => void Object.assign(annotations, { [key]: value }),
  });
  return { warnings, annotations };
}

// As kube-apiserver v1.36 words them.
const cases: readonly [groupVersion: string, resource: string, warning: string, until?: string][] =
  [
    ["v1", "componentstatuses", "v1 ComponentStatus is deprecated in v1.19+"],
    [
      "v1",
      "endpoints",
      "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
    ],
    [
      "coordination.k8s.io/v1alpha2",
      "leasecandidates",
      "coordination.k8s.io/v1alpha2 LeaseCandidate is deprecated in v1.35+, unavailable in v1.38+",
      "1.38",
    ],
    [
      "storage.k8s.io/v1beta1",
      "volumeattributesclasses",
      "storage.k8s.io/v1beta1 VolumeAttributesClass is deprecated in v1.34+, unavailable in " +
        "v1.37+; use storage.k8s.io/v1 VolumeAttributesClass",
      "1.37",
    ],
  ];

for (const [groupVersion, resource, warning, until] of cases) {
  test(`requests for ${resource} are told: ${warning}`, () => {
    assert.deepEqual(told(groupVersion, resource), {
      warnings: [warning],
      annotations: {
        "k8s.io/deprecated": "true",
        ...(until !== undefined && { "k8s.io/removed-release": until }),
      },
    });
  });
}

test("what is to be deprecated later warns nobody yet", () => {
  for (const [groupVersion, resource] of [
    ["resource.k8s.io/v1beta2", "devicetaintrules"],
    ["certificates.k8s.io/v1beta1", "podcertificaterequests"],
    ["scheduling.k8s.io/v1alpha2", "workloads"],
    ["v1", "pods"],
  ] as const) {
    assert.deepEqual(told(groupVersion, resource), { warnings: [], annotations: {} });
  }
});
