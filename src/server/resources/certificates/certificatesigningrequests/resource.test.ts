import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "#base/clock.ts";
import { toBase64, utf8 } from "#base/bytes.ts";
import { createCertificateRequest } from "#pki/certificate.ts";
import { createSigningKey } from "#pki/keys.ts";
import { openHarness } from "../../../../testkit/requests.ts";
import { createSurroundings } from "../../testing.ts";
import { certificateSigningRequests } from "./resource.ts";

const path = "/apis/certificates.k8s.io/v1/certificatesigningrequests";

async function openServer() {
  const clock = new VirtualClock();
  const { dependencies } = createSurroundings();
  const resources = () => [certificateSigningRequests({ ...dependencies, clock })];
  return openHarness({ clock, resources });
}

async function requestOf(options: { readonly broken?: boolean } = {}) {
  const pem = await createCertificateRequest(await createSigningKey(), { commonName: "ann" });
  // The last bytes are the signature's.
  const text = options.broken ? pem.replace(/.{12}(?=\n-----END)/, "AAAAAAAAAAAA") : pem;
  return {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name: "ann:1" },
    spec: {
      request: toBase64(utf8(text)),
      signerName: "example.com/people",
      usages: ["client auth"],
      username: "somebody else",
    },
    status: { conditions: [{ type: "Approved", status: "True" }] },
  };
}

test("a request is who sent it says, and is not approved by itself", async () => {
  await using api = await openServer();
  const { json, status } = await api.send("POST", path, { body: await requestOf() });
  assert.equal(status, 201);
  assert.notEqual(json.spec.username, "somebody else");
  assert.deepEqual(json.status, {});
});

test("a signature that is wrong is refused", async () => {
  await using api = await openServer();
  const { json, status } = await api.send("POST", path, {
    body: await requestOf({ broken: true }),
  });
  assert.equal(status, 422);
  assert.equal(json.details.causes[0].field, "spec.request");
});

test("only an approver decides, only a signer signs, and nobody takes it back", async () => {
  await using api = await openServer();
  await api.send("POST", path, { body: await requestOf() });
  const type = "application/merge-patch+json";
  const patch = (part: string, status: object) =>
    api.send("PATCH", `${path}/ann:1${part}`, { contentType: type, body: { status } });
  const approved = { type: "Approved", status: "True", reason: "Known", message: "" };
  const early = await patch("/status", { conditions: [approved] });
  assert.match(early.json.message, /updates may not add a condition of type "Approved"/);
  const done = await patch("/approval", { conditions: [approved] });
  assert.equal(done.status, 200);
  const [condition] = done.json.status.conditions;
  assert.ok(condition.lastUpdateTime && condition.lastTransitionTime);
  const undone = await patch("/approval", { conditions: [] });
  assert.match(undone.json.message, /updates may not remove a condition of type "Approved"/);
  const both = await patch("/approval", {
    conditions: [approved, { ...approved, type: "Denied" }],
  });
  assert.match(both.json.message, /Approved and Denied conditions are mutually exclusive/);
  const wrong = await patch("/status", { certificate: toBase64(utf8("no certificate")) });
  assert.match(wrong.json.message, /must contain at least one CERTIFICATE PEM block/);
});
