import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { openControlPlane } from "../support/control-plane.ts";
import type { TestControlPlane } from "../support/control-plane.ts";
import { eventually } from "../support/eventually.ts";
import { buildMsMax, fetchOrSkip, inCache, isInstalled } from "../support/toolchain.ts";

/** An operator made with controller-runtime: caches, owners, status, and who of two leads. */

const program = inCache("operator");

let skip: string | undefined;
let plane: TestControlPlane | undefined;
const stops: (() => Promise<unknown>)[] = [];

before(
  async () => {
    skip = await build();
    if (!skip) plane = await openControlPlane();
  },
  { timeout: buildMsMax },
);

/** Go itself knows what of an earlier build is still good. */
async function build(): Promise<string | undefined> {
  if (!(await isInstalled("go", ["version"]))) return "Go is not installed";
  const source = join(import.meta.dirname, "operator");
  return fetchOrSkip("go", ["-C", source, "build", "-mod=readonly", "-o", program, "."]);
}

after(async () => {
  for (const stop of stops) await stop();
  await plane?.[Symbol.asyncDispose]();
});

const greetings = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "greetings.interop.example.com" },
  spec: {
    group: "interop.example.com",
    scope: "Namespaced",
    names: { plural: "greetings", singular: "greeting", kind: "Greeting" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: { type: "object", properties: { text: { type: "string" } } },
              status: {
                type: "object",
                properties: { text: { type: "string" }, writtenBy: { type: "string" } },
              },
            },
          },
        },
      },
    ],
  },
};

/** Starts one of the operators; says whether it leads, and ends it at once, as a crash would. */
function startOperator(kubeconfig: string, name: string) {
  const child = spawn(program, [kubeconfig, name], { stdio: ["ignore", "pipe", "pipe"] });
  const exited = once(child, "exit");
  let leads = false;
  let said = "";
  createInterface({ input: child.stdout }).on("line", (line) => (leads ||= line === "leading"));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (said += chunk));
  const kill = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  stops.push(kill);
  return {
    leads: () => {
      assert.equal(child.exitCode, null, `the operator ended:\n${said}`);
      return leads;
    },
    kill,
  };
}

async function greet(cluster: TestControlPlane, name: string, text: string): Promise<void> {
  const metadata = { namespace: "default", name };
  const apiVersion = "interop.example.com/v1";
  const input = JSON.stringify({ apiVersion, kind: "Greeting", metadata, spec: { text } });
  await cluster.kubectl(["apply", "-f", "-"], { input });
}

/** What the operator has made of a greeting: its ConfigMap, the owner, and the status. */
async function outcome(cluster: TestControlPlane, name: string): Promise<string> {
  const owner = "{.metadata.ownerReferences[0].kind}/{.metadata.ownerReferences[0].name}";
  const wanted = ["get", "--ignore-not-found", "-o"];
  const made = await cluster.kubectl([
    ...wanted,
    `jsonpath={.data.text} of ${owner}`,
    "configmap",
    name,
  ]);
  const status = "jsonpath={.status.text} by {.status.writtenBy}";
  const greeting = await cluster.kubectl([...wanted, status, "greeting", name]);
  return `${made.stdout}; ${greeting.stdout}`;
}

test("an operator reconciles, and a second one takes over from it", async (context) => {
  if (skip || !plane) return context.skip(skip);
  const cluster = plane;
  await cluster.kubectl(["apply", "-f", "-"], { input: JSON.stringify(greetings) });
  const crd = "crd/greetings.interop.example.com";
  await cluster.kubectl(["wait", "--for=condition=Established", crd, "--timeout=20s"]);

  const first = startOperator(cluster.kubeconfig, "first");
  await eventually(() => assert(first.leads(), "the first leads"));
  const second = startOperator(cluster.kubeconfig, "second");

  await greet(cluster, "one", "hello");
  await eventually(async () =>
    assert.equal(await outcome(cluster, "one"), "hello of Greeting/one; hello by first"),
  );
  assert(!second.leads(), "one leads at a time");

  // What it owns is put right when somebody else changes or deletes it.
  await cluster.kubectl(["delete", "configmap", "one"]);
  await eventually(async () => assert.match(await outcome(cluster, "one"), /^hello of/));

  await first.kill();
  await eventually(() => assert(second.leads(), "the second leads"));
  await greet(cluster, "one", "goodbye");
  await greet(cluster, "two", "hello");
  await eventually(async () => {
    assert.equal(await outcome(cluster, "one"), "goodbye of Greeting/one; goodbye by second");
    assert.equal(await outcome(cluster, "two"), "hello of Greeting/two; hello by second");
  });

  // The garbage collector deletes what the greeting owned.
  await cluster.kubectl(["delete", "greeting", "two"]);
  await eventually(async () => {
    const left = await cluster.kubectl(["get", "configmap", "two", "--ignore-not-found"]);
    assert.equal(left.stdout, "");
  });
});
