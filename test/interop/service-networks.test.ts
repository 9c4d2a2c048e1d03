import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { findBinary } from "../../src/cluster/providers/node/host.ts";
import { openControlPlane } from "../support/control-plane.ts";
import type { TestControlPlane } from "../support/control-plane.ts";
import { eventually } from "../support/eventually.ts";

/** Kubernetes' task "Extend Service IP ranges", with the stock kubectl. */
const hasKubectl = findBinary("kubectl", process.env["PATH"] ?? "") !== undefined;
const options = { skip: !hasKubectl && "kubectl is not on the PATH", timeout: 60_000 };

let plane: TestControlPlane;
before(async () => (plane = await openControlPlane()), { timeout: 60_000 });
after(async () => await plane[Symbol.asyncDispose]());

const kubectl = async (words: string, input?: object) => {
  const args = words.split(" ");
  const { stdout } = await plane.kubectl(args, input ? { input: JSON.stringify(input) } : {});
  return stdout;
};
const ready = async (name: string) =>
  (
    await kubectl(`get servicecidr ${name} -o jsonpath={.status.conditions[0]['status','reason']}`)
  ).trim();

test("a second network of Services", options, async () => {
  await eventually(async () => assert.equal(await ready("kubernetes"), "True"));
  await kubectl("apply -f -", {
    apiVersion: "networking.k8s.io/v1",
    kind: "ServiceCIDR",
    metadata: { name: "newcidr1" },
    spec: { cidrs: ["192.0.2.0/28"] },
  });
  await eventually(async () => assert.equal(await ready("newcidr1"), "True"));
  const table = await kubectl("get servicecidrs");
  assert.match(table, /^kubernetes +10\.96\.0\.0\/16 +\S+\nnewcidr1 +192\.0\.2\.0\/28 +\S+\n$/m);

  await kubectl("create service clusterip svc --tcp=80 --clusterip=192.0.2.7");
  await eventually(async () =>
    assert.match(await kubectl("get ipaddress 192.0.2.7"), /services\/default\/svc/),
  );
  await kubectl("delete servicecidr newcidr1 --wait=false");
  await eventually(async () => assert.equal(await ready("newcidr1"), "False Terminating"));
  await assert.rejects(
    plane.kubectl("create service clusterip late --tcp=80 --clusterip=192.0.2.8".split(" ")),
    /failed to allocate IP 192\.0\.2\.8: the provided network does not match the current range/,
  );
  await kubectl("delete service svc");
  await kubectl("wait --for=delete servicecidr/newcidr1 --timeout=30s");
});
