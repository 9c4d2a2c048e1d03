import assert from "node:assert/strict";
import { test } from "node:test";
import { PodCertificateRequest } from "#api/certificates/v1beta1.ts";
import type { Draft } from "#schema/message.ts";
import { startCluster } from "../../testing/cluster.ts";
import { podCertificateRequestCleaner } from "./controller.ts";

test("a request for a pod is kept for a quarter of an hour", async () => {
  const cluster = await startCluster([podCertificateRequestCleaner]);
  const { client } = cluster;
  const place = { namespace: "default", name: "web-1" };
  await client.create(PodCertificateRequest, {
    metadata: place,
    spec: { signerName: "example.com/pods" },
  } as unknown as Draft<PodCertificateRequest>);
  await cluster.advance(14 * 60_000);
  assert.ok(await client.find(PodCertificateRequest, place));
  await cluster.advance(60_000);
  assert.equal(await client.find(PodCertificateRequest, place), undefined);
  await cluster.stop();
});
