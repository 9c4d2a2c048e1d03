import assert from "node:assert/strict";
import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { findBinary } from "../../src/cluster/providers/node/host.ts";
import { runCommand } from "../support/command.ts";
import { openControlPlane } from "../support/control-plane.ts";
import type { TestControlPlane } from "../support/control-plane.ts";

/** `kubectl explain` of the stock clients, against a server in this process. */
const path = process.env["PATH"] ?? "";
const kubectl = findBinary("kubectl", path);
// Some installations have older and newer ones beside it.
const folder = kubectl && dirname(realpathSync(kubectl));
const clients = [kubectl, findBinary("kubectl.1.33", folder ?? "")].filter((one) => one);
const skip = kubectl ? false : "kubectl is not on the PATH";

let plane: TestControlPlane;
before(async () => {
  if (!skip) plane = await openControlPlane();
});
after(async () => plane?.[Symbol.asyncDispose]());

async function run(client: string, ...args: string[]): Promise<string> {
  const cache = join(plane.directory, "cache");
  const all = ["--kubeconfig", plane.kubeconfig, "--cache-dir", cache, ...args];
  return (await runCommand(client, all)).stdout;
}

for (const client of clients) {
  if (!client) continue;
  const explain = (...args: string[]) => run(client, "explain", ...args);

  test(`${client}: a field with words, in paragraphs`, { skip }, async () => {
    const lines = (await explain("pod.spec.restartPolicy")).split("\n");
    assert.deepEqual(lines.slice(0, 11), [
      "KIND:       Pod",
      "VERSION:    v1",
      "",
      "FIELD: restartPolicy <string>",
      "ENUM:",
      "    Always",
      "    Never",
      "    OnFailure",
      "",
      "DESCRIPTION:",
      "    What happens when a container ends:",
    ]);
    assert.ok(lines.includes("    - Never: it is left as it is."));
  });

  test(`${client}: a kind of a group, its fields and what they require`, { skip }, async () => {
    const text = await explain("deployment.spec");
    assert.match(text, /^GROUP: {6}apps\nKIND: {7}Deployment\nVERSION: {4}v1\n\nFIELD: spec </);
    assert.match(text, /^FIELDS:$/m);
    assert.match(text, /^ {2}replicas\t<integer>\n {4}How many pods there are to be/m);
    assert.match(text, /^ {2}selector\t<LabelSelector> -required-$/m);
    const service = await explain("service.spec");
    assert.match(
      service,
      /^ {2}type\t<string>\n {2}enum: ClusterIP, ExternalName, LoadBalancer, /m,
    );
  });

  test(`${client}: all fields below, without their texts`, { skip }, async () => {
    const text = await explain("deployments", "--recursive");
    assert.match(text, /^ {10}image\t<string>$/m);
    assert.match(text, /^ {12}protocol\t<string>\n {12}enum: SCTP, TCP, UDP$/m);
    assert.ok(text.split("\n").length > 1000);
  });

  test(`${client}: nothing that is served lacks a description`, { skip }, async () => {
    const lines = (await run(client, "api-resources", "--no-headers")).trim().split("\n");
    assert.ok(lines.length > 30);
    for (const line of lines) {
      // NAME SHORTNAMES APIVERSION NAMESPACED KIND; short names may be missing.
      const columns = line.split(/\s+/);
      const [name = "", version = ""] = [columns[0], columns.at(-3)];
      const text = await explain(name, "--api-version", version);
      assert.match(text, /^DESCRIPTION:\n {4}\w/m, name);
      assert.doesNotMatch(text, /<empty>|<no description/, name);
    }
  });
}
