import { ValidatingAdmissionPolicy } from "#api/admissionregistration/v1.ts";
import type { ExpressionWarning } from "#api/admissionregistration/v1.ts";
import { defineController } from "#component/controller.ts";
import type { Controller } from "#component/controller.ts";

/** What is dubious about a policy's expressions; the language is the server's own business. */
export type ExpressionCheck = (policy: ValidatingAdmissionPolicy) => readonly ExpressionWarning[];

/** Tells in a policy's status which of its expressions do not fit the kinds that it is about. */
export function validatingAdmissionPolicyStatusController(check: ExpressionCheck): Controller {
  return defineController({
    name: "validatingadmissionpolicy-status-controller",
    for: ValidatingAdmissionPolicy,

    async reconcile(policy, ctx) {
      const { generation = 0 } = policy.metadata;
      const { status } = policy;
      if (generation <= (status.observedGeneration ?? 0)) return;
      const expressionWarnings = [...check(policy)];
      await ctx.updateStatus({
        ...status,
        observedGeneration: generation,
        typeChecking: expressionWarnings.length > 0 ? { expressionWarnings } : {},
      });
    },
  });
}
