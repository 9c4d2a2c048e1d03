import { test } from "node:test";
import assert from "node:assert/strict";
import type { PodSpec } from "#api/core/v1.ts";
import { podLimits, podQosClass, podRequests } from "./pod-resources.ts";

type Amounts = Readonly<Record<string, string>>;
const container = (requests: Amounts = {}, limits: Amounts = {}, more: object = {}) => ({
  name: "main",
  resources: { requests, limits },
  ...more,
});
const specOf = (containers: object[], more: object = {}) =>
  ({ containers, ...more }) as unknown as PodSpec;
const both = { cpu: "1", memory: "1Gi" };

test("which class of service a pod has", () => {
  const cases: [string, PodSpec, string][] = [
    ["asking for nothing", specOf([container()]), "BestEffort"],
    ["asking for zero", specOf([container({ cpu: "0" })]), "BestEffort"],
    ["asking for something", specOf([container({ cpu: "1" })]), "Burstable"],
    ["asking for devices", specOf([container({ "example.com/gpu": "1" })]), "BestEffort"],
    ["getting what it asks for", specOf([container(both, both)]), "Guaranteed"],
    ["of which one may get more", specOf([container(both, both), container()]), "Burstable"],
    [
      "as a whole",
      specOf([container()], { resources: { requests: both, limits: both } }),
      "Guaranteed",
    ],
    [
      "as a whole, whatever its containers say",
      specOf([container(both, both)], { resources: { requests: { cpu: "1" } } }),
      "Burstable",
    ],
  ];
  for (const [name, spec, expected] of cases) assert.equal(podQosClass({ spec }), expected, name);
});

test("init containers run one after the other, sidecars beside all that follow", () => {
  const sidecar = { restartPolicy: "Always" };
  const spec = specOf([container({ cpu: "1" })], {
    initContainers: [
      container({ cpu: "3" }),
      container({ cpu: "1" }, {}, sidecar),
      container({ cpu: "4" }),
    ],
  });
  assert.deepEqual(podRequests(spec), { cpu: "5" });
  const later = specOf([container({ cpu: "9" })], { initContainers: spec.initContainers });
  assert.deepEqual(podRequests(later), { cpu: "10" });
});

test("overhead comes to what is asked for, and to limits where there are some", () => {
  const spec = specOf([container({ cpu: "1" }, { memory: "1Gi" })], {
    overhead: { cpu: "1", memory: "1Gi" },
  });
  assert.deepEqual(podRequests(spec), { cpu: "2", memory: "1Gi" });
  assert.deepEqual(podLimits(spec), { memory: "2Gi" });
});
