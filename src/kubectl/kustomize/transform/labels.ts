import { editFields, textSetter } from "../field-spec.ts";
import type { FieldSpec } from "../field-spec.ts";
import { tags } from "../yaml/scalar.ts";
import type { Transformer } from "./transformer.ts";

/** Sets entries of maps of text: labels, selectors, annotations. */
export function mapTransformer(
  values: Readonly<Record<string, string>>,
  specs: readonly FieldSpec[],
): Transformer {
  return {
    transform(set) {
      const names = Object.keys(values).sort();
      for (const resource of set.resources) {
        for (const name of names) {
          editFields(resource.root, specs, {
            createKind: "map",
            createTag: tags.map,
            set: textSetter(values[name] ?? "", tags.text, name),
          });
        }
      }
      set.dropEmpty();
    },
  };
}
