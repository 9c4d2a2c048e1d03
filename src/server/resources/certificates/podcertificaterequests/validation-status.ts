import type { PodCertificateRequest } from "#api/certificates/v1beta1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  invalid,
  notSupportedInOrder,
  omittedValue,
  requiredValue,
  tooLong,
} from "#machinery/validation/field-error.ts";
import { exceedsBytes } from "#machinery/validation/names.ts";
import { parseCertificate } from "#pki/certificate.ts";
import type { Certificate } from "#pki/certificate.ts";
import { readPem } from "#pki/pem.ts";
import type { PemBlock } from "#pki/pem.ts";
import { isTrue, validateConditions } from "../../common/conditions.ts";
import { sameValue } from "../../common/validation.ts";
import { finalStates, requestedKey } from "./validation.ts";

type Request = PodCertificateRequest;
type Status = Request["status"];

const chainBytesMax = 100 * 1024;
const nanosecondsPerMs = 1_000_000;
const msPerMinute = 60_000;
const lifetimeMsMin = 60 * msPerMinute;
const at = {
  chain: "status.certificateChain",
  notBefore: "status.notBefore",
  notAfter: "status.notAfter",
  beginRefreshAt: "status.beginRefreshAt",
} as const;

/** A request is answered once: issued with a certificate, or denied or failed without. */
export function validateAnswer(
  request: Request,
  old: Readonly<Request>,
  nowMs: number,
): FieldError[] {
  const { status } = request;
  const errors = validateStates(status);
  if (errors.length) return errors;
  const is = ({ conditions }: Readonly<Status>, type: string) => isTrue(conditions, type);
  if (finalStates.some((state) => is(old.status, state))) {
    const detail = "immutable after PodCertificateRequest is issued, denied, or failed";
    return unchanged(status, old.status, detail);
  }
  if (is(status, "Denied") || is(status, "Failed")) {
    const { conditions } = status;
    const detail =
      "non-condition status fields must be empty when denying or failing the PodCertificateRequest";
    return unchanged(status, { ...(conditions && { conditions }) }, detail);
  }
  if (is(status, "Issued")) return validateIssued(request, old, nowMs);
  const detail = 'status is immutable unless transitioning to "Issued", "Denied", or "Failed"';
  return unchanged(status, old.status, detail);
}

function unchanged(status: Status, wanted: Readonly<Status>, detail: string): FieldError[] {
  return sameValue(status, wanted) ? [] : [invalid("status", omittedValue, detail)];
}

function validateStates({ conditions = [] }: Status): FieldError[] {
  const errors: FieldError[] = [];
  let known = 0;
  for (const [index, { status, type }] of conditions.entries()) {
    // The dot before the bracket is upstream's.
    const path = `status.conditions.[${index}]`;
    if (!finalStates.includes(type)) {
      errors.push(notSupportedInOrder(`${path}.type`, type, finalStates));
      continue;
    }
    if (++known > 1) {
      const detail = 'There may be at most one condition with type "Issued", "Denied", or "Failed"';
      errors.push(invalid(`${path}.type`, type, detail));
    }
    if (status !== "True") errors.push(notSupportedInOrder(`${path}.status`, status, ["True"]));
  }
  return [...errors, ...validateConditions(conditions, "status.conditions")];
}

function validateIssued(
  { spec, status }: Request,
  old: Readonly<Request>,
  nowMs: number,
): FieldError[] {
  const chain = status.certificateChain ?? "";
  if (exceedsBytes(chain, chainBytesMax)) return [tooLong(at.chain, chainBytesMax)];
  const [leaf, ...others] = readPem(chain);
  const refuse = (detail: string, value: unknown = chain) => [invalid(at.chain, value, detail)];
  if (!leaf) return refuse("issued certificate chain must contain at least one certificate");
  if (leaf.label !== "CERTIFICATE") {
    return refuse("issued certificate chain must consist entirely of CERTIFICATE PEM blocks");
  }
  const certificate = certificateOf(leaf);
  if (!certificate) return refuse("leaf certificate does not parse as valid X.509");
  const names = validateNames(certificate);
  const key = requestedKey(old);
  if (key.join() !== certificate.publicKeyInfo.join()) {
    const detail = "leaf certificate was not issued to the requested public key";
    return [...names, ...refuse(detail)];
  }
  const errors = [...names, ...validateTimes(status, certificate, nowMs)];
  if (errors.length) return errors;
  const lifetimeMs = certificate.notAfter - certificate.notBefore;
  const lifetime = lifetimeMs * nanosecondsPerMs;
  if (lifetimeMs < lifetimeMsMin) {
    return refuse("leaf certificate lifetime must be >= 1 hour", lifetime);
  }
  const { maxExpirationSeconds: max } = spec;
  if (lifetimeMs > max * 1000) {
    const detail = `leaf certificate lifetime must be <= spec.maxExpirationSeconds (${max})`;
    return refuse(detail, lifetime);
  }
  return [...validateRefresh(status), ...validateRest(others, refuse)].slice(0, 1);
}

function certificateOf({ der }: PemBlock): Certificate | undefined {
  try {
    return parseCertificate(der);
  } catch {
    return undefined;
  }
}

function validateNames({ dnsNames }: Certificate): FieldError[] {
  return dnsNames.flatMap((name) => {
    const told = (isWrong: boolean, detail: string) =>
      isWrong ? [invalid(at.chain, name, detail)] : [];
    const isOpen = name.startsWith(".") || name.endsWith(".");
    return [
      ...told(name === "", "leaf certificate should not contain empty DNSName"),
      ...told(name.includes(".."), "leaf certificate's DNSName should not contain '..'"),
      ...told(isOpen, "leaf certificate's DNSName should not start or end with '.'"),
    ];
  });
}

/** The status repeats what the certificate says, and the certificate begins about now. */
function validateTimes(status: Status, certificate: Certificate, nowMs: number): FieldError[] {
  const { beginRefreshAt, notAfter, notBefore } = status;
  if (notBefore === undefined || notAfter === undefined || beginRefreshAt === undefined) {
    const consistent = "must be present and consistent with the issued certificate";
    const range = "must be present and in the range [notbefore+10min, notafter-10min]";
    return [
      ...(notBefore === undefined ? [requiredValue(at.notBefore, consistent)] : []),
      ...(notAfter === undefined ? [requiredValue(at.notAfter, consistent)] : []),
      ...(beginRefreshAt === undefined ? [requiredValue(at.beginRefreshAt, range)] : []),
    ];
  }
  const encoded = (name: string) =>
    `must be set to the ${name} time encoded in the leaf certificate`;
  if (Date.parse(notBefore) !== certificate.notBefore) {
    return [invalid(at.notBefore, notBefore, encoded("NotBefore"))];
  }
  if (Math.abs(certificate.notBefore - nowMs) >= 5 * msPerMinute) {
    const detail = "must be set to within 5 minutes of kube-apiserver's current time";
    return [invalid(at.notBefore, notBefore, detail)];
  }
  if (Date.parse(notAfter) !== certificate.notAfter) {
    return [invalid(at.notAfter, notAfter, encoded("NotAfter"))];
  }
  return [];
}

function validateRefresh({ beginRefreshAt = "", notAfter = "", notBefore = "" }: Status) {
  const [from, begin, until] = [notBefore, beginRefreshAt, notAfter].map((time) =>
    Date.parse(time),
  ) as [number, number, number];
  const refuse = (detail: string) => [invalid(at.beginRefreshAt, beginRefreshAt, detail)];
  if (begin < from + 10 * msPerMinute) {
    return refuse("must be at least 10 minutes after status.notBefore");
  }
  if (begin > until - 10 * msPerMinute) {
    return refuse("must be at least 10 minutes before status.notAfter");
  }
  return [];
}

function validateRest(
  blocks: readonly PemBlock[],
  refuse: (detail: string) => FieldError[],
): FieldError[] {
  return blocks.flatMap((block) => {
    if (block.label !== "CERTIFICATE") {
      // The word is misspelt upstream.
      return refuse("issued certificate chain must consist entirely of CERTFICATE PEM blocks");
    }
    return certificateOf(block)
      ? []
      : refuse("intermediate certificate does not parse as valid X.509");
  });
}
