import type { ClusterTrustBundle } from "#api/certificates/v1beta1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid, tooLong } from "#machinery/validation/field-error.ts";
import { dnsSubdomainRule, exceedsBytes } from "#machinery/validation/names.ts";
import { parseCertificate } from "#pki/certificate.ts";
import type { Certificate } from "#pki/certificate.ts";
import { readPem } from "#pki/pem.ts";
import type { PemBlock } from "#pki/pem.ts";
import { validateSignerName } from "../certificatesigningrequests/signer-name.ts";

type Bundle = ClusterTrustBundle;
const bundleBytesMax = 1024 * 1024;

/** "example.com:signer:v1" for a signer's; no colon in any other. */
export function validateBundleName({ metadata, spec: { signerName } }: Bundle): FieldError[] {
  const { generateName, name } = metadata as { generateName?: string; name?: string };
  const problems = (text: string, isPrefix: boolean): readonly string[] => {
    if (!signerName) {
      return text.includes(":")
        ? ['ClusterTrustBundle without signer name must not have ":" in its name']
        : dnsSubdomainRule(text, isPrefix);
    }
    const prefix = `${signerName.replaceAll("/", ":")}:`;
    return text.startsWith(prefix)
      ? dnsSubdomainRule(text.slice(prefix.length), isPrefix)
      : [`ClusterTrustBundle for signerName ${signerName} must be named with prefix ${prefix}`];
  };
  const told = (path: string, text: string | undefined, isPrefix: boolean) =>
    text ? problems(text, isPrefix).map((detail) => invalid(path, text, detail)) : [];
  return [
    ...told("metadata.generateName", generateName, true),
    ...told("metadata.name", name, false),
  ];
}

export const validateSigner = ({ spec: { signerName } }: Bundle): FieldError[] =>
  signerName ? validateSignerName("spec.signerName", signerName) : [];

/** Certificates of authorities, each once, and nothing else. */
export function validateBundle(text: string): FieldError[] {
  const path = "spec.trustBundle";
  if (exceedsBytes(text, bundleBytesMax)) return [tooLong(path, bundleBytesMax)];
  const refuse = (detail: string) => invalid(path, "<value omitted>", detail);
  const errors: FieldError[] = [];
  const places = new Map<string, number[]>();
  for (const [index, block] of readPem(text).entries()) {
    const problem = blockProblem(block);
    if (problem !== undefined) {
      errors.push(refuse(`entry ${index} ${problem}`));
      continue;
    }
    const content = block.der.join();
    places.set(content, [...(places.get(content) ?? []), index]);
  }
  // What is broken may be what seems to be missing.
  if (errors.length) return errors;
  if (!places.size) return [refuse("at least one trust anchor must be provided")];
  return [...places.values()]
    .filter((indices) => indices.length > 1)
    .map((indices) => refuse(`duplicate trust anchor (indices [${indices.join(" ")}])`));
}

function blockProblem({ der, hasHeaders, label }: PemBlock): string | undefined {
  if (label !== "CERTIFICATE") return `has bad block type: ${label}`;
  if (hasHeaders) return "has PEM block headers";
  let certificate: Certificate;
  try {
    certificate = parseCertificate(der);
  } catch {
    return "does not parse as X.509";
  }
  return certificate.isCertificateAuthority ? undefined : "does not have the CA bit set";
}
