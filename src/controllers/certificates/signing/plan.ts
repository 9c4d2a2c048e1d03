import type { CertificateSigningRequest } from "#api/certificates/v1.ts";
import type { CertificateProfile, CertificateRequest } from "#pki/certificate.ts";
import { conditionOf, kubeletClientProblem, kubeletServingProblem, signers } from "../requests.ts";
import { toX509 } from "./usages.ts";

/** What becomes of a request that was approved. */
export type Plan =
  | { readonly kind: "fail"; readonly message: string }
  | { readonly kind: "sign"; readonly profile: CertificateProfile };

/** Certificates start a little in the past, for peers whose clocks are behind. */
const backdateMs = 5 * 60_000;
/** Of what lives as long as this, the end is earlier by as much as the start is. */
const longMs = 8 * 3_600_000;
const lifeMsMin = 2 * backdateMs;
const optional = ["digital signature", "key encipherment"];

/** Whether it waits for one of the signers here. */
export function isWaiting(request: CertificateSigningRequest): boolean {
  const { spec, status } = request;
  return (
    !status.certificate &&
    conditionOf(request, "Approved") !== undefined &&
    conditionOf(request, "Denied") === undefined &&
    conditionOf(request, "Failed") === undefined &&
    Object.values<string>(signers).includes(spec.signerName)
  );
}

/** No certificate lives longer than `lifeMsMax`. */
export function plan(
  { spec }: CertificateSigningRequest,
  asked: CertificateRequest,
  { now, lifeMsMax }: { readonly now: number; readonly lifeMsMax: number },
): Plan {
  const usages = spec.usages ?? [];
  const message = problemOf(spec.signerName, asked, usages);
  if (message !== undefined) return { kind: "fail", message };
  const wantedMs = (spec.expirationSeconds ?? Infinity) * 1000;
  const lifeMs = Math.min(Math.max(wantedMs, lifeMsMin), lifeMsMax);
  const end = now + lifeMs - (lifeMs < longMs ? 0 : backdateMs);
  const profile = { ...toX509(usages), notBefore: now - backdateMs, notAfter: end };
  return { kind: "sign", profile };
}

function problemOf(
  signer: string,
  asked: CertificateRequest,
  usages: readonly string[],
): string | undefined {
  switch (signer) {
    case signers.kubeletClient:
      return kubeletClientProblem(asked, usages);
    case signers.kubeletServing:
      return kubeletServingProblem(asked, usages);
    case signers.client: {
      const wrong = usages.find((usage) => usage !== "client auth" && !optional.includes(usage));
      if (wrong !== undefined) return `invalid usage for client certificate: ${wrong}`;
      if (usages.includes("client auth")) return undefined;
      return "missing required usage for client certificate: client auth";
    }
    default:
      // The legacy signer signs what it is given.
      return undefined;
  }
}
