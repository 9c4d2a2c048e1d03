import { PatternMistake, searchPattern } from "#machinery/re2.ts";
import { failed } from "./error.ts";
import { effectiveNamespace, idText } from "./ids.ts";
import type { ResourceId } from "./ids.ts";
import type { Resource } from "./resource.ts";

/** Whom a patch is for: patterns of names, and selectors of labels and annotations. */
export interface Selector {
  readonly id: ResourceId;
  readonly labelSelector: string;
  readonly annotationSelector: string;
}

export function selectorText({ id, annotationSelector, labelSelector }: Selector): string {
  return `${idText(id)}:a=${annotationSelector}:l=${labelSelector}`;
}

/** Names and namespaces match as they are or as they were first written. */
export function selectResources(
  resources: readonly Resource[],
  selector: Selector,
): readonly Resource[] {
  const { id } = selector;
  const [group, version, kind, name, namespace] = [
    pattern(id.group),
    pattern(id.version),
    pattern(id.kind),
    pattern(id.name),
    pattern(id.namespace),
  ];
  return resources.filter((resource) => {
    const [current, original] = [resource.id, resource.originalId];
    return (
      [original, current].some((candidate) => namespace(effectiveNamespace(candidate))) &&
      [original, current].some((candidate) => name(candidate.name)) &&
      group(current.group) &&
      version(current.version) &&
      kind(current.kind) &&
      resource.matchesLabels(selector.labelSelector) &&
      resource.matchesAnnotations(selector.annotationSelector)
    );
  });
}

/** The whole text must match; an empty pattern matches any. */
function pattern(source: string): (text: string) => boolean {
  if (source === "") return () => true;
  const compiled = searchPattern(`^(?:${source})$`);
  if (compiled instanceof PatternMistake) throw failed(compiled.message);
  return (text) => compiled.test(text);
}
