import { CommandError } from "../../errors.ts";
import type { KubeObject } from "../../objects.ts";
import { rowAt, rowsOf } from "./rows.ts";

const failed = (why: string) =>
  new CommandError(`couldn't retrieve selectors via --selector flag or introspection: ${why}`);

/** The labels by which an object's pods are found. */
export function selectorOf(object: KubeObject): Record<string, string> {
  const { kind } = object;
  switch (kind) {
    case "Pod": {
      const labels = textsIn(rowAt(object, "metadata", "labels"));
      if (isEmpty(labels)) throw failed("the pod has no labels and cannot be exposed");
      return labels;
    }
    case "Service":
    case "ReplicationController": {
      const selector = textsIn(rowAt(object, "spec", "selector"));
      if (kind === "Service" && isEmpty(selector)) {
        throw failed("the service has no pod selector set");
      }
      return selector;
    }
    default: {
      const selector = rowAt(object, "spec", "selector");
      const labels = textsIn(rowAt(selector, "matchLabels"));
      if (isEmpty(labels)) {
        const word = kind.toLowerCase();
        throw failed(`invalid ${word}: no selectors, therefore cannot be exposed`);
      }
      const expressions = rowsOf(selector.matchExpressions);
      if (expressions.length > 0) {
        const shown = expressions
          .map(({ key, operator, values }) => {
            const list = Array.isArray(values) ? values.join(" ") : "";
            return `{Key:${String(key)} Operator:${String(operator)} Values:[${list}]}`;
          })
          .join(" ");
        throw failed(`couldn't convert expressions - "[${shown}]" to map-based selector format`);
      }
      return labels;
    }
  }
}

function isEmpty(labels: object): boolean {
  return Object.keys(labels).length === 0;
}

function textsIn(row: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, String(value)]));
}
