import { earlierKinds } from "#api/versions.ts";
import type { KindType } from "#schema/message.ts";
import type { ResourceDefinition } from "../registry/resource.ts";

/** The resources of the stable versions, and those of the earlier versions that equal them. */
export function withEarlierVersions(
  definitions: readonly ResourceDefinition[],
): readonly ResourceDefinition[] {
  const stable = new Map(definitions.map((definition) => [definition.type, definition]));
  const earlier = earlierKinds.flatMap((type) => {
    const definition = stable.get(type.derivedFrom as KindType);
    return definition ? [servedAs(definition, type)] : [];
  });
  return [...definitions, ...earlier];
}

/** The same rules for the same fields; the objects lie where those of the stable version do. */
function servedAs(definition: ResourceDefinition, type: KindType): ResourceDefinition {
  const renamed = (to: KindType) => (object: unknown) => ({
    ...(object as object),
    apiVersion: `${to.info.group}/${to.info.version}`,
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
