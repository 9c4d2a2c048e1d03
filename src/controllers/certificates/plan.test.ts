import { test } from "node:test";
import assert from "node:assert/strict";
import type { CertificateSigningRequest } from "#api/certificates/v1.ts";
import { toBase64, utf8 } from "#base/bytes.ts";
import { createCertificateAuthority } from "#pki/certificate.ts";
import type { CertificateRequest } from "#pki/certificate.ts";
import * as approving from "./approving/plan.ts";
import { uselessFrom } from "./cleaner/plan.ts";
import { signers } from "./requests.ts";
import * as signing from "./signing/plan.ts";

const now = Date.UTC(2026, 0, 2);
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const asked = (more: object = {}): CertificateRequest =>
  ({
    subject: { commonName: "system:node:a", organizations: ["system:nodes"] },
    dnsNames: [],
    ipAddresses: [],
    ...more,
  }) as unknown as CertificateRequest;

const ofClient = ["digital signature", "key encipherment", "client auth"];
const ofServer = ["digital signature", "server auth"];

function requestOf(signerName: string, usages: string[], more: object = {}) {
  const spec = { signerName, usages, username: "system:bootstrap:abcdef", ...more };
  return { metadata: {}, spec, status: {} } as unknown as CertificateSigningRequest;
}

test("which right approves a request", () => {
  const { client, kubeletClient, kubeletServing } = signers;
  const self = { username: "system:node:a" };
  const cases: [string, CertificateSigningRequest, CertificateRequest, string[]][] = [
    ["of a new node", requestOf(kubeletClient, ofClient), asked(), ["nodeclient"]],
    [
      "of the node itself",
      requestOf(kubeletClient, ofClient, self),
      asked(),
      ["selfnodeclient", "nodeclient"],
    ],
    ["of another signer", requestOf(client, ofClient, self), asked(), []],
    ["to serve with", requestOf(kubeletServing, ofServer, self), asked({ dnsNames: ["a"] }), []],
    ["of no node", requestOf(kubeletClient, ofClient), asked({ subject: person }), []],
    ["with names", requestOf(kubeletClient, ofClient), asked({ dnsNames: ["a"] }), []],
    ["for more", requestOf(kubeletClient, [...ofClient, "server auth"]), asked(), []],
  ];
  for (const [name, request, asked, expected] of cases) {
    const rights = approving.plan(request, asked).map(({ subresource }) => subresource);
    assert.deepEqual(rights, expected, name);
  }
});

const person = { commonName: "ann", organizations: ["dev"] };

test("which requests wait for a signer", () => {
  const of = (signerName: string, types: string[], status: object = {}) =>
    ({
      ...requestOf(signerName, ofClient),
      status: { conditions: types.map((type) => ({ type, status: "True" })), ...status },
    }) as unknown as CertificateSigningRequest;
  const cases: [string, CertificateSigningRequest, boolean][] = [
    ["one that was approved", of(signers.client, ["Approved"]), true],
    ["one that was not", of(signers.client, []), false],
    ["one that failed", of(signers.client, ["Approved", "Failed"]), false],
    ["one that was signed", of(signers.client, ["Approved"], { certificate: "MTIz" }), false],
    ["one of somebody else", of("example.com/people", ["Approved"]), false],
  ];
  for (const [name, request, expected] of cases) {
    assert.equal(signing.isWaiting(request), expected, name);
  }
});

test("what a signer refuses", () => {
  const { client, kubeletClient, kubeletServing, legacy } = signers;
  const cases: [string, string[], CertificateRequest, string | undefined][] = [
    [client, ofClient, asked({ subject: person }), undefined],
    [
      client,
      ["server auth", "client auth"],
      asked(),
      "invalid usage for client certificate: server auth",
    ],
    [
      client,
      ["digital signature"],
      asked(),
      "missing required usage for client certificate: client auth",
    ],
    [kubeletClient, ofClient, asked(), undefined],
    [
      kubeletClient,
      ofClient,
      asked({ subject: person }),
      "subject organization is not system:nodes",
    ],
    [
      kubeletClient,
      ofClient,
      asked({ ipAddresses: ["10.0.0.1"] }),
      "IP subjectAltNames are not allowed",
    ],
    [
      kubeletClient,
      ["client auth"],
      asked(),
      "usages did not match [client auth digital signature key encipherment]",
    ],
    [kubeletServing, ofServer, asked({ dnsNames: ["a"] }), undefined],
    [kubeletServing, ofServer, asked(), "DNS or IP subjectAltName is required"],
    [
      kubeletServing,
      ofServer,
      asked({ dnsNames: ["a"], uris: ["spiffe://a"] }),
      "URI subjectAltNames are not allowed",
    ],
    [
      kubeletServing,
      ofServer,
      asked({ dnsNames: ["a"], subject: { ...person, organizations: ["system:nodes"] } }),
      "subject common name does not begin with system:node:",
    ],
    [legacy, ["code signing"], asked({ subject: person }), undefined],
  ];
  for (const [signer, usages, asked, message] of cases) {
    const plan = signing.plan(requestOf(signer, usages), asked, { now, lifeMsMax: hourMs });
    assert.equal(plan.kind === "fail" ? plan.message : undefined, message, signer);
  }
});

test("how long a certificate lives", () => {
  const cases: [number | undefined, number, number][] = [
    [undefined, 100 * hourMs, 100 * hourMs - 5 * minuteMs],
    [3600, 100 * hourMs, hourMs],
    [8 * 3600, 100 * hourMs, 8 * hourMs - 5 * minuteMs],
    [30, 100 * hourMs, 10 * minuteMs],
    [10 * 3600, 2 * hourMs, 2 * hourMs],
  ];
  for (const [expirationSeconds, lifeMsMax, expected] of cases) {
    const request = requestOf(signers.client, ofClient, { expirationSeconds });
    const plan = signing.plan(request, asked(), { now, lifeMsMax });
    assert.deepEqual(plan, {
      kind: "sign",
      profile: {
        keyUsages: ["digitalSignature", "keyEncipherment"],
        purposes: ["client"],
        notBefore: now - 5 * minuteMs,
        notAfter: now + expected,
      },
    });
  }
});

test("when a request is of no use any more", async () => {
  const authority = await createCertificateAuthority({ commonName: "a", now, days: 1 / 48 });
  const certificate = toBase64(utf8(authority.certificatePem));
  const time = new Date(now).toISOString();
  const since = (type: string) => ({ type, status: "True", lastUpdateTime: time });
  const cases: [string, object, number | undefined][] = [
    ["nobody answers", {}, 24 * hourMs],
    ["denied", { conditions: [since("Denied")] }, hourMs],
    ["approved, not signed", { conditions: [since("Approved")] }, 24 * hourMs],
    ["failed", { conditions: [since("Approved"), since("Failed")] }, hourMs],
    ["signed", { conditions: [since("Approved")], certificate: "bm90aGluZw==" }, hourMs],
    ["run out", { conditions: [since("Approved")], certificate }, hourMs / 2],
    ["something else", { conditions: [since("Seen")] }, undefined],
  ];
  for (const [name, status, expected] of cases) {
    const request = { metadata: { creationTimestamp: time }, spec: {}, status };
    const end = uselessFrom(request as unknown as CertificateSigningRequest);
    assert.equal(end && end - now, expected, name);
  }
});
