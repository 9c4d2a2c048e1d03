import type { PolicyRule } from "#api/rbac/v1.ts";
import { compactRules, resourceText } from "../../../describe/policy-rules.ts";
import type { Kubectl } from "../../../kubectl.ts";
import { alignRows } from "../../../printers/tabwriter.ts";

interface RulesReview {
  readonly status: {
    readonly incomplete: boolean;
    readonly evaluationError?: string;
    readonly resourceRules: readonly PolicyRule[];
    readonly nonResourceRules: readonly PolicyRule[];
  };
}

/** All that the user may do in the namespace, as far as the server can say it. */
export async function listAccess(
  kubectl: Kubectl,
  namespace: string,
  noHeaders: boolean,
): Promise<void> {
  const rest = await kubectl.rest();
  const { status } = await rest.json<RulesReview>({
    method: "POST",
    path: "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
    body: {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectRulesReview",
      spec: { namespace },
    },
  });
  if (status.incomplete) {
    kubectl.tell(`Warning: the list may be incomplete: ${status.evaluationError ?? ""}`);
  }
  const rules = compactRules([...status.resourceRules, ...status.nonResourceRules]);
  const rows = rules.map((rule) => [
    resourceText(rule),
    ...[rule.nonResourceURLs, rule.resourceNames, rule.verbs].map((list) => `[${list.join(" ")}]`),
  ]);
  const header = ["Resources", "Non-Resource URLs", "Resource Names", "Verbs"];
  kubectl.print(alignRows(noHeaders ? rows : [header, ...rows]));
}
