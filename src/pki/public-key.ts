import { concatBytes } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import {
  DerError,
  childAt,
  readBitString,
  readChildren,
  readElement,
  readObjectId,
  tags,
} from "./der.ts";
import type { DerElement } from "./der.ts";

/** What kind of key a SubjectPublicKeyInfo holds. */
export type PublicKeyKind =
  | { readonly algorithm: "RSA"; readonly bits: number }
  | { readonly algorithm: "ECDSA"; readonly curve: Curve }
  | { readonly algorithm: "Ed25519" };

export type Curve = "P-224" | "P-256" | "P-384" | "P-521";
type VerifyParameters = Parameters<SubtleCrypto["verify"]>[0] & {
  readonly hash?: string;
  readonly namedCurve?: string;
};
type Hash = "SHA-256" | "SHA-384" | "SHA-512";

/** How data was signed: what the key itself does not say. */
export type SignatureScheme =
  | { readonly algorithm: "RSA"; readonly padding: "PKCS1" | "PSS"; readonly hash: Hash }
  | { readonly algorithm: "ECDSA"; readonly hash: Hash }
  | { readonly algorithm: "Ed25519" };

const keyIds = {
  rsa: "1.2.840.113549.1.1.1",
  ec: "1.2.840.10045.2.1",
  ed25519: "1.3.101.112",
} as const;

const curves: Readonly<Record<string, Curve>> = {
  "1.3.132.0.33": "P-224",
  "1.2.840.10045.3.1.7": "P-256",
  "1.3.132.0.34": "P-384",
  "1.3.132.0.35": "P-521",
};

const schemes: Readonly<Record<string, SignatureScheme>> = {
  "1.2.840.113549.1.1.11": { algorithm: "RSA", padding: "PKCS1", hash: "SHA-256" },
  "1.2.840.113549.1.1.12": { algorithm: "RSA", padding: "PKCS1", hash: "SHA-384" },
  "1.2.840.113549.1.1.13": { algorithm: "RSA", padding: "PKCS1", hash: "SHA-512" },
  "1.2.840.10045.4.3.2": { algorithm: "ECDSA", hash: "SHA-256" },
  "1.2.840.10045.4.3.3": { algorithm: "ECDSA", hash: "SHA-384" },
  "1.2.840.10045.4.3.4": { algorithm: "ECDSA", hash: "SHA-512" },
  [keyIds.ed25519]: { algorithm: "Ed25519" },
};

/** Undefined for kinds that nothing here knows. Throws for what is no SubjectPublicKeyInfo. */
export function publicKeyKind(publicKeyInfo: Bytes): PublicKeyKind | undefined {
  const parts = readChildren(readElement(publicKeyInfo));
  const identifier = readChildren(childAt(parts, 0, tags.sequence));
  const bits = readBitString(childAt(parts, 1));
  switch (readObjectId(childAt(identifier, 0, tags.objectId))) {
    case keyIds.rsa:
      return { algorithm: "RSA", bits: modulusBits(bits) };
    case keyIds.ec: {
      const curve = curves[readObjectId(childAt(identifier, 1, tags.objectId))];
      if (!curve) throw new DerError("unsupported elliptic curve");
      return { algorithm: "ECDSA", curve };
    }
    case keyIds.ed25519:
      return { algorithm: "Ed25519" };
    default:
      return undefined;
  }
}

/** By the object id of an AlgorithmIdentifier; undefined for schemes that nothing here knows. */
export function signatureScheme(identifier: DerElement): SignatureScheme | undefined {
  return schemes[readObjectId(childAt(readChildren(identifier), 0, tags.objectId))];
}

/** Whether the key made the signature in this way. Signatures by ECDSA are in DER. */
export async function isSignatureOf(
  publicKeyInfo: Bytes,
  signature: Uint8Array,
  data: Bytes,
  scheme: SignatureScheme,
): Promise<boolean> {
  const kind = publicKeyKind(publicKeyInfo);
  if (!kind || kind.algorithm !== scheme.algorithm) return false;
  const verify = async (parameters: VerifyParameters, bytes: Bytes) => {
    const { subtle } = crypto;
    const key = await subtle.importKey("spki", publicKeyInfo, parameters, true, ["verify"]);
    return subtle.verify(parameters, key, bytes, data);
  };
  switch (scheme.algorithm) {
    case "Ed25519":
      return verify({ name: "Ed25519" }, concatBytes([signature]));
    case "ECDSA": {
      if (kind.algorithm !== "ECDSA" || kind.curve === "P-224") return false;
      const raw = rawSignature(signature, coordinateBytes[kind.curve]);
      return verify({ name: "ECDSA", namedCurve: kind.curve, hash: scheme.hash }, raw);
    }
    case "RSA": {
      const bytes = concatBytes([signature]);
      if (scheme.padding === "PKCS1") {
        return verify({ name: "RSASSA-PKCS1-v1_5", hash: scheme.hash }, bytes);
      }
      // The signer chooses how long the salt is: as long as fits, or as long as the hash.
      const hashBytes = Number(scheme.hash.slice(4)) / 8;
      for (const saltLength of [signature.length - hashBytes - 2, hashBytes]) {
        const parameters = { name: "RSA-PSS", hash: scheme.hash, saltLength };
        if (await verify(parameters, bytes)) return true;
      }
      return false;
    }
    default:
      return scheme satisfies never;
  }
}

const coordinateBytes = { "P-256": 32, "P-384": 48, "P-521": 66 } as const;

/** The two numbers of a signature, side by side. Throws for what is no signature. */
function rawSignature(der: Uint8Array, numberBytes: number): Bytes {
  const parts = readChildren(readElement(der));
  const raw = new Uint8Array(2 * numberBytes);
  for (const index of [0, 1]) {
    let number = childAt(parts, index, tags.integer).content;
    while (number.length > numberBytes && number[0] === 0) number = number.subarray(1);
    if (number.length > numberBytes) throw new DerError("signature is too long");
    raw.set(number, (index + 1) * numberBytes - number.length);
  }
  return raw;
}

function modulusBits(key: Uint8Array): number {
  const modulus = childAt(readChildren(readElement(key)), 0, tags.integer).content;
  const first = modulus.findIndex((byte) => byte !== 0);
  if (first < 0) throw new DerError("an RSA key without a modulus");
  const lead = modulus[first] ?? 0;
  return (modulus.length - first) * 8 - (Math.clz32(lead) - 24);
}
