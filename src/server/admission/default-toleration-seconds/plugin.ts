import { Pod } from "#api/core/v1.ts";
import type { AdmissionPlugin } from "../admission.ts";
import { isAbout, objectAs } from "../refusal.ts";

const tolerationSeconds = 300;
const taints = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

/** Pods stay five minutes on a node that is not ready, unless they say otherwise. */
export function defaultTolerationSeconds(): AdmissionPlugin {
  return {
    name: "DefaultTolerationSeconds",
    mutate(request) {
      if (request.operation !== "CREATE" && request.operation !== "UPDATE") return;
      if (!isAbout(request, "", "pods")) return;
      const { spec } = objectAs(request, Pod);
      const tolerations = spec.tolerations ?? [];
      const missing = taints.filter(
        (key) =>
          !tolerations.some(
            (toleration) =>
              (!toleration.key || toleration.key === key) &&
              (!toleration.effect || toleration.effect === "NoExecute"),
          ),
      );
      if (missing.length === 0) return;
      spec.tolerations = [
        ...tolerations,
        ...missing.map((key) => ({
          key,
          operator: "Exists" as const,
          effect: "NoExecute" as const,
          tolerationSeconds,
        })),
      ];
    },
  };
}
