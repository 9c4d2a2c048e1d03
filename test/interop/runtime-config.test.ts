import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { findBinary } from "../../src/cluster/providers/node/host.ts";
import { openControlPlane } from "../support/control-plane.ts";
import type { TestControlPlane } from "../support/control-plane.ts";

/** The stock kubectl, against a server with every alpha and beta version. */
const skip = findBinary("kubectl", process.env["PATH"] ?? "")
  ? false
  : "kubectl is not on the PATH";

let plane: TestControlPlane;
before(async () => {
  if (!skip) plane = await openControlPlane({}, [], { runtimeConfig: "api/all=true" });
});
after(async () => plane?.[Symbol.asyncDispose]());

async function apply(name: string, object: object) {
  const file = join(plane.directory, name);
  await writeFile(file, JSON.stringify(object));
  return plane.kubectl(["apply", "-f", file]);
}

test("kubectl finds what is served only where somebody asks for it", { skip }, async () => {
  const { stdout } = await plane.kubectl(["api-resources", "--no-headers"]);
  for (const [name, version, kind] of [
    ["clustertrustbundles", "certificates.k8s.io/v1beta1", "ClusterTrustBundle"],
    ["leasecandidates", "coordination.k8s.io/v1beta1", "LeaseCandidate"],
    ["devicetaintrules", "resource.k8s.io/v1beta2", "DeviceTaintRule"],
    ["workloads", "scheduling.k8s.io/v1alpha2", "Workload"],
    // Of a kind with a stable version, that one is preferred.
    ["resourceclaims", "resource.k8s.io/v1", "ResourceClaim"],
  ]) {
    assert.match(stdout, new RegExp(`^${name} +${version} +(true|false) +${kind}$`, "m"));
  }
});

test("kubectl applies and shows them, and passes warnings on", { skip }, async () => {
  const candidate = {
    apiVersion: "coordination.k8s.io/v1beta1",
    kind: "LeaseCandidate",
    metadata: { name: "a", namespace: "default" },
    spec: {
      leaseName: "l",
      binaryVersion: "1.36.0",
      emulationVersion: "1.35.0",
      strategy: "OldestEmulationVersion",
    },
  };
  const applied = await apply("candidate.json", candidate);
  assert.equal(applied.stdout, "leasecandidate.coordination.k8s.io/a created\n");
  assert.match(
    applied.stderr,
    /^Warning: coordination.k8s.io\/v1beta1 LeaseCandidate is deprecated in v1.36\+, unavailable in/m,
  );
  const again = await apply("candidate.json", candidate);
  assert.equal(again.stdout, "leasecandidate.coordination.k8s.io/a unchanged\n");
  const { stdout } = await plane.kubectl(["get", "leasecandidates"]);
  assert.match(
    stdout,
    /^NAME +LEASENAME +BINARYVERSION +EMULATIONVERSION +AGE\na +l +1\.36\.0 +1\.35\.0 /,
  );
});

test("kubectl works with both layouts of a device claim", { skip }, async () => {
  const claim = (count: number) => ({
    apiVersion: "resource.k8s.io/v1beta1",
    kind: "ResourceClaim",
    metadata: { name: "a", namespace: "default", labels: { count: String(count) } },
    spec: { devices: { requests: [{ name: "r", deviceClassName: "gpu", count: 2 }] } },
  });
  await apply("claim.json", claim(1));
  const changed = await apply("claim.json", claim(2));
  assert.equal(changed.stdout, "resourceclaim.resource.k8s.io/a configured\n");
  const read = async (resource: string, path: string) =>
    (
      await plane.kubectl([
        "get",
        resource,
        "a",
        "-o",
        `jsonpath={.spec.devices.requests[0]${path}}`,
      ])
    ).stdout;
  assert.equal(await read("resourceclaims.v1.resource.k8s.io", ".exactly.count"), "2");
  assert.equal(await read("resourceclaims.v1beta1.resource.k8s.io", ".count"), "2");
});
