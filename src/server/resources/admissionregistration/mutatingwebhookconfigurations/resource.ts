import { MutatingWebhookConfiguration } from "#api/admissionregistration/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { sameValue } from "../../common/validation.ts";
import { defineResource } from "../../define.ts";
import type { ResourceDependencies } from "../../dependencies.ts";
import { expressionCheck } from "../common/expressions.ts";
import { validateWebhooks } from "../common/webhooks.ts";

export function mutatingWebhookConfigurations(
  dependencies: Pick<ResourceDependencies, "expressions">,
): ResourceDefinition {
  const check = expressionCheck(dependencies, { hasParams: false, variables: [] });
  return defineResource<MutatingWebhookConfiguration>({
    type: MutatingWebhookConfiguration,
    requiredMayBeEmpty: true,
    hasGeneration: true,
    allowUnconditionalUpdate: false,
    columns: [
      nameColumn(),
      column("Webhooks", ({ webhooks }) => webhooks?.length ?? 0, "integer"),
      ageColumn(),
    ],
    validateCreate: ({ webhooks = [] }) => validateWebhooks(webhooks, check),
    validateUpdate({ webhooks = [] }, { webhooks: old = [] }) {
      // Conditions that were there before are not compiled again: an older server took them.
      const conditionsOf = (hooks: typeof old) => hooks.map((hook) => hook.matchConditions);
      const isSame = sameValue(conditionsOf(webhooks), conditionsOf(old));
      return validateWebhooks(webhooks, isSame ? () => [] : check);
    },
  });
}
