import assert from "node:assert/strict";
import { failing } from "./row.ts";

failing(
  "ResourceQuota should create a ResourceQuota and ensure its status is promptly calculated.",
  "no controller counts what a quota's namespace uses",
  async (row) => {
    const hard = { resourcequotas: "1", pods: "5" };
    await row.create(`${row.core}/resourcequotas`, {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "test-quota" },
      spec: { hard },
    });
    await row.until(`${row.core}/resourcequotas/test-quota`, ({ status }) => {
      assert.deepEqual(status.hard, hard);
      assert.deepEqual(status.used, { resourcequotas: "1", pods: "0" });
    });
  },
);
