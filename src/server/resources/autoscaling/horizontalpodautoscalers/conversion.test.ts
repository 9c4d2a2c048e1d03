import assert from "node:assert/strict";
import { test } from "node:test";
import type { HorizontalPodAutoscaler } from "#api/autoscaling/v2.ts";
import { fromStored, toStored } from "./conversion.ts";

const autoscaler = {
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: { name: "x", namespace: "default", annotations: { mine: "1" } },
  spec: {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "d" },
    minReplicas: 1,
    maxReplicas: 5,
    metrics: [
      {
        type: "Object",
        object: {
          describedObject: { kind: "Service", name: "s" },
          target: { type: "AverageValue", averageValue: "5" },
          metric: { name: "hits", selector: { matchLabels: { a: "b" } } },
        },
      },
      {
        type: "Pods",
        pods: { metric: { name: "q" }, target: { type: "AverageValue", averageValue: "3" } },
      },
      {
        type: "External",
        external: { metric: { name: "e" }, target: { type: "Value", value: "2" } },
      },
      {
        type: "Resource",
        resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } },
      },
    ],
    behavior: {
      scaleUp: {
        stabilizationWindowSeconds: 0,
        selectPolicy: "Max",
        policies: [{ type: "Pods", value: 4, periodSeconds: 15 }],
      },
    },
  },
  status: {
    currentReplicas: 2,
    desiredReplicas: 3,
    conditions: [{ type: "AbleToScale", status: "True" }],
    currentMetrics: [
      {
        type: "Resource",
        resource: { name: "cpu", current: { averageUtilization: 40, averageValue: "100m" } },
      },
    ],
  },
} as unknown as HorizontalPodAutoscaler;

test("the older version shows cpu in fields and the rest in annotations", () => {
  const { metadata, spec, status } = fromStored(autoscaler);
  assert.equal(spec.targetCPUUtilizationPercentage, 60);
  assert.equal(status?.currentCPUUtilizationPercentage, 40);
  const prefix = "autoscaling.alpha.kubernetes.io/";
  assert.deepEqual(Object.keys(metadata.annotations ?? {}), [
    "mine",
    `${prefix}metrics`,
    `${prefix}current-metrics`,
    `${prefix}behavior`,
    `${prefix}conditions`,
  ]);
  const [object] = JSON.parse(metadata.annotations?.[`${prefix}metrics`] ?? "[]");
  assert.deepEqual(object.object.target, { kind: "Service", name: "s" });
  assert.match(metadata.annotations?.[`${prefix}behavior`] ?? "", /"ScaleDown":null/);
});

test("there and back nothing is lost, and users' own annotations stay", () => {
  assert.deepEqual(toStored(fromStored(autoscaler)), autoscaler);
});

test("an annotation that cannot be read says nothing", () => {
  const older = fromStored({ ...autoscaler, spec: { ...autoscaler.spec, metrics: [] } });
  older.metadata.annotations = { "autoscaling.alpha.kubernetes.io/metrics": "no json" };
  const [metric, ...others] = toStored(older).spec.metrics ?? [];
  assert.deepEqual([metric?.resource?.target.averageUtilization, others.length], [80, 0]);
});
