import { CertificateSigningRequest } from "#api/certificates/v1.ts";
import { toBase64, utf8 } from "#base/bytes.ts";
import type { Controller } from "#component/controller.ts";
import { defineController } from "#component/controller.ts";
import { signCertificateRequest } from "#pki/certificate.ts";
import type { CertificateAuthority } from "#pki/certificate.ts";
import { timestamp } from "../../common/time.ts";
import { read } from "../requests.ts";
import { isWaiting, plan } from "./plan.ts";

const yearMs = 365 * 86_400_000;

/** Signs what was approved, for the signers whose names are Kubernetes' own. */
export function certificateSigner(
  authorityNow: () => CertificateAuthority,
  { lifeMsMax = yearMs }: { readonly lifeMsMax?: number } = {},
): Controller {
  return defineController({
    name: "certificatesigningrequest-signing-controller",
    for: CertificateSigningRequest,

    async reconcile(request, ctx) {
      if (!isWaiting(request)) return;
      const { now } = ctx;
      const asked = await read(request);
      const intent = plan(request, asked, { now, lifeMsMax });
      switch (intent.kind) {
        case "fail": {
          const failure = {
            type: "Failed",
            status: "True",
            reason: "SignerValidationFailure",
            message: intent.message,
            lastUpdateTime: timestamp(now),
          } as const;
          const conditions = [...(request.status.conditions ?? []), failure];
          await ctx.updateStatus({ ...request.status, conditions });
          return;
        }
        case "sign": {
          const authority = authorityNow();
          const { notAfter } = authority.certificate;
          if (now >= notAfter) {
            throw new Error(`the signer has expired: NotAfter=${timestamp(notAfter)}`);
          }
          const pem = await signCertificateRequest(authority, asked, intent.profile);
          await ctx.updateStatus({ ...request.status, certificate: toBase64(utf8(pem)) });
          return;
        }
        default:
          intent satisfies never;
      }
    },
  });
}
