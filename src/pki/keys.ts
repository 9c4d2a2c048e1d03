import { sha256Hex, sha256Base64Url } from "./digest.ts";
import { decodePem, encodePem } from "./pem.ts";
import {
  DerError,
  childAt,
  element,
  integer,
  octetString,
  readChildren,
  readElement,
  readObjectId,
  sequence,
  objectId,
  tags,
} from "./der.ts";
import { concatBytes } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";

/** ECDSA on P-256 takes a millisecond to make, RSA with 2048 bits about fifty. */
export type KeyAlgorithm = "ES256" | "RS256";

/** A key pair that signs: a certificate authority's, a certificate's, or one for tokens. */
export interface SigningKey {
  readonly algorithm: KeyAlgorithm;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly privateKeyPem: string;
  readonly publicKeyPem: string;
  /** SubjectPublicKeyInfo, in DER. */
  readonly publicKeyInfo: Bytes;
  /** Upstream's `kid` of a service account key: the SHA-256 of the public key, in base64url. */
  readonly keyId: string;
}

/** A key that checks signatures, where the private half is elsewhere. */
export interface VerificationKey {
  readonly algorithm: KeyAlgorithm;
  readonly publicKey: CryptoKey;
  readonly publicKeyPem: string;
  readonly keyId: string;
}

const parameters = {
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  RS256: {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
} as const;

const oids = { ec: "1.2.840.10045.2.1", p256: "1.2.840.10045.3.1.7", rsa: "1.2.840.113549.1.1.1" };

export async function createSigningKey(algorithm: KeyAlgorithm = "ES256"): Promise<SigningKey> {
  const pair = await crypto.subtle.generateKey(parameters[algorithm], true, ["sign", "verify"]);
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  return signingKey(algorithm, pair.privateKey, pair.publicKey, encodePem("PRIVATE KEY", pkcs8));
}

/** From PKCS #8, and from the older forms that `kubeadm` and `openssl` write. */
export async function loadSigningKey(privateKeyPem: string): Promise<SigningKey> {
  const pkcs8 = toPkcs8(privateKeyPem);
  const algorithm = algorithmOf(childAt(readChildren(readElement(pkcs8)), 1, tags.sequence));
  const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, parameters[algorithm], true, [
    "sign",
  ]);
  // WebCrypto makes no public key from a private one; by way of JWK it does.
  const { kty, crv, x, y, n, e } = await crypto.subtle.exportKey("jwk", privateKey);
  const jwk = Object.fromEntries(
    Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined),
  );
  const publicKey = await crypto.subtle.importKey("jwk", jwk, parameters[algorithm], true, [
    "verify",
  ]);
  return signingKey(algorithm, privateKey, publicKey, encodePem("PRIVATE KEY", pkcs8));
}

/** A public key in PEM, or the public half of a private one. */
export async function loadVerificationKey(pem: string): Promise<VerificationKey> {
  const block = decodePem(pem).find(({ label }) => label === "PUBLIC KEY");
  if (!block) return loadSigningKey(pem);
  return verificationKeyOf(block.der);
}

/** From a SubjectPublicKeyInfo. */
export async function verificationKeyOf(publicKeyInfo: Bytes): Promise<VerificationKey> {
  const algorithm = algorithmOf(
    childAt(readChildren(readElement(publicKeyInfo)), 0, tags.sequence),
  );
  const publicKey = await crypto.subtle.importKey(
    "spki",
    publicKeyInfo,
    parameters[algorithm],
    true,
    ["verify"],
  );
  return {
    algorithm,
    publicKey,
    publicKeyPem: encodePem("PUBLIC KEY", publicKeyInfo),
    keyId: await sha256Base64Url(publicKeyInfo),
  };
}

/** As X.509 and CSRs carry signatures: ECDSA as a sequence of two numbers. */
export async function signDer(key: SigningKey, data: Bytes): Promise<Bytes> {
  const signature = new Uint8Array(
    await crypto.subtle.sign(parameters[key.algorithm], key.privateKey, data),
  );
  if (key.algorithm === "RS256") return signature;
  return sequence(integer(signature.subarray(0, 32)), integer(signature.subarray(32)));
}

export async function verifyDer(
  key: VerificationKey,
  signature: Uint8Array,
  data: Bytes,
): Promise<boolean> {
  const raw = key.algorithm === "RS256" ? concatBytes([signature]) : rawSignature(signature);
  return crypto.subtle.verify(parameters[key.algorithm], key.publicKey, raw, data);
}

/** Hex SHA-256 of the public key: what `kubeadm join --discovery-token-ca-cert-hash` compares. */
export function publicKeyFingerprint(publicKeyInfo: Bytes): Promise<string> {
  return sha256Hex(publicKeyInfo);
}

async function signingKey(
  algorithm: KeyAlgorithm,
  privateKey: CryptoKey,
  publicKey: CryptoKey,
  privateKeyPem: string,
): Promise<SigningKey> {
  const publicKeyInfo = new Uint8Array(await crypto.subtle.exportKey("spki", publicKey));
  return {
    algorithm,
    privateKey,
    publicKey,
    privateKeyPem,
    publicKeyPem: encodePem("PUBLIC KEY", publicKeyInfo),
    publicKeyInfo,
    keyId: await sha256Base64Url(publicKeyInfo),
  };
}

function toPkcs8(pem: string): Bytes {
  const blocks = decodePem(pem);
  const find = (wanted: string) => blocks.find(({ label }) => label === wanted)?.der;
  const pkcs8 = find("PRIVATE KEY");
  if (pkcs8) return pkcs8;
  const version = integer(new Uint8Array([0]));
  const rsa = find("RSA PRIVATE KEY");
  if (rsa) {
    const algorithm = sequence(objectId(oids.rsa), element(0x05));
    return sequence(version, algorithm, octetString(rsa));
  }
  const ec = find("EC PRIVATE KEY");
  if (ec) {
    const algorithm = sequence(objectId(oids.ec), objectId(oids.p256));
    return sequence(version, algorithm, octetString(ec));
  }
  throw new Error("no private key in the PEM data");
}

function algorithmOf(identifier: ReturnType<typeof readElement>): KeyAlgorithm {
  const parts = readChildren(identifier);
  const name = readObjectId(childAt(parts, 0, tags.objectId));
  if (name === oids.rsa) return "RS256";
  if (name === oids.ec) {
    const curve = readObjectId(childAt(parts, 1, tags.objectId));
    if (curve === oids.p256) return "ES256";
    throw new DerError(`elliptic curve ${curve} is not supported; use P-256`);
  }
  throw new DerError(`key algorithm ${name} is not supported; use ECDSA P-256 or RSA`);
}

function rawSignature(der: Uint8Array): Bytes {
  const parts = readChildren(readElement(der));
  const raw = new Uint8Array(64);
  for (const index of [0, 1]) {
    let number = childAt(parts, index, tags.integer).content;
    while (number.length > 32 && number[0] === 0) number = number.subarray(1);
    if (number.length > 32) throw new DerError("signature is too long");
    raw.set(number, index * 32 + 32 - number.length);
  }
  return raw;
}
