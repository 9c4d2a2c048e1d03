import { test } from "node:test";
import { openControlledCluster } from "#testkit/node/controlled-cluster.ts";
import type { TestCluster } from "#controllers/testing/cluster.ts";

/**
 * Shows a row of Kubernetes' conformance list that waits for minutes to pass: on the whole API
 * server with all controllers, in this process, and on a clock that the row moves.
 */
export function conformance(name: string, check: (cluster: TestCluster) => Promise<void>): void {
  test(name, async () => {
    const cluster = await openControlledCluster();
    try {
      await check(cluster);
    } finally {
      await cluster.stop();
    }
  });
}
