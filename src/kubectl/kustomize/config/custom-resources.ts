import { isRow } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";
import type { FieldSpec } from "../field-spec.ts";
import { emptyConfig, mergeConfigs } from "./transformer-config.ts";
import type { BackReference, TransformerConfig } from "./transformer-config.ts";

/** What a file of `crds` says, by its schemas' extensions, of the fields of custom resources. */
export function configOfCustomResources(document: unknown): TransformerConfig {
  if (!isRow(document)) return emptyConfig;
  let config = emptyConfig;
  for (const [name, definition] of Object.entries(document)) {
    const properties = propertiesOf(definition);
    if (!["kind", "apiVersion", "metadata"].every((field) => isRow(properties[field]))) continue;
    const found = new Found();
    found.visit(document, name.split(".").at(-1) ?? "", name, [], new Set());
    config = mergeConfigs(config, found.config);
  }
  return config;
}

function propertiesOf(definition: unknown): Row {
  const schema = member(definition, "schema");
  const properties = isRow(schema) ? schema["properties"] : undefined;
  return isRow(properties) ? properties : {};
}

/** Go's decoder does not mind the case of a key. */
function member(value: unknown, name: string): unknown {
  if (!isRow(value)) return undefined;
  const key = Object.keys(value).find((candidate) => candidate.toLowerCase() === name);
  return key === undefined ? undefined : value[key];
}

class Found {
  readonly #annotations: FieldSpec[] = [];
  readonly #labels: FieldSpec[] = [];
  readonly #names: FieldSpec[] = [];
  readonly #references: BackReference[] = [];

  visit(
    document: Row,
    kind: string,
    typeName: string,
    path: readonly string[],
    within: ReadonlySet<string>,
  ): void {
    if (!Object.hasOwn(document, typeName) || within.has(typeName)) return;
    for (const [name, property] of Object.entries(propertiesOf(document[typeName]))) {
      if (!isRow(property)) continue;
      const at = (...steps: readonly string[]) => spec(kind, [...path, ...steps]);
      const has = (extension: string) => typeof property[extension] === "string";
      if (has("x-kubernetes-annotation")) this.#annotations.push(at(name));
      if (has("x-kubernetes-label-selector")) this.#labels.push(at(name));
      if (has("x-kubernetes-identity")) this.#names.push(at(name));
      const version = property["x-kubernetes-object-ref-api-version"];
      const target = property["x-kubernetes-object-ref-kind"];
      if (typeof version === "string" && typeof target === "string") {
        const key = property["x-kubernetes-object-ref-name-key"];
        const referrers = [at(name, typeof key === "string" ? key : "name")];
        this.#references.push({ group: "", version, kind: target, referrers });
      }
      if (typeof property["$ref"] !== "string") continue;
      const inner = new Set([...within, typeName]);
      this.visit(document, kind, property["$ref"], [...path, name], inner);
    }
  }

  get config(): TransformerConfig {
    let config: TransformerConfig = {
      ...emptyConfig,
      commonAnnotations: this.#annotations,
      commonLabels: this.#labels,
      namePrefix: this.#names,
    };
    for (const reference of this.#references) {
      config = mergeConfigs(config, { ...emptyConfig, nameReference: [reference] });
    }
    return config;
  }
}

function spec(kind: string, path: readonly string[]): FieldSpec {
  return { group: "", version: "", kind, path: path.join("/"), create: false };
}
