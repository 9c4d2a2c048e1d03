import { test } from "node:test";
import assert from "node:assert/strict";
import { setImmediate, setTimeout } from "node:timers/promises";
import { VirtualClock } from "#base/clock.ts";
import { fromBase64, text, toBase64, utf8 } from "#base/bytes.ts";
import { CertificateSigningRequest } from "#api/certificates/v1.ts";
import {
  createCertificateAuthority,
  createCertificateRequest,
  isSignedBy,
  parseCertificate,
} from "#pki/certificate.ts";
import { createClient } from "#client/typed.ts";
import { createSigningKey } from "#pki/keys.ts";
import type { Authorizer } from "#server/authz/authorizer.ts";
import { allResources } from "#server/resources/all.ts";
import { createSurroundings } from "#server/resources/testing.ts";
import { openTestServer } from "../../testkit/server.ts";
import { timestamp } from "../common/time.ts";
import { startCluster } from "../testing/cluster.ts";
import { certificateApprover } from "./approving/controller.ts";
import { certificateRequestCleaner } from "./cleaner/controller.ts";
import { signers } from "./requests.ts";
import { certificateSigner } from "./signing/controller.ts";

const hourMs = 3_600_000;
const ofNodes = { commonName: "system:node:a", organizations: ["system:nodes"] };
const name = "request";

/** The three controllers on a server that lets only those approve themselves who have a right. */
async function setUp() {
  const clock = new VirtualClock();
  const rights = new Set<string>();
  const authorizer: Authorizer = {
    authorize: ({ user, verb, resource, subresource }) => {
      const isAllowed = rights.has(`${user.name} ${verb} ${resource}/${subresource}`);
      return Promise.resolve({ decision: isAllowed ? "allow" : "deny", reason: "" });
    },
  };
  const { dependencies } = createSurroundings();
  const server = await openTestServer({
    clock,
    resources: (parts) => allResources({ ...dependencies, ...parts, clock, authorizer }),
  });
  const authority = await createCertificateAuthority({
    commonName: "kubernetes",
    now: clock.now(),
  });
  const cluster = await startCluster(
    [certificateApprover, certificateSigner(() => authority), certificateRequestCleaner],
    {
      server: { transport: server.api.transport({ name: "manager", groups: [] }), clock },
      settle: () => setImmediate(),
    },
  );
  /** Keys and signatures are made beside the event loop: no turn of it waits for them. */
  const settle = async () => {
    for (let turn = 0; turn < 10; turn++) {
      await setTimeout(2);
      await cluster.advance(1);
    }
  };
  const find = () => cluster.client.find(CertificateSigningRequest, { name });
  return {
    authority,
    cluster,
    rights,
    settle,
    async ask(
      user: string,
      signerName: string,
      usages: string[],
      names: Parameters<typeof createCertificateRequest>[1],
    ) {
      const pem = await createCertificateRequest(await createSigningKey(), names);
      const client = createClient(server.api.transport({ name: user, groups: [] }));
      const request = toBase64(utf8(pem));
      await client.create(CertificateSigningRequest, {
        metadata: { name },
        spec: { request, signerName, usages },
      });
      await settle();
    },
    find,
    /** As `kubectl certificate approve`. */
    async decide(type: "Approved" | "Denied") {
      const current = await cluster.client.get(CertificateSigningRequest, { name });
      const conditions = [{ type, status: "True" as const, reason: "KubectlApprove" }];
      const decided = { ...current, status: { ...current.status, conditions } };
      const options = { subresource: "approval" };
      await cluster.client.update(CertificateSigningRequest, decided, options);
      await settle();
    },
    async [Symbol.asyncDispose]() {
      await cluster.stop();
      await server[Symbol.asyncDispose]();
    },
  };
}

test("a node gets a certificate by itself once it may", async () => {
  await using it = await setUp();
  const { authority, cluster, rights } = it;
  const usages = ["digital signature", "client auth"];
  await it.ask("system:bootstrap:abcdef", signers.kubeletClient, usages, ofNodes);
  const pending = await it.find();
  assert.deepEqual(pending?.status, {});

  rights.add("system:bootstrap:abcdef create certificatesigningrequests/nodeclient");
  await cluster.advance(61_000);
  await it.settle();
  const signed = await it.find();
  assert.deepEqual(
    signed?.status.conditions?.map(({ type, reason, message }) => [type, reason, message]),
    [
      [
        "Approved",
        "AutoApproved",
        "Auto approving kubelet client certificate after SubjectAccessReview.",
      ],
    ],
  );
  const certificate = parseCertificate(text(fromBase64(signed?.status.certificate ?? "")));
  assert.deepEqual(certificate.subject, ofNodes);
  assert.deepEqual(certificate.usages, ["client"]);
  assert.ok(await isSignedBy(certificate, authority.certificate));
});

test("a person's request waits for a decision", async () => {
  await using it = await setUp();
  const ann = { commonName: "ann", organizations: ["dev"] };
  await it.ask("ann", signers.client, ["client auth"], ann);
  await it.cluster.advance(120_000);
  assert.deepEqual((await it.find())?.status, {});
  await it.decide("Approved");
  const signed = await it.find();
  const certificate = parseCertificate(text(fromBase64(signed?.status.certificate ?? "")));
  assert.deepEqual(certificate.subject, ann);
});

test("a request that was denied is not signed", async () => {
  await using it = await setUp();
  await it.ask("ann", signers.client, ["client auth"], { commonName: "ann" });
  await it.decide("Denied");
  assert.equal((await it.find())?.status.certificate, undefined);
});

test("what was approved and is not for this signer fails, and says why", async () => {
  await using it = await setUp();
  await it.ask("ann", signers.client, ["server auth"], { commonName: "ann" });
  await it.decide("Approved");
  const failed = await it.find();
  const failure = failed?.status.conditions?.find(({ type }) => type === "Failed");
  assert.deepEqual(
    [failure?.reason, failure?.message, failed?.status.certificate],
    ["SignerValidationFailure", "invalid usage for client certificate: server auth", undefined],
  );
});

test("requests go when they are of no use any more", async () => {
  const authority = await createCertificateAuthority({
    commonName: "kubernetes",
    now: new VirtualClock().now(),
  });
  const controllers = [
    certificateApprover,
    certificateSigner(() => authority),
    certificateRequestCleaner,
  ];
  const cluster = await startCluster(controllers);
  const { client } = cluster;
  const lastUpdateTime = timestamp(cluster.clock.now());
  const create = (name: string, type: string, certificate?: string) =>
    client.create(CertificateSigningRequest, {
      metadata: { name },
      spec: { request: "", signerName: "example.com/people", usages: ["client auth"] },
      status: {
        conditions: [{ type, status: "True", lastUpdateTime }],
        ...(certificate && { certificate }),
      },
    });
  await create("denied", "Denied");
  await create("signed", "Approved", toBase64(utf8(authority.certificatePem)));
  await create("waiting", "Approved");
  const names = async () =>
    (await client.list(CertificateSigningRequest)).items.map(({ metadata }) => metadata.name);
  await cluster.advance(hourMs - 1_000);
  assert.deepEqual(await names(), ["denied", "signed", "waiting"]);
  await cluster.advance(2_000);
  assert.deepEqual(await names(), ["waiting"]);
  await cluster.advance(22 * hourMs);
  const { status } = await client.get(CertificateSigningRequest, { name: "waiting" });
  assert.equal(status.certificate, undefined);
  await cluster.advance(hourMs);
  assert.deepEqual(await names(), []);
  await cluster.stop();
});
