import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { test } from "node:test";
import { Node } from "#api/core/v1.ts";
import { silentLogger } from "#base/log.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { Scope } from "#base/scope.ts";
import type { Kubelet } from "#kubelet/kubelet.ts";
import type { Runtime } from "#kubelet/cri/runtime.ts";
import type { KubeletPermission } from "#kubelet/server/authorize.ts";
import { serveKubelet } from "#kubelet/server/node/server.ts";
import { removeOwnVolume } from "#kubelet/volumes/node/bound-volumes.ts";
import { createCertificateAuthority, issueCertificate } from "#pki/certificate.ts";
import { applyDefaults } from "#schema/default.ts";
import { createKubeletConnector } from "#server/streaming/node/kubelet-connector.ts";
import { nodeFolders } from "../control-plane/node-folders.ts";

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("a kubelet deletes what it made for a claim, when the server tells it to", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "node-folders-"));
  const scope = new Scope({ onFailure: (task, error) => assert.fail(`${task}: ${String(error)}`) });
  t.after(async () => {
    await scope.close();
    rmSync(folder, { recursive: true });
  });
  const now = Date.now();
  const authority = await createCertificateAuthority({ commonName: "ca", now });
  const issue = (commonName: string) =>
    issueCertificate(authority, { commonName, ipAddresses: ["127.0.0.1"], usages: "both", now });
  const [own, server] = [await issue("kubelet"), await issue("server")];
  const port = await freePort();
  const asked: KubeletPermission[] = [];
  let decision: "allow" | "deny" = "allow";
  const unused = () => assert.fail("not asked for here");
  await serveKubelet(
    {
      address: "127.0.0.1",
      port,
      tls: { key: own.privateKeyPem, cert: own.certificatePem, clientCa: authority.certificatePem },
      kubelet: {} as Kubelet,
      runtime: {} as Runtime,
      clock: systemClock(),
      logger: silentLogger,
      authorize(_, permission) {
        asked.push(permission);
        return Promise.resolve(decision);
      },
      logs: unused,
      metrics: unused,
      resourceMetrics: unused,
      stats: unused,
      removeVolume: (name) => removeOwnVolume(folder, name),
    },
    scope,
  );
  const folders = nodeFolders(
    createKubeletConnector({
      certificateAuthority: authority.certificatePem,
      clientCertificate: { certificate: server.certificatePem, key: server.privateKeyPem },
      addressOf: () => ({ host: "127.0.0.1", port }),
    }),
  );
  const annotations = { "kijabi.io/volume-folder": folder };
  const node = applyDefaults(Node, { metadata: { name: "n", annotations } });
  const { signal } = new AbortController();
  const path = join(folder, "pvc-1");
  mkdirSync(path);
  writeFileSync(join(path, "data"), "kept until now");
  await folders.remove(node, path, signal);
  assert.equal(existsSync(path), false);
  assert.deepEqual(asked, [{ verb: "delete", subresource: "proxy" }]);
  await folders.remove(node, path, signal);

  decision = "deny";
  await assert.rejects(folders.remove(node, path, signal), /cannot delete .*Forbidden/);
});
