import assert from "node:assert/strict";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { runCommand } from "../support/command.ts";
import { openControlPlane } from "../support/control-plane.ts";
import type { TestControlPlane } from "../support/control-plane.ts";
import { buildMsMax, fetchOrSkip, inCache, isInstalled } from "../support/toolchain.ts";

/** Helm, made from its own module: the life of a release of the chart beside this file. */

const version = "v3.21.4";
const directory = inCache(`helm-${version}`);
const chart = join(import.meta.dirname, "helm");

let skip: string | undefined;
let plane: TestControlPlane | undefined;

before(
  async () => {
    skip = await build();
    if (!skip) plane = await openControlPlane();
  },
  { timeout: buildMsMax },
);

after(() => plane?.[Symbol.asyncDispose]());

async function build(): Promise<string | undefined> {
  const isThere = await access(join(directory, "helm")).then(
    () => true,
    () => false,
  );
  if (isThere) return undefined;
  if (!(await isInstalled("go", ["version"]))) return "Go is not installed";
  const environment = { GOBIN: directory, GOFLAGS: "-mod=mod" };
  return fetchOrSkip("go", ["install", `helm.sh/helm/v3/cmd/helm@${version}`], environment);
}

/** Runs helm with the server's administrator, and a home of its own; answers with what it prints. */
async function helm({ directory: home, kubeconfig }: TestControlPlane, ...args: string[]) {
  const environment = { ...process.env, HOME: home, KUBECONFIG: kubeconfig };
  const options = { environment, timeoutMs: 60_000 };
  return (await runCommand(join(directory, "helm"), args, options)).stdout;
}

async function read(cluster: TestControlPlane, what: string, path: string): Promise<string> {
  return (await cluster.kubectl(["get", what, "-o", `jsonpath=${path}`])).stdout;
}

async function history(cluster: TestControlPlane): Promise<string[]> {
  const revisions = JSON.parse(await helm(cluster, "history", "tea", "-o", "json")) as {
    revision: number;
    status: string;
    description: string;
  }[];
  return revisions.map((one) => `${one.revision} ${one.status}: ${one.description}`);
}

test("Helm installs, upgrades, rolls back and uninstalls a release", async (context) => {
  if (skip || !plane) return context.skip(skip);
  const cluster = plane;
  await helm(cluster, "install", "tea", chart, "--description", "first");
  assert.equal(
    await read(cluster, "configmap/tea", "{.data}"),
    '{"apps":"true","greeting":"hello"}',
  );
  assert.equal(await read(cluster, "service/tea", "{.spec.ports[0].port}"), "80");
  const release = "{.metadata.annotations.meta\\.helm\\.sh/release-name}";
  assert.equal(await read(cluster, "deployment/tea", release), "tea");
  const uid = await read(cluster, "deployment/tea", "{.metadata.uid}");

  const changes = "greeting=bye,replicas=2,service=false";
  await helm(cluster, "upgrade", "tea", chart, "--description", "second", "--set", changes);
  assert.equal(await read(cluster, "configmap/tea", "{.data.greeting}"), "bye");
  assert.equal(await read(cluster, "deployment/tea", "{.spec.replicas}"), "2");
  assert.equal(await read(cluster, "deployment/tea", "{.metadata.uid}"), uid);
  const { code, stderr } = await cluster.kubectl(["get", "service/tea"], { expectCode: "any" });
  assert.equal(
    `${code} ${stderr.trim()}`,
    '1 Error from server (NotFound): services "tea" not found',
  );
  // The hook is made anew for each revision.
  const hook = await read(cluster, "secret/tea-hook", "{.data.revision}");
  assert.equal(Buffer.from(hook, "base64").toString(), "2");

  await helm(cluster, "rollback", "tea", "1");
  assert.equal(await read(cluster, "configmap/tea", "{.data.greeting}"), "hello");
  assert.equal(await read(cluster, "deployment/tea", "{.spec.replicas}"), "1");
  assert.equal(await read(cluster, "service/tea", "{.spec.ports[0].targetPort}"), "8080");

  assert.deepEqual(await history(cluster), [
    "1 superseded: first",
    "2 superseded: second",
    "3 deployed: Rollback to 1",
  ]);
  const listed = JSON.parse(await helm(cluster, "list", "-o", "json")) as Record<string, string>[];
  assert.deepEqual(
    listed.map(({ name, revision, status }) => [name, revision, status]),
    [["tea", "3", "deployed"]],
  );
  const status = await helm(cluster, "status", "tea", "--show-resources");
  assert.match(status, /^STATUS: deployed$/m);
  assert.match(status, /^==> v1\/Deployment\nNAME +READY +UP-TO-DATE +AVAILABLE +AGE\ntea +0\/1 /m);

  await helm(cluster, "uninstall", "tea", "--wait", "--timeout", "40s");
  const left = await cluster.kubectl(["get", "deployment,service,configmap", "tea"], {
    expectCode: "any",
  });
  assert.equal(left.stderr.match(/"tea" not found/g)?.length, 3, left.stderr);
  assert.deepEqual(JSON.parse(await helm(cluster, "list", "--all", "-o", "json")), []);
});
