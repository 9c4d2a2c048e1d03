import { failed } from "../error.ts";
import { kindText, sameKind } from "../ids.ts";
import type { GroupVersionKind, ResourceId } from "../ids.ts";
import type { SortOptions } from "../kustomization.ts";
import type { Transformer } from "./transformer.ts";

const orderFirst = [
  "Namespace",
  "ResourceQuota",
  "StorageClass",
  "CustomResourceDefinition",
  "ServiceAccount",
  "PodSecurityPolicy",
  "Role",
  "ClusterRole",
  "RoleBinding",
  "ClusterRoleBinding",
  "ConfigMap",
  "Secret",
  "Endpoints",
  "Service",
  "LimitRange",
  "PriorityClass",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "Deployment",
  "StatefulSet",
  "CronJob",
  "PodDisruptionBudget",
];

const orderLast = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/** Negative: before all that has no rank. */
export const defaultOrder: ReadonlyMap<string, number> = ranks(orderFirst, orderLast);

function ranks(first: readonly string[], last: readonly string[]): ReadonlyMap<string, number> {
  return new Map([
    ...first.map((kind, at) => [kind, at - first.length] as const),
    ...last.map((kind, at) => [kind, at + 1] as const),
  ]);
}

/** Orders what is written out. */
export function sortTransformer(options: SortOptions): Transformer {
  return {
    transform(set) {
      const order = options.order ?? "";
      const legacy = options.legacySortOptions;
      if (order !== "fifo" && order !== "legacy") {
        throw failed("the field 'sortOptions.order' must be one of [fifo, legacy]");
      }
      if (order === "fifo") {
        if (!legacy) return;
        throw failed(
          "the field 'sortOptions.legacySortOptions' is set but the selected sort order is " +
            "'fifo', not 'legacy'",
        );
      }
      const rankOf = legacy ? ranks(legacy.orderFirst ?? [], legacy.orderLast ?? []) : defaultOrder;
      set.replaceAll(
        set.resources.toSorted((left, right) => compareIds(left.id, right.id, rankOf)),
      );
    },
  };
}

function compareIds(
  left: ResourceId,
  right: ResourceId,
  rankOf: ReadonlyMap<string, number>,
): number {
  if (sameKind(left, right)) return compareTexts(idSortText(left), idSortText(right));
  const [leftRank, rightRank] = [rankOf.get(left.kind) ?? 0, rankOf.get(right.kind) ?? 0];
  if (leftRank !== rightRank) return leftRank - rightRank;
  const order = compareTexts(kindSortText(left), kindSortText(right));
  const namespaces = left.kind === "Namespace" && (left.group === "" || right.group === "");
  return namespaces ? -order : order;
}

function kindSortText({ group, version, kind }: GroupVersionKind): string {
  return `${group || "~G"}_${version || "~V"}_${kind || "~K"}`;
}

function idSortText(id: ResourceId): string {
  return `${kindText(id)}|${id.namespace || "~X"}|${id.name || "~N"}`;
}

/** Byte by byte, as UTF-8. */
function compareTexts(left: string, right: string): number {
  const [a, b] = [Array.from(left), Array.from(right)];
  for (let at = 0; at < a.length && at < b.length; at++) {
    const difference = (a[at]?.codePointAt(0) ?? 0) - (b[at]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
