import assert from "node:assert/strict";
import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { findBinary } from "../../src/cluster/providers/node/host.ts";
import { runCommand } from "../support/command.ts";
import { kustomizeCases, normalizedMessages } from "../support/kustomize-cases.ts";

/** The corpus of kustomizations is what the stock `kubectl kustomize` makes of it. */
const kubectl = findBinary("kubectl", process.env["PATH"] ?? "");
const folder = kubectl && dirname(realpathSync(kubectl));
const stock = findBinary("kubectl.1.33", folder ?? "");
const skip = stock ? false : "there is no stock kubectl v1.33";

for (const item of kustomizeCases) {
  test(item.name, { skip }, async () => {
    const args = ["kustomize", item.directory, ...item.args];
    const result = await runCommand(stock ?? "", args, { expectCode: "any" });
    assert.equal(result.stdout, item.output);
    assert.equal(normalizedMessages(result.stderr, item.folder), item.messages.trim());
  });
}
