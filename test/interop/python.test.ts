import assert from "node:assert/strict";
import { access, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { runCommand } from "../support/command.ts";
import { openControlPlane } from "../support/control-plane.ts";
import type { TestControlPlane } from "../support/control-plane.ts";
import { buildMsMax, fetchOrSkip, inCache, isInstalled } from "../support/toolchain.ts";

/** The client for Python, from PyPI: its typed, custom-object and dynamic clients, and its watch. */

const packageVersion = "36.0.0";
const environment = inCache(`python-${packageVersion}`);
const python = join(environment, "bin/python");

let skip: string | undefined;
let plane: TestControlPlane | undefined;

before(
  async () => {
    skip = await install();
    if (!skip) plane = await openControlPlane();
  },
  { timeout: buildMsMax },
);

after(() => plane?.[Symbol.asyncDispose]());

async function install(): Promise<string | undefined> {
  const installed = join(environment, "installed");
  const isThere = await access(installed).then(
    () => true,
    () => false,
  );
  if (isThere) return undefined;
  if (!(await isInstalled("python3", ["-c", "import venv, ensurepip"]))) {
    return "Python 3 with venv is not installed";
  }
  await runCommand("python3", ["-m", "venv", environment]);
  const wanted = ["--disable-pip-version-check", `kubernetes==${packageVersion}`];
  const why = await fetchOrSkip(python, ["-m", "pip", "install", ...wanted]);
  // Last, so that an installation cut short is made again.
  if (!why) await writeFile(installed, packageVersion);
  return why;
}

const gadgets = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "gadgets.interop.example.com" },
  spec: {
    group: "interop.example.com",
    scope: "Namespaced",
    names: { plural: "gadgets", singular: "gadget", kind: "Gadget", listKind: "GadgetList" },
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
              spec: { type: "object", properties: { size: { type: "integer" } } },
              status: { type: "object", properties: { ready: { type: "boolean" } } },
            },
          },
        },
      },
    ],
  },
};

test("the Python client reads, writes and watches", async (context) => {
  if (skip || !plane) return context.skip(skip);
  await plane.kubectl(["apply", "-f", "-"], { input: JSON.stringify(gadgets) });
  const name = "crd/gadgets.interop.example.com";
  await plane.kubectl(["wait", "--for=condition=Established", name, "--timeout=20s"]);

  const program = join(import.meta.dirname, "python/main.py");
  const { stdout } = await runCommand(python, [program, plane.kubeconfig]);

  assert.deepEqual(JSON.parse(stdout), {
    version: "36",
    typed: {
      uid: true,
      ageIsATime: true,
      patched: { a: "1", b: "2" },
      jsonPatched: { b: "2" },
      replaced: { c: "3" },
      staleReplace: "409 Conflict",
      createdTwice: "409 AlreadyExists",
      pages: [["first"], ["second"]],
      deleted: "Success",
      gone: "404 NotFound",
    },
    watched: [
      "MODIFIED first",
      "MODIFIED first",
      "MODIFIED first",
      "ADDED second",
      "DELETED second",
    ],
    custom: {
      created: { size: 3 },
      invalid: "422 Invalid",
      patched: { size: 5 },
      status: [{ ready: true }, { size: 5 }],
      listed: ["GadgetList", ["one"]],
      deleted: "Success",
    },
    dynamic: { size: 1, patched: 2, applied: 4, managers: ["python"], left: 0 },
  });
});
