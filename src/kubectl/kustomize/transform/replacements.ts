import { failed, messageOf, KustomizeError } from "../error.ts";
import { splitDottedPath } from "../field-spec.ts";
import { idText, isEmptyId, isIdSelected, writtenId } from "../ids.ts";
import type { ResourceId } from "../ids.ts";
import type {
  FieldOptions,
  Replacement,
  ReplacementTarget,
  SelectorArgs,
} from "../kustomization.ts";
import type { Resource } from "../resource.ts";
import { lookup, matchPath } from "../yaml/lookup.ts";
import type { YamlNode } from "../yaml/node.ts";
import type { Transformer } from "./transformer.ts";

const defaultFieldPath = "metadata.name";

/** Copies values from fields of one object to fields of others. */
export function replacementTransformer(replacements: readonly Replacement[]): Transformer {
  return {
    transform(set) {
      for (const replacement of replacements) {
        if (!replacement.source || !replacement.targets) {
          throw failed("replacements must specify a source and at least one target");
        }
        const value = sourceValue(set.resources, replacement.source);
        for (const target of replacement.targets) replaceIn(set.resources, value, target);
      }
      set.dropEmpty();
    },
  };
}

type Source = NonNullable<Replacement["source"]>;

export function selectorId(selector: SelectorArgs): ResourceId {
  const { group = "", version = "", kind = "", name = "", namespace = "" } = selector;
  return writtenId({ group, version, kind }, name, namespace);
}

function sourceValue(resources: readonly Resource[], source: Source): YamlNode {
  const id = selectorId(source);
  const matches = resources.filter((resource) =>
    allIds(resource).some((candidate) => isIdSelected(candidate, id)),
  );
  const [match] = matches;
  if (!match) throw failed(`nothing selected by ${sourceText(source)}`);
  if (matches.length > 1) throw failed(`multiple matches for selector ${sourceText(source)}`);
  const fieldPath = source.fieldPath || defaultFieldPath;
  const value = lookupSource(match.root, fieldPath);
  if (!value || value.isNullOrEmpty) {
    throw failed(`fieldPath \`${fieldPath}\` is missing for replacement source ${idText(id)}`);
  }
  return part(value, source.options);
}

function lookupSource(root: YamlNode, fieldPath: string): YamlNode | undefined {
  try {
    return lookup(root, splitDottedPath(fieldPath));
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error;
    throw failed(`error looking up replacement source: ${error.message}`);
  }
}

function allIds(resource: Resource): ResourceId[] {
  return [resource.id, ...resource.previousIds].map((id) => writtenId(id, id.name, id.namespace));
}

function sourceText(source: Source): string {
  const parts = [idText(selectorId(source))];
  if (source.fieldPath) parts.push(source.fieldPath);
  const { delimiter = "", index = 0, create = false } = source.options ?? {};
  if (delimiter !== "" || create) parts.push(`${delimiter}(${index}), create=${create}`);
  return parts.join(":");
}

/** One of the parts that the delimiter divides the value into. */
function part(value: YamlNode, options: FieldOptions | undefined): YamlNode {
  const { delimiter = "", index = 0 } = options ?? {};
  if (delimiter === "") return value;
  if (value.kind !== "scalar") {
    throw failed("delimiter option can only be used with scalar nodes");
  }
  const text = value.text.split(delimiter)[index];
  if (text === undefined || index < 0) {
    throw failed(`options.index ${index} is out of bounds for value ${value.text}`);
  }
  const copy = value.copy();
  copy.text = text;
  return copy;
}

function replaceIn(
  resources: readonly Resource[],
  value: YamlNode,
  target: ReplacementTarget,
): void {
  const { select, reject = [] } = target;
  if (!select) throw failed("target must specify resources to select");
  const wanted = selectorId(select);
  for (const resource of resources) {
    if (!matchesSelectors(resource, select)) continue;
    const rejected = reject.some((selector) => {
      const said = selector.labelSelector || selector.annotationSelector;
      return said && matchesSelectors(resource, selector);
    });
    if (rejected) continue;
    const ids = allIds(resource);
    if (!ids.some((id) => isIdSelected(id, wanted))) continue;
    const unwanted = reject.map(selectorId).filter((id) => !isEmptyId(id));
    if (unwanted.some((selector) => ids.some((id) => isIdSelected(id, selector)))) continue;
    replaceFields(resource.root, value, target);
  }
}

function matchesSelectors(resource: Resource, selector: SelectorArgs): boolean {
  return (
    resource.matchesAnnotations(selector.annotationSelector ?? "") &&
    resource.matchesLabels(selector.labelSelector ?? "")
  );
}

function replaceFields(root: YamlNode, value: YamlNode, target: ReplacementTarget): void {
  const { fieldPaths = [], options } = target;
  const create = options?.create ? value.kind : undefined;
  for (const fieldPath of fieldPaths.length > 0 ? fieldPaths : [defaultFieldPath]) {
    const problem =
      `unable to find ${create ? "or create " : ""}field ` +
      `${JSON.stringify(fieldPath)} in replacement target`;
    let fields: YamlNode[];
    try {
      fields = matchPath(root, splitDottedPath(fieldPath), create);
    } catch (error) {
      if (!(error instanceof KustomizeError)) throw error;
      throw failed(`${problem}: ${messageOf(error)}`);
    }
    if (fields.length === 0) throw failed(problem);
    for (const field of fields) setField(field, value, options);
  }
}

function setField(field: YamlNode, source: YamlNode, options: FieldOptions | undefined): void {
  const value = source.copy();
  const { delimiter = "", index = 0 } = options ?? {};
  if (delimiter !== "") {
    if (field.kind !== "scalar") {
      throw failed("delimiter option can only be used with scalar nodes");
    }
    const parts = field.text.split(delimiter);
    if (index < 0) parts.unshift(value.text);
    else if (index >= parts.length) parts.push(value.text);
    else parts[index] = value.text;
    value.text = parts.join(delimiter);
  }
  // A scalar keeps its type: a port stays a number, a text stays text.
  if (field.kind === "scalar") field.text = value.text;
  else field.assign(value);
}
