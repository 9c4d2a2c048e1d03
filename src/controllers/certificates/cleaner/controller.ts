import { CertificateSigningRequest } from "#api/certificates/v1.ts";
import { defineController } from "#component/controller.ts";
import { uselessFrom } from "./plan.ts";

/** Removes requests that were answered, or that nobody answers. */
export const certificateRequestCleaner = defineController({
  name: "certificatesigningrequest-cleaner-controller",
  for: CertificateSigningRequest,

  async reconcile(request, ctx) {
    const end = uselessFrom(request);
    if (end === undefined) return undefined;
    if (ctx.now <= end) return { requeueAfterMs: end - ctx.now + 1 };
    await ctx.delete(CertificateSigningRequest, request);
    return undefined;
  },
});
