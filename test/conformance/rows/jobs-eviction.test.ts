import assert from "node:assert/strict";
import type { FakeContainerSpec } from "#kubelet/cri/fake/behaviour.ts";
import { eventually } from "../../support/eventually.ts";
import { conformance, quickly, withNodes } from "./row.ts";
import { condition, isReady, podsOf } from "./workloads.ts";

/** Containers run on for the first time, and end well from when their row says so. */
const released = new Set<string>();

withNodes(1, ({ annotations }: FakeContainerSpec) =>
  released.has(annotations["row"] ?? "") ? { runsForMs: 200, exitCode: 0 } : undefined,
);

conformance(
  "Job should allow to use a pod failure policy to ignore failure matching on DisruptionTarget condition",
  async (row) => {
    const count = 3;
    const onPodConditions = [{ type: "DisruptionTarget", status: "True" }];
    const jobs = `/apis/batch/v1/namespaces/${row.namespace}/jobs`;
    await row.create(jobs, {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "work" },
      spec: {
        completionMode: "Indexed",
        parallelism: count,
        completions: count,
        // As many failures as there are evictions would be too many, if they counted.
        backoffLimit: count - 1,
        podFailurePolicy: { rules: [{ action: "Ignore", onPodConditions }] },
        template: {
          metadata: { annotations: { row: row.namespace } },
          spec: {
            restartPolicy: "Never",
            terminationGracePeriodSeconds: 1,
            containers: [{ name: "c", image: "busybox:1" }],
          },
        },
      },
    });
    const job = `${jobs}/work`;
    await row.until(job, ({ status }) => assert.equal(status.ready, count));
    const pods = (await podsOf(row, "job-name=work")).filter(isReady);
    assert.equal(pods.length, count);
    released.add(row.namespace);
    await Promise.all(
      pods.map(async ({ metadata }) => {
        const path = `${row.core}/pods/${metadata.name}`;
        await row.create(`${path}/eviction`, {
          apiVersion: "policy/v1",
          kind: "Eviction",
          metadata: { name: metadata.name, namespace: row.namespace },
        });
        await row.gone(path);
      }),
    );
    await quickly(async () => assert.deepEqual(await podsOf(row, "job-name=work"), []));
    // Three failures at once are forgiven, but the next try is forty seconds away.
    const status = await eventually(
      async () => {
        const read = await row.get(job);
        assert.equal(condition(read, "Complete")?.status, "True");
        return read.status;
      },
      { timeoutMs: 55_000, intervalMs: 200 },
    );
    assert.deepEqual([status.succeeded, status.failed ?? 0], [count, 0]);
  },
);
