import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../../objects.ts";
import { controllerRevision, deploymentRevision } from "../undo/undo.ts";
import type { Revision } from "../revisions.ts";
import { statusViews } from "./status.ts";

interface Case {
  readonly kind: "Deployment" | "DaemonSet" | "StatefulSet";
  readonly spec?: object;
  readonly status: object;
  readonly says: string;
  readonly done?: true;
}

const rolling = { updateStrategy: { type: "RollingUpdate" } };
const partitioned = (partition: number) => ({
  updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition } },
});

const cases: readonly Case[] = [
  {
    kind: "Deployment",
    status: { observedGeneration: 1 },
    says: "Waiting for deployment spec update to be observed...",
  },
  {
    kind: "Deployment",
    spec: { replicas: 3 },
    status: { observedGeneration: 2, updatedReplicas: 1 },
    says: 'Waiting for deployment "web" rollout to finish: 1 out of 3 new replicas have been updated...',
  },
  {
    kind: "Deployment",
    spec: { replicas: 3 },
    status: { observedGeneration: 2, updatedReplicas: 3, replicas: 5 },
    says: 'Waiting for deployment "web" rollout to finish: 2 old replicas are pending termination...',
  },
  {
    kind: "Deployment",
    spec: { replicas: 3 },
    status: { observedGeneration: 2, updatedReplicas: 3, replicas: 3, availableReplicas: 1 },
    says: 'Waiting for deployment "web" rollout to finish: 1 of 3 updated replicas are available...',
  },
  {
    kind: "Deployment",
    status: { observedGeneration: 2 },
    says: 'deployment "web" successfully rolled out',
    done: true,
  },
  {
    kind: "DaemonSet",
    spec: rolling,
    status: { observedGeneration: 2, desiredNumberScheduled: 2 },
    says: 'Waiting for daemon set "web" rollout to finish: 0 out of 2 new pods have been updated...',
  },
  {
    kind: "DaemonSet",
    spec: rolling,
    status: { observedGeneration: 2, desiredNumberScheduled: 2, updatedNumberScheduled: 2 },
    says: 'Waiting for daemon set "web" rollout to finish: 0 of 2 updated pods are available...',
  },
  {
    kind: "DaemonSet",
    spec: rolling,
    status: { observedGeneration: 2 },
    says: 'daemon set "web" successfully rolled out',
    done: true,
  },
  {
    kind: "StatefulSet",
    spec: rolling,
    status: {},
    says: "Waiting for statefulset spec update to be observed...",
  },
  {
    kind: "StatefulSet",
    spec: { ...rolling, replicas: 2 },
    status: { observedGeneration: 2, readyReplicas: 1 },
    says: "Waiting for 1 pods to be ready...",
  },
  {
    kind: "StatefulSet",
    spec: { ...partitioned(1), replicas: 3 },
    status: { observedGeneration: 2, readyReplicas: 3, updatedReplicas: 1 },
    says: "Waiting for partitioned roll out to finish: 1 out of 2 new pods have been updated...",
  },
  {
    kind: "StatefulSet",
    spec: { ...partitioned(1), replicas: 3 },
    status: { observedGeneration: 2, readyReplicas: 3, updatedReplicas: 2 },
    says: "partitioned roll out complete: 2 new pods have been updated...",
    done: true,
  },
  {
    kind: "StatefulSet",
    spec: rolling,
    status: {
      observedGeneration: 2,
      updatedReplicas: 1,
      updateRevision: "b",
      currentRevision: "a",
    },
    says: "waiting for statefulset rolling update to complete 1 pods at revision b...",
  },
  {
    kind: "StatefulSet",
    spec: rolling,
    status: {
      observedGeneration: 2,
      currentReplicas: 2,
      updateRevision: "a",
      currentRevision: "a",
    },
    says: "statefulset rolling update complete 2 pods at revision a...",
    done: true,
  },
];

const objectOf = ({ kind, spec = {}, status }: Omit<Case, "says">): KubeObject => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name: "web", generation: 2 },
  spec,
  status,
});

for (const one of cases) {
  test(`a ${one.kind} says "${one.says}"`, () => {
    const view = statusViews[`${one.kind}.apps`];
    assert.deepEqual(view?.(objectOf(one), 0), {
      text: `${one.says}\n`,
      done: one.done ?? false,
    });
  });
}

test("what cannot be followed is told", () => {
  const late = { conditions: [{ type: "Progressing", reason: "ProgressDeadlineExceeded" }] };
  const failing = objectOf({ kind: "Deployment", status: { observedGeneration: 2, ...late } });
  assert.throws(() => statusViews["Deployment.apps"]?.(failing, 0), /exceeded its progress deadl/);
  assert.throws(() => statusViews["Deployment.apps"]?.(failing, 4), /desired revision \(4\)/);
  const onDelete = { updateStrategy: { type: "OnDelete" } };
  const own = objectOf({ kind: "DaemonSet", spec: onDelete, status: {} });
  assert.throws(() => statusViews["DaemonSet.apps"]?.(own, 0), /only available for RollingUpdate/);
});

test("the revision before the last one is gone back to, whatever their order", () => {
  const revision = (number: number): Revision => ({
    number,
    changeCause: "",
    template: { spec: { containers: [] } } as unknown as Revision["template"],
    object: objectOf({ kind: "Deployment", status: {} }),
  });
  const all = [3, 7, 5].map(revision);
  assert.equal(deploymentRevision("web", all, 0).number, 5);
  assert.equal(deploymentRevision("web", all, 3).number, 3);
  assert.throws(() => deploymentRevision("web", all, 4), /specified revision 4/);
  assert.throws(() => deploymentRevision("web", [revision(1)], 0), /no rollout history found/);
  assert.equal(controllerRevision(all, 0).number, 5);
  assert.throws(() => controllerRevision([revision(1)], 0), /no last revision/);
});
