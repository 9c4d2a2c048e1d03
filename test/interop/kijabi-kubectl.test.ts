import { test } from "node:test";
import assert from "node:assert/strict";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openControlPlane } from "../support/control-plane.ts";
import { runCommand } from "../support/command.ts";

const program = fileURLToPath(new URL("../../src/bin/kijabi.ts", import.meta.url));

test("kijabi kubectl speaks to the profile's server", async (context) => {
  await using plane = await openControlPlane();
  const folder = join(plane.directory, "profiles", "dev");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "cluster.json"), "{}");
  await copyFile(plane.kubeconfig, join(folder, "kubeconfig"));
  const environment = { ...process.env, KIJABI_HOME: plane.directory, KUBECONFIG: "/nowhere" };
  const kijabi = async (...args: readonly string[]) =>
    await runCommand(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", program, ...args],
      { environment, timeoutMs: 30_000, expectCode: "any" },
    );

  await context.test("with the profile before the command", async () => {
    const { stdout, code } = await kijabi("-p", "dev", "kubectl", "get", "ns", "default", "-oname");
    assert.deepEqual({ stdout, code }, { stdout: "namespace/default\n", code: 0 });
  });
  await context.test("with the profile behind it", async () => {
    const { stdout } = await kijabi(
      "kubectl",
      "-p",
      "dev",
      "--",
      "get",
      "ns/default",
      "-o",
      "name",
    );
    assert.equal(stdout, "namespace/default\n");
  });
  await context.test("dashes among its words are its own", async () => {
    const { stdout } = await kijabi(
      "-p",
      "dev",
      "kubectl",
      "get",
      "-o",
      "name",
      "--",
      "ns",
      "default",
    );
    assert.equal(stdout, "namespace/default\n");
  });
  await context.test("its exit code and errors are kubectl's", async () => {
    const { stderr, code } = await kijabi("-p", "dev", "kubectl", "get", "ns", "none");
    assert.equal(code, 1);
    assert.equal(stderr, 'Error from server (NotFound): namespaces "none" not found\n');
  });
  await context.test("without a cluster, kijabi says so", async () => {
    const { stderr, code } = await kijabi("-p", "other", "kubectl", "get", "ns");
    assert.equal(code, 1);
    assert.match(stderr, /^kijabi: There is no cluster "other"/);
  });
});
