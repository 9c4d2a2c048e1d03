import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64, toBase64, utf8 } from "#base/bytes.ts";
import { VirtualClock } from "#base/clock.ts";
import {
  createCertificateAuthority,
  createCertificateRequest,
  parseCertificate,
  parseCertificateRequest,
  signCertificateRequest,
} from "#pki/certificate.ts";
import { createSigningKey } from "#pki/keys.ts";
import { decodePemBlock } from "#pki/pem.ts";
import { isSignatureOf, publicKeyKind } from "#pki/public-key.ts";
import { openHarness } from "../../../../testkit/requests.ts";
import { allResources } from "../../all.ts";
import { createSurroundings } from "../../testing.ts";

// Requests for keys of other kinds than this server makes itself, and a proof over "u1".
const p384Request =
  "MIH3MH8CAQAwADB2MBAGByqGSM49AgEGBSuBBAAiA2IABLVQgLdpcADhd7/Q1D4pDM+mcjNr5Mo3/dpX" +
  "0TNsyzSZd1RD1QtVfU++Ry5BgW9RG5LYiCVyUCdGA/3SefnxecuK4MpXCabyuJGoKVQPdZSRcsg7Pmmo" +
  "YiN3SMoN8wkDJKAAMAoGCCqGSM49BAMCA2gAMGUCMEhkcZr1u67+O8X6Z/tM2qIt3ohOQPmv88bY9grn" +
  "DoZgpRsFc/jJXsht6a0GSTFOXwIxAISa5srMv6evf2ifPAmJUlNY4OkWSW6b2sMHc1p8xD9GMVi1LlVh" +
  "8dpc+hslq9mvRg==";
const p224Request =
  "MIGnMFcCAQAwADBOMBAGByqGSM49AgEGBSuBBAAhAzoABNCZ2C3yh52CJrZQNUbES+UjQWnQLxOM54Cu" +
  "IeQauTxISP8UQEXx0+aoJfzN+6RYpvFr02X7dDhkoAAwCgYIKoZIzj0EAwIDQAAwPQIdAO3xENFidS/3" +
  "4oIL+jhFDMNWepvE9tEZz1Dt5SECHFBGzMP4UKQIxKZKomUMUejQGpenMQrcHJips2o=";
const ed25519Request =
  "MH8wMwIBADAAMCowBQYDK2VwAyEAdUUhbvBA8PGLehigUwB5fMazhsd8YRauEQqpO3apCIagADAFBgMr" +
  "ZXADQQCjdJH71OzYTCRHaRETTjBH9ABlfKsYy975MUPFYG+1Mnhsz9OT7Zvct/JlGRTTi9uVYKZKBJBK" +
  "AvUWZTkndr4D";
const ed25519Key = "MCowBQYDK2VwAyEAdUUhbvBA8PGLehigUwB5fMazhsd8YRauEQqpO3apCIY=";
const ed25519Proof =
  "knP44XOj1NCAkHXWPid+4kx//ztXFCTdEqoyTI2X3czJNyxONS2wR9g12Xr7xclpVqhaOAGCPfA3aDL5NjinAQ==";

const root = "/apis/certificates.k8s.io/v1beta1/namespaces/default/podcertificaterequests";
const merge = "application/merge-patch+json";

async function openServer(options: { readonly maySign?: boolean } = {}) {
  const clock = new VirtualClock();
  const { dependencies } = createSurroundings();
  const isAllowed = options.maySign ?? true;
  const authorizer = {
    authorize: ({ name, verb }: { name: string; verb: string }) =>
      Promise.resolve({
        decision:
          isAllowed && verb === "sign" && name === "example.com/s"
            ? ("allow" as const)
            : ("noOpinion" as const),
        reason: "",
      }),
  };
  return openHarness({
    clock,
    resources: ({ client, objects, bodies }) =>
      allResources(
        { ...dependencies, clock, authorizer, client, objects, bodies },
        "certificates.k8s.io/v1beta1=true",
      ),
  });
}

const bodyOf = (spec: object) => ({
  apiVersion: "certificates.k8s.io/v1beta1",
  kind: "PodCertificateRequest",
  metadata: { name: "a" },
  spec: {
    signerName: "example.com/s",
    podName: "p",
    podUID: "u1",
    serviceAccountName: "default",
    serviceAccountUID: "u2",
    nodeName: "n",
    nodeUID: "u3",
    ...spec,
  },
});

const cases: readonly [what: string, spec: object, causes: readonly string[]][] = [
  ["a key on P-384", { stubPKCS10Request: p384Request }, []],
  ["an Ed25519 key", { stubPKCS10Request: ed25519Request }, []],
  [
    "an Ed25519 key by itself, with a proof",
    { pkixPublicKey: ed25519Key, proofOfPossession: ed25519Proof },
    [],
  ],
  [
    "a curve that is too small",
    { stubPKCS10Request: p224Request },
    [
      'spec.stubPKCS10Request: Invalid value: "curve P-224": elliptic public keys must use curve ' +
        "P256, P384, or P521",
    ],
  ],
  [
    "bytes that are no request",
    { stubPKCS10Request: "AAAA" },
    ["spec.stubPKCS10Request: Invalid value: must be a valid PKCS#10 CSR"],
  ],
  [
    "a signature by another key",
    { stubPKCS10Request: broken(ed25519Request) },
    ["spec.stubPKCS10Request: Invalid value: invalid signature"],
  ],
  [
    "a proof over something else",
    { podUID: "u9", pkixPublicKey: ed25519Key, proofOfPossession: ed25519Proof },
    ["spec.proofOfPossession: Invalid value: could not verify proof-of-possession signature"],
  ],
  [
    "a key in two forms",
    { stubPKCS10Request: ed25519Request, pkixPublicKey: ed25519Key },
    [
      "spec: Invalid value: exactly one of (stubPKCS10Request) or (pkixPublicKey, " +
        "proofOfPossession) must be set",
    ],
  ],
  [
    "more than a day of Kubernetes' own signer",
    {
      stubPKCS10Request: ed25519Request,
      signerName: "kubernetes.io/x",
      maxExpirationSeconds: 86_401,
    },
    ["spec.maxExpirationSeconds: Invalid value: 86401: must be in the range [3600, 86400]"],
  ],
  [
    "an annotation without a domain",
    { stubPKCS10Request: ed25519Request, unverifiedUserAnnotations: { a: "b" } },
    [
      'spec.unverifiedUserAnnotations: Invalid value: "a": must be a domain-prefixed key (such as ' +
        '"acme.io/foo")',
    ],
  ],
];

/** The last bit of the signature is another one. */
function broken(request: string): string {
  const bytes = fromBase64(request);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return toBase64(bytes);
}

for (const [what, spec, causes] of cases) {
  test(`a request with ${what} is ${causes.length ? "refused" : "taken"}`, async () => {
    await using api = await openServer();
    const { json, status } = await api.send("POST", root, { body: bodyOf(spec) });
    const told = ((json.details?.causes ?? []) as { field: string; message: string }[]).map(
      ({ field, message }) => `${field}: ${message}`,
    );
    assert.deepEqual(told, causes);
    assert.equal(status, causes.length ? 422 : 201);
  });
}

/** A request in the server, and the certificate that answers it. */
async function openRequest(options: { readonly maySign?: boolean } = {}) {
  const api = await openServer(options);
  const now = api.clock.now();
  const key = await createSigningKey();
  const pem = await createCertificateRequest(key, { commonName: "" });
  const stub = toBase64(decodePemBlock(pem, "CERTIFICATE REQUEST"));
  await api.send("POST", root, { body: bodyOf({ stubPKCS10Request: stub }) });
  const authority = await createCertificateAuthority({ commonName: "ca", now });
  const chain = await signCertificateRequest(authority, await parseCertificateRequest(pem), {
    keyUsages: ["digitalSignature"],
    purposes: ["client"],
    notBefore: now,
    notAfter: now + 7_200_000,
  });
  const { notAfter, notBefore } = parseCertificate(chain);
  const text = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  const condition = (type: string) => ({
    type,
    status: "True",
    reason: "Test",
    message: "",
    lastTransitionTime: text(now),
  });
  const answer = {
    conditions: [condition("Issued")],
    certificateChain: chain,
    notBefore: text(notBefore),
    notAfter: text(notAfter),
    beginRefreshAt: text(notAfter - 1_800_000),
  };
  const send = async (status: object) => {
    const body = { status };
    const sent = await api.send("PATCH", `${root}/a/status`, { body, contentType: merge });
    return `${sent.status} ${sent.json.details?.causes?.[0]?.message ?? ""}`.trim();
  };
  return { answer, api, authority, condition, send };
}

test("an answer must be what was asked for, and is final", async () => {
  const { answer, api, authority, condition, send } = await openRequest();
  await using _api = api;
  const other = "leaf certificate was not issued to the requested public key";
  assert.match(
    await send({ ...answer, certificateChain: authority.certificatePem }),
    new RegExp(other),
  );
  assert.equal(
    await send({ ...answer, notAfter: answer.notBefore }),
    `422 Invalid value: "${answer.notBefore}": must be set to the NotAfter time encoded in the ` +
      "leaf certificate",
  );
  assert.equal(
    await send({ ...answer, beginRefreshAt: answer.notBefore }),
    `422 Invalid value: "${answer.notBefore}": must be at least 10 minutes after status.notBefore`,
  );
  assert.equal(
    await send({ conditions: [condition("Denied")], certificateChain: "x" }),
    "422 Invalid value: non-condition status fields must be empty when denying or failing the " +
      "PodCertificateRequest",
  );
  assert.equal(await send(answer), "200");
  const table = await api.send("GET", root, {
    headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" },
  });
  assert.deepEqual(table.json.rows[0].cells, [
    "a",
    "p",
    "default",
    "n",
    "example.com/s",
    "Issued",
    "<none>",
  ]);
  assert.equal(
    await send({ conditions: [condition("Failed")] }),
    "422 Invalid value: immutable after PodCertificateRequest is issued, denied, or failed",
  );
});

test("only who may sign for the signer answers", async () => {
  const { answer, api, send } = await openRequest({ maySign: false });
  await using _api = api;
  assert.match(
    await send(answer),
    /^422 Forbidden: User ".*" is not permitted to "sign" for signer "example.com\/s"$/,
  );
});

test("signatures count for their key and their data alone", async () => {
  const [key, proof] = [fromBase64(ed25519Key), fromBase64(ed25519Proof)];
  assert.deepEqual(publicKeyKind(key), { algorithm: "Ed25519" });
  const scheme = { algorithm: "Ed25519" } as const;
  assert.equal(await isSignatureOf(key, proof, utf8("u1"), scheme), true);
  assert.equal(await isSignatureOf(key, proof, utf8("u2"), scheme), false);
  const other = { algorithm: "ECDSA", hash: "SHA-256" } as const;
  assert.equal(await isSignatureOf(key, proof, utf8("u1"), other), false);
});
