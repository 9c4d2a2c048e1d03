import { editField, textSetter } from "../field-spec.ts";
import type { FieldSpec } from "../field-spec.ts";
import { anyKind, isKindSelected } from "../ids.ts";
import type { GroupVersionKind } from "../ids.ts";
import { tags } from "../yaml/scalar.ts";
import type { Transformer } from "./transformer.ts";

/** Puts text before or behind names. Objects remember what they were called. */
export function nameTransformer(
  side: "prefix" | "suffix",
  text: string,
  specs: readonly FieldSpec[],
): Transformer {
  return {
    transform(set) {
      for (const resource of set.resources) {
        const id = resource.originalId;
        if (unnamed.some((kind) => isKindSelected(id, kind))) continue;
        for (const spec of specs) {
          if (!isKindSelected(id, spec)) continue;
          if (spec.path === "metadata/name") {
            if (side === "prefix") resource.addPrefix(text);
            else resource.addSuffix(text);
            if (text !== "") resource.storePreviousId();
          }
          editField(resource.root, spec, {
            createKind: "scalar",
            createTag: tags.text,
            set: (node) => {
              const renamed = side === "prefix" ? text + node.text : node.text + text;
              textSetter(renamed, "")(node);
            },
          });
        }
      }
    },
  };
}

/** The names of these mean something to others, or are not theirs to choose. */
const unnamed: readonly GroupVersionKind[] = [
  { ...anyKind, kind: "CustomResourceDefinition" },
  { ...anyKind, group: "apiregistration.k8s.io", kind: "APIService" },
  { ...anyKind, kind: "Namespace" },
];
