import assert from "node:assert/strict";
import { constants, generateKeyPairSync, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { test } from "node:test";
import { concatBytes, utf8 } from "#base/bytes.ts";
import { encodePem, readPem } from "./pem.ts";
import { isSignatureOf, publicKeyKind } from "./public-key.ts";
import type { PublicKeyKind, SignatureScheme } from "./public-key.ts";

const infoOf = (key: KeyObject) => concatBytes([key.export({ type: "spki", format: "der" })]);
const data = utf8("what is signed");

interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const elliptic = (curve: string): KeyPair => generateKeyPairSync("ec", { namedCurve: curve });
const keys: readonly [pair: KeyPair, kind: PublicKeyKind | undefined][] = [
  [elliptic("secp224r1"), { algorithm: "ECDSA", curve: "P-224" }],
  [elliptic("prime256v1"), { algorithm: "ECDSA", curve: "P-256" }],
  [elliptic("secp384r1"), { algorithm: "ECDSA", curve: "P-384" }],
  [elliptic("secp521r1"), { algorithm: "ECDSA", curve: "P-521" }],
  [generateKeyPairSync("ed25519"), { algorithm: "Ed25519" }],
  [generateKeyPairSync("rsa", { modulusLength: 1024 }), { algorithm: "RSA", bits: 1024 }],
  [generateKeyPairSync("rsa", { modulusLength: 2048 }), { algorithm: "RSA", bits: 2048 }],
  [generateKeyPairSync("x25519"), undefined],
];

for (const [{ publicKey }, kind] of keys) {
  test(`the kind of a key is told: ${JSON.stringify(kind)}`, () => {
    assert.deepEqual(publicKeyKind(infoOf(publicKey)), kind);
  });
}

test("a curve that nobody signs with is no key", () => {
  const { publicKey } = elliptic("secp256k1");
  assert.throws(() => publicKeyKind(infoOf(publicKey)), /unsupported elliptic curve/);
});

for (const curve of ["prime256v1", "secp384r1", "secp521r1"]) {
  for (const hash of ["SHA-256", "SHA-384", "SHA-512"] as const) {
    test(`signatures on ${curve} with ${hash} are checked`, async () => {
      const scheme: SignatureScheme = { algorithm: "ECDSA", hash };
      await check(elliptic(curve), (key) => sign(hash.replace("-", ""), data, key), scheme);
    });
  }
}

for (const saltLength of [constants.RSA_PSS_SALTLEN_MAX_SIGN, constants.RSA_PSS_SALTLEN_DIGEST]) {
  test(`signatures by RSA-PSS are checked, whatever their salt (${saltLength})`, async () => {
    const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const scheme: SignatureScheme = { algorithm: "RSA", padding: "PSS", hash: "SHA-256" };
    await check(pair, (key) => sign("SHA256", data, { key, padding, saltLength }), scheme);
  });
}

async function check(
  { privateKey, publicKey }: KeyPair,
  make: (key: KeyObject) => Uint8Array,
  scheme: SignatureScheme,
): Promise<void> {
  const signature = make(privateKey);
  const info = infoOf(publicKey);
  assert.equal(await isSignatureOf(info, signature, data, scheme), true);
  assert.equal(await isSignatureOf(info, signature, utf8("something else"), scheme), false);
}

test("blocks of PEM are read with word of headers, and what is no block is passed over", () => {
  const der = utf8("anything");
  const block = encodePem("CERTIFICATE", der);
  const withHeader = block.replace("-----\n", "-----\nA: b\n\n");
  const broken = block.replace(/\n.*\n-----END/, "\n?\n-----END");
  assert.deepEqual(
    readPem(`before\n${block}between\n${broken}${withHeader}after`).map(
      ({ hasHeaders, label }) => ({
        hasHeaders,
        label,
      }),
    ),
    [
      { hasHeaders: false, label: "CERTIFICATE" },
      { hasHeaders: true, label: "CERTIFICATE" },
    ],
  );
  assert.deepEqual(readPem(block)[0]?.der, der);
});
