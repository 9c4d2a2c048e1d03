import { SubjectAccessReview } from "#api/authorization/v1.ts";
import { CertificateSigningRequest } from "#api/certificates/v1.ts";
import type { Client } from "#client/client.ts";
import { defineController } from "#component/controller.ts";
import { conditionOf, read } from "../requests.ts";
import { plan } from "./plan.ts";
import type { Right } from "./plan.ts";

/** Who asks may be given the right later. */
const recheckMs = 60_000;

/** Approves what kubelets ask for to be known by, if they may ask for it. */
export const certificateApprover = defineController({
  name: "certificatesigningrequest-approving-controller",
  for: CertificateSigningRequest,

  async reconcile(request, ctx) {
    const isDecided = conditionOf(request, "Approved") ?? conditionOf(request, "Denied");
    if (isDecided || request.status.certificate) return undefined;
    const rights = plan(request, await read(request));
    for (const right of rights) {
      if (!(await hasRight(request, right, ctx.client))) continue;
      const { message } = right;
      const approval = {
        type: "Approved",
        status: "True",
        reason: "AutoApproved",
        message,
      } as const;
      const conditions = [...(request.status.conditions ?? []), approval];
      const approved = { ...request, status: { ...request.status, conditions } };
      await ctx.update(CertificateSigningRequest, approved, { subresource: "approval" });
      return undefined;
    }
    return rights.length > 0 ? { requeueAfterMs: recheckMs } : undefined;
  },
});

async function hasRight(
  { spec }: CertificateSigningRequest,
  { subresource }: Right,
  client: Client,
): Promise<boolean> {
  const { extra, groups, uid, username } = spec;
  const { status } = await client.create(SubjectAccessReview, {
    spec: {
      ...(username !== undefined && { user: username }),
      ...(groups && { groups }),
      ...(uid !== undefined && { uid }),
      ...(extra && { extra }),
      resourceAttributes: {
        group: "certificates.k8s.io",
        version: "*",
        resource: "certificatesigningrequests",
        subresource,
        verb: "create",
      },
    },
  });
  return status?.allowed ?? false;
}
