import type { CertificateSigningRequest } from "#api/certificates/v1.ts";
import { fromBase64, text } from "#base/bytes.ts";
import { parseCertificate } from "#pki/certificate.ts";
import { conditionOf } from "../requests.ts";
import type { Decision } from "../requests.ts";

const decidedMs = 3_600_000;
const pendingMs = 24 * 3_600_000;

/** From when on nobody needs the request any more, in milliseconds since the epoch. */
export function uselessFrom(request: CertificateSigningRequest): number | undefined {
  const { metadata, status } = request;
  const after = (time: string | undefined, ms: number) =>
    time === undefined ? [] : [Date.parse(time) + ms];
  const since = (type: Decision, ms: number) =>
    after(conditionOf(request, type)?.lastUpdateTime, ms);
  const times = [...since("Denied", decidedMs), ...since("Failed", decidedMs)];
  if (!status.conditions?.length) times.push(...after(metadata.creationTimestamp, pendingMs));
  if (!status.certificate) times.push(...since("Approved", pendingMs));
  else if (conditionOf(request, "Approved")) {
    times.push(...since("Approved", decidedMs), ...endOf(status.certificate));
  }
  return times.length > 0 ? Math.min(...times) : undefined;
}

function endOf(certificate: string): number[] {
  try {
    return [parseCertificate(text(fromBase64(certificate))).notAfter];
  } catch {
    // Another signer may write what we cannot read: then its age alone counts.
    return [];
  }
}
