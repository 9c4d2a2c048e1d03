import type { CertificateSigningRequest } from "#api/certificates/v1.ts";
import { fromBase64 } from "#base/bytes.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  duplicate,
  forbidden,
  invalid,
  notSupported,
  requiredValue,
} from "#machinery/validation/field-error.ts";
import { parseCertificate, parseCertificateRequest } from "#pki/certificate.ts";
import { decodePem, encodePem } from "#pki/pem.ts";
import { sameValue } from "../../common/validation.ts";
import { validateSignerName } from "./signer-name.ts";
import { conditionsOf } from "./strategy.ts";

type Request = CertificateSigningRequest;

const usages = [
  "signing",
  "digital signature",
  "content commitment",
  "key encipherment",
  "key agreement",
  "data encipherment",
  "cert sign",
  "crl sign",
  "encipher only",
  "decipher only",
  "any",
  "server auth",
  "client auth",
  "code signing",
  "email protection",
  "s/mime",
  "ipsec end system",
  "ipsec tunnel",
  "ipsec user",
  "timestamping",
  "ocsp signing",
  "microsoft sgc",
  "netscape sgc",
];
const legacySigner = "kubernetes.io/legacy-unknown";
const expirationSecondsMin = 600;

/** What is no text is no PEM: bytes that are none become signs that no block has. */
const pemOf = (base64: string) => new TextDecoder().decode(fromBase64(base64));

/** The request must be signed by the key that it names. */
export async function checkRequest({ spec }: Request): Promise<FieldError[]> {
  const refuse = (detail: string) => [invalid("spec.request", spec.request, detail)];
  const [block] = decodePem(pemOf(spec.request));
  if (block?.label !== "CERTIFICATE REQUEST") {
    return refuse("PEM block type must be CERTIFICATE REQUEST");
  }
  try {
    await parseCertificateRequest(encodePem("CERTIFICATE REQUEST", block.der));
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  return [];
}

export function validateNewRequest({ spec, status }: Request): FieldError[] {
  const errors: FieldError[] = [];
  const { expirationSeconds, signerName } = spec;
  if (!spec.usages?.length) errors.push(requiredValue("spec.usages"));
  const seen = new Set<string>();
  for (const [index, usage] of (spec.usages ?? []).entries()) {
    const path = `spec.usages[${index}]`;
    if (!usages.includes(usage)) errors.push(notSupported(path, usage, usages));
    if (seen.has(usage)) errors.push(duplicate(path, usage));
    seen.add(usage);
  }
  if (signerName === legacySigner) {
    const detail = "the legacy signerName is not allowed via this API version";
    errors.push(invalid("spec.signerName", signerName, detail));
  } else errors.push(...validateSignerName("spec.signerName", signerName));
  if (expirationSeconds !== undefined && expirationSeconds < expirationSecondsMin) {
    const detail = "may not specify a duration less than 600 seconds (10 minutes)";
    errors.push(invalid("spec.expirationSeconds", expirationSeconds, detail));
  }
  return [...errors, ...validateConditions(status.conditions ?? [], undefined)];
}

type Conditions = NonNullable<Request["status"]["conditions"]>;
const alwaysTrue = ["Approved", "Denied", "Failed"];
const anyStatus = ["False", "True", "Unknown"];

/** What was wrong before may stay so: it must not keep others from writing. */
function validateConditions(conditions: Conditions, old: Conditions | undefined): FieldError[] {
  const path = "status.conditions";
  const errors: FieldError[] = [];
  const types = conditions.map(({ type }) => type);
  const oldTypes = old?.map(({ type }) => type) ?? [];
  const hadBoth = oldTypes.includes("Approved") && oldTypes.includes("Denied");
  const hadTwice = new Set(oldTypes).size < oldTypes.length;
  for (const [index, { status, type }] of conditions.entries()) {
    const at = `${path}[${index}]`;
    if (!type && !oldTypes.includes("")) errors.push(requiredValue(`${at}.type`));
    const allowed = alwaysTrue.includes(type) ? ["True"] : anyStatus;
    if (!status) errors.push(requiredValue(`${at}.status`));
    else if (!allowed.includes(status)) {
      errors.push(notSupported(`${at}.status`, status, allowed));
    }
    const earlier = types.slice(0, index);
    const opposite = type === "Approved" ? "Denied" : type === "Denied" ? "Approved" : undefined;
    if (!hadBoth && opposite !== undefined && earlier.includes(opposite)) {
      const detail = "Approved and Denied conditions are mutually exclusive";
      errors.push(invalid(path, type, detail));
    }
    if (!hadTwice && earlier.includes(type)) errors.push(duplicate(`${at}.type`, type));
  }
  return errors;
}

export function validateRequestUpdate(request: Request, old: Readonly<Request>): FieldError[] {
  return [
    ...validateChange(request, old),
    ...decisions(request, old),
    ...noCertificate(request, old),
  ];
}

export function validateApproval(request: Request, old: Readonly<Request>): FieldError[] {
  return [...validateChange(request, old), ...noCertificate(request, old)];
}

export function validateStatusUpdate(request: Request, old: Readonly<Request>): FieldError[] {
  const errors = [...validateChange(request, old), ...decisions(request, old)];
  const { certificate = "" } = request.status;
  const { certificate: oldCertificate = "" } = old.status;
  if (certificate === oldCertificate) return errors;
  if (oldCertificate) {
    const detail = "updates may not modify existing certificate content";
    return [...errors, forbidden("status.certificate", detail)];
  }
  const problem = certificateProblem(pemOf(certificate));
  if (problem === undefined) return errors;
  return [...errors, invalid("status.certificate", "<certificate data>", problem)];
}

function certificateProblem(content: string): string | undefined {
  const blocks = decodePem(content);
  if (!blocks.length) return "must contain at least one CERTIFICATE PEM block";
  for (const { label, der } of blocks) {
    if (label !== "CERTIFICATE") {
      return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(label)}`;
    }
    try {
      parseCertificate(der);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  return undefined;
}

function validateChange(request: Request, old: Readonly<Request>): FieldError[] {
  const errors = validateConditions(request.status.conditions ?? [], old.status.conditions ?? []);
  for (const type of alwaysTrue) {
    if (conditionsOf(request, type).length < conditionsOf(old, type).length) {
      const detail = `updates may not remove a condition of type ${JSON.stringify(type)}`;
      errors.push(forbidden("status.conditions", detail));
    }
  }
  return errors;
}

/** Only who writes to `/approval` decides. */
function decisions(request: Request, old: Readonly<Request>): FieldError[] {
  return ["Approved", "Denied"].flatMap((type) => {
    const [now, before] = [conditionsOf(request, type), conditionsOf(old, type)];
    if (now.length < before.length || sameValue(now, before)) return [];
    const verb = now.length > before.length ? "add" : "modify";
    const detail = `updates may not ${verb} a condition of type ${JSON.stringify(type)}`;
    return [forbidden("status.conditions", detail)];
  });
}

function noCertificate({ status }: Request, { status: old }: Readonly<Request>): FieldError[] {
  return (status.certificate ?? "") === (old.certificate ?? "")
    ? []
    : [forbidden("status.certificate", "updates may not set certificate content")];
}
