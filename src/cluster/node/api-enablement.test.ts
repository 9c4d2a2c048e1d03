import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFlags } from "#base/flags.ts";
import { RuntimeConfigError } from "#server/resources/runtime-config.ts";
import { apiEnablementFlags, runtimeConfigOfFlags } from "./api-enablement.ts";

const read = (...argv: string[]) =>
  runtimeConfigOfFlags(parseFlags(apiEnablementFlags, argv).values);

test("--runtime-config may be given once or several times", () => {
  assert.equal(read(), undefined);
  assert.equal(read("--runtime-config=api/beta=true"), "api/beta=true");
  assert.equal(
    read("--runtime-config=api/all=true,/v1/nodes=false", "--runtime-config", "apps/v1"),
    "api/all=true,/v1/nodes=false,apps/v1",
  );
});

test("--runtime-config is refused before anything starts", () => {
  assert.throws(
    () => read("--runtime-config=storage.k8s.io/v1beta2"),
    new RuntimeConfigError("group version storage.k8s.io/v1beta2 that has not been registered"),
  );
});
