import type { PodCertificateRequest } from "#api/certificates/v1beta1.ts";
import { fromBase64, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  invalid,
  omittedValue,
  requiredValue,
  tooLong,
} from "#machinery/validation/field-error.ts";
import { isDnsSubdomain, isQualifiedName } from "#machinery/validation/names.ts";
import { readCertificateRequest } from "#pki/certificate.ts";
import { isSignatureOf, publicKeyKind } from "#pki/public-key.ts";
import type { PublicKeyKind, SignatureScheme } from "#pki/public-key.ts";
import { by } from "../../common/validation.ts";
import { validateSignerName } from "../certificatesigningrequests/signer-name.ts";

type Request = PodCertificateRequest;

/** What a signer may make of a request, and what is final then. */
export const finalStates: readonly string[] = ["Issued", "Denied", "Failed"];

const uidBytesMax = 128;
const annotationBytesMax = 256 * 1024;
const keyBytesMax = 10 * 1024;
const secondsMin = 3600;
const secondsMax = 91 * 86_400;
/** Kubernetes' own signers make certificates for a day at most. */
const ownSecondsMax = 86_400;
const paths = {
  publicKey: "spec.pkixPublicKey",
  proof: "spec.proofOfPossession",
  stub: "spec.stubPKCS10Request",
} as const;

export function validateRequest({ spec }: Request): FieldError[] {
  const uid = (path: string, value: string): FieldError[] => {
    if (!value) return [invalid(path, value, "must not be empty")];
    return value.length > uidBytesMax ? [tooLong(path, uidBytesMax)] : [];
  };
  return [
    ...validateSignerName("spec.signerName", spec.signerName),
    ...validateAnnotations(spec.unverifiedUserAnnotations),
    ...by("spec.podName", spec.podName, isDnsSubdomain),
    ...uid("spec.podUID", spec.podUID),
    ...by("spec.serviceAccountName", spec.serviceAccountName, isDnsSubdomain),
    ...uid("spec.serviceAccountUID", spec.serviceAccountUID),
    ...by("spec.nodeName", spec.nodeName, isDnsSubdomain),
    ...uid("spec.nodeUID", spec.nodeUID),
    ...validateDuration(spec),
  ];
}

/** The key is of a kind that signers know, and who asks has it. */
export async function checkKey({ spec }: Request): Promise<FieldError[]> {
  const { pkixPublicKey: publicKey, proofOfPossession: proof, stubPKCS10Request: stub } = spec;
  if (stub && !publicKey && !proof) return checkStub(fromBase64(stub));
  if (!stub && publicKey && proof) return checkPublicKey(spec);
  const detail =
    "exactly one of (stubPKCS10Request) or (pkixPublicKey, proofOfPossession) must be set";
  return [invalid("spec", omittedValue, detail)];
}

/** The public key that the certificate must be for. Throws where there is none. */
export function requestedKey({ spec }: Readonly<Request>): Bytes {
  const { pkixPublicKey = "", stubPKCS10Request: stub } = spec;
  return stub ? readCertificateRequest(fromBase64(stub)).publicKeyInfo : fromBase64(pkixPublicKey);
}

function validateAnnotations(annotations: Readonly<Record<string, string>> = {}): FieldError[] {
  const path = "spec.unverifiedUserAnnotations";
  const size = Object.entries(annotations).reduce(
    (sum, [key, value]) => sum + utf8(key).length + utf8(value).length,
    0,
  );
  const errors = Object.keys(annotations).flatMap((typed) => {
    const key = typed.toLowerCase();
    if (!key) return [requiredValue(path)];
    const problems = by(path, key, isQualifiedName);
    if (problems.length || key.includes("/")) return problems;
    return [invalid(path, key, 'must be a domain-prefixed key (such as "acme.io/foo")')];
  });
  return size > annotationBytesMax ? [...errors, tooLong(path, annotationBytesMax)] : errors;
}

function validateDuration({ maxExpirationSeconds: seconds, signerName }: Request["spec"]) {
  const domain = signerName.split("/", 1)[0] ?? "";
  const isOwn = domain === "kubernetes.io" || domain.endsWith(".kubernetes.io");
  const max = isOwn ? ownSecondsMax : secondsMax;
  if (seconds >= secondsMin && seconds <= max) return [];
  const detail = `must be in the range [${secondsMin}, ${max}]`;
  return [invalid("spec.maxExpirationSeconds", seconds, detail)];
}

async function checkStub(der: Bytes): Promise<FieldError[]> {
  if (der.length > keyBytesMax) return [tooLong(paths.stub, keyBytesMax)];
  const refuse = (detail: string, value: unknown = omittedValue) => [
    invalid(paths.stub, value, detail),
  ];
  const unreadable = "must be a valid PKCS#10 CSR";
  let request: ReturnType<typeof readCertificateRequest>;
  let kind: PublicKeyKind | undefined;
  try {
    request = readCertificateRequest(der);
    kind = publicKeyKind(request.publicKeyInfo);
  } catch {
    return refuse(unreadable);
  }
  const unknown = "unknown public key type; supported types are Ed25519, ECDSA, and RSA";
  if (!kind) return refuse(unknown);
  const weak = weakness(kind, "P256, P384, or P521");
  if (weak) return refuse(weak.detail, weak.value);
  const isSigned = await request.isSigned().catch(() => false);
  return isSigned ? [] : refuse("invalid signature");
}

async function checkPublicKey(spec: Request["spec"]): Promise<FieldError[]> {
  const { pkixPublicKey = "", podUID, proofOfPossession = "" } = spec;
  const [key, proof] = [fromBase64(pkixPublicKey), fromBase64(proofOfPossession)];
  if (key.length > keyBytesMax) return [tooLong(paths.publicKey, keyBytesMax)];
  if (proof.length > keyBytesMax) return [tooLong(paths.proof, keyBytesMax)];
  let kind: PublicKeyKind | undefined;
  try {
    kind = publicKeyKind(key);
  } catch {
    kind = undefined;
  }
  if (!kind) {
    const detail = "must be a valid PKIX-serialized public key";
    return [invalid(paths.publicKey, pkixPublicKey, detail)];
  }
  const weak = weakness(kind, "P256 or P384");
  if (weak) return [invalid(paths.publicKey, weak.value, weak.detail)];
  const scheme: SignatureScheme =
    kind.algorithm === "RSA"
      ? { algorithm: "RSA", padding: "PSS", hash: "SHA-256" }
      : kind.algorithm === "ECDSA"
        ? { algorithm: "ECDSA", hash: "SHA-256" }
        : { algorithm: "Ed25519" };
  const isProof = await isSignatureOf(key, proof, utf8(podUID), scheme).catch(() => false);
  const detail = "could not verify proof-of-possession signature";
  return isProof ? [] : [invalid(paths.proof, omittedValue, detail)];
}

/** What makes a key too weak, as it is told; undefined for one that will do. */
function weakness(
  kind: PublicKeyKind,
  curves: string,
): { readonly value: string; readonly detail: string } | undefined {
  if (kind.algorithm === "ECDSA" && kind.curve === "P-224") {
    return { value: "curve P-224", detail: `elliptic public keys must use curve ${curves}` };
  }
  if (kind.algorithm === "RSA" && kind.bits !== 3072 && kind.bits !== 4096) {
    const detail = "RSA keys must have modulus size 3072 or 4096";
    return { value: `${Math.ceil(kind.bits / 8) * 8}-bit modulus`, detail };
  }
  return undefined;
}
