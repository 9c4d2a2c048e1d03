import { test } from "node:test";
import assert from "node:assert/strict";
import { ConfigMap, Namespace } from "#api/core/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { createCertificateAuthority } from "#pki/certificate.ts";
import { clientTrustReference } from "#server/authn/client-trust.ts";
import { testResources } from "../../testkit/requests.ts";
import { openTestServer } from "../../testkit/server.ts";
import { keepClientTrust, publishClientTrust } from "./client-trust.ts";

test("whom to trust is told, and told again where somebody took it away", async () => {
  const clock = new VirtualClock();
  await using server = await openTestServer({ clock, resources: testResources });
  const { client } = server;
  await client.create(Namespace, { metadata: { name: "kube-system" } });
  const now = clock.now();
  const authority = await createCertificateAuthority({ commonName: "clients", now });
  const trust = { clientAuthority: authority.certificatePem };
  await publishClientTrust(client, trust, now);
  const expected = { "client-ca-file": authority.certificatePem };
  const first = await client.get(ConfigMap, clientTrustReference);
  assert.deepEqual(first.data, expected);
  await publishClientTrust(client, trust, now);
  const second = await client.get(ConfigMap, clientTrustReference);
  assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);

  const stop = new AbortController();
  const keeping = keepClientTrust(
    { client, trust: () => trust, clock, logger: silentLogger },
    stop.signal,
  );
  await client.delete(ConfigMap, clientTrustReference);
  await clock.advance(60_000);
  let found: ConfigMap | undefined;
  for (let turn = 0; turn < 100 && !found; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    found = await client.find(ConfigMap, clientTrustReference);
  }
  assert.deepEqual(found?.data, expected);
  stop.abort();
  await keeping;
});
