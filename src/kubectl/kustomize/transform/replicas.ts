import { failed } from "../error.ts";
import { editField, textSetter } from "../field-spec.ts";
import type { FieldSpec } from "../field-spec.ts";
import { isKindSelected, kindText } from "../ids.ts";
import type { ReplicaArgs } from "../kustomization.ts";
import { tags } from "../yaml/scalar.ts";
import type { Transformer } from "./transformer.ts";

/** Sets how many of something are wanted. */
export function replicaTransformer(
  { name = "", count = 0 }: ReplicaArgs,
  specs: readonly FieldSpec[],
): Transformer {
  return {
    transform(set) {
      let found = false;
      for (const spec of specs) {
        const resources = set.withAnyId((id) => id.name === name && isKindSelected(id, spec));
        for (const resource of resources) {
          found = true;
          editField(resource.root, spec, {
            set: textSetter(String(count), tags.int),
            createKind: "scalar",
            createTag: tags.int,
          });
        }
      }
      if (found) return;
      const kinds = specs.map(kindText).join(" ");
      throw failed(
        `resource with name ${name} does not match a config with the following GVK [${kinds}]`,
      );
    },
  };
}
