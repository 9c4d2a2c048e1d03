import { PodCertificateRequest } from "#api/certificates/v1beta1.ts";
import { defineController } from "#component/controller.ts";
import { msOf } from "../../common/time.ts";

/** Kubelets ask anew long before, and nobody reads an old request again. */
const ageMsMax = 15 * 60_000;

/** Removes what kubelets asked for pods, answered or not. */
export const podCertificateRequestCleaner = defineController({
  name: "podcertificaterequest-cleaner-controller",
  for: PodCertificateRequest,

  async reconcile(request, ctx) {
    const leftMs = (msOf(request.metadata.creationTimestamp) ?? 0) + ageMsMax - ctx.now;
    if (leftMs > 0) return { requeueAfterMs: leftMs };
    await ctx.delete(PodCertificateRequest, request);
    return undefined;
  },
});
