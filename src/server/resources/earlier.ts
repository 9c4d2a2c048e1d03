import { earlierKinds } from "#api/versions.ts";
import { apiVersionOf } from "#schema/message.ts";
import type { KindType } from "#schema/message.ts";
import type { ResourceDefinition } from "../registry/resource.ts";
import { otherLayouts } from "./resource/v1beta1/layouts.ts";
import { servedAs } from "./served-as.ts";

/** The resources of the latest versions, and those of the earlier versions of the same kinds. */
export function withEarlierVersions(
  definitions: readonly ResourceDefinition[],
): readonly ResourceDefinition[] {
  const latest = new Map(definitions.map((definition) => [definition.type, definition]));
  const earlier = earlierKinds.flatMap((type) => {
    const definition = latest.get(type.derivedFrom as KindType);
    if (!definition) return [];
    const layout = otherLayouts.get(type);
    if (layout) return [servedAs(definition, type, layout)];
    return [withSameLayout(definition, type)];
  });
  return [...definitions, ...earlier];
}

/** The same rules for the same fields; the objects lie where those of the latest version do. */
function withSameLayout(definition: ResourceDefinition, type: KindType): ResourceDefinition {
  const renamed = (to: KindType) => (object: unknown) => ({
    ...(object as object),
    apiVersion: apiVersionOf(to.info),
  });
  return {
    ...definition,
    type,
    storedAs: {
      type: definition.type,
      toStored: renamed(definition.type),
      fromStored: renamed(type),
    },
  };
}
