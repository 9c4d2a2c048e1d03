import { apiVersionOf } from "#schema/message.ts";
import type { KindType } from "#schema/message.ts";
import type { RequestContext } from "../pipeline/request.ts";
import type { ResourceDefinition } from "../registry/resource.ts";

/** How a version lays out its objects, against the version that is stored. Loses nothing. */
export interface Layout {
  toStored(object: object): object;
  fromStored(object: object): object;
}

/**
 * A version of a kind with a layout of its own: its objects are converted for each rule of the
 * version that is stored. What the rules tell are therefore the paths of that version, which is
 * what upstream tells too.
 */
export function servedAs(
  definition: ResourceDefinition,
  type: KindType,
  layout: Layout,
): ResourceDefinition {
  const rename = (object: object, to: KindType) => ({
    ...object,
    apiVersion: apiVersionOf(to.info),
  });
  const toStored = (object: unknown) => rename(layout.toStored(object as object), definition.type);
  const fromStored = (stored: unknown) => rename(layout.fromStored(stored as object), type);
  const replace = (object: unknown, stored: object) => {
    const target = object as Record<string, unknown>;
    for (const key of Object.keys(target)) delete target[key];
    Object.assign(target, fromStored(stored));
  };
  const columns = definition.columns?.map((column) => ({
    ...column,
    cell: (object: unknown, now: number) => column.cell(toStored(object), now),
  }));
  const { selectableFields, status } = definition;
  return {
    ...definition,
    ...convertedRules(definition, toStored),
    ...convertedChanges(definition, toStored, replace),
    type,
    storedAs: { type: definition.type, toStored, fromStored },
    ...(columns && { columns }),
    ...(selectableFields && {
      selectableFields: Object.fromEntries(
        Object.entries(selectableFields).map(([field, read]) => [
          field,
          (object: unknown) => read(toStored(object)),
        ]),
      ),
    }),
    ...(status && {
      status: {
        validateUpdate: (object, old) =>
          status.validateUpdate?.(toStored(object), toStored(old)) ?? [],
        prepareForUpdate(object, old) {
          const stored = toStored(object);
          status.prepareForUpdate?.(stored, toStored(old));
          replace(object, stored);
        },
      },
    }),
  };
}

type ToStored = (object: unknown) => object;

function convertedRules(
  definition: ResourceDefinition,
  toStored: ToStored,
): Partial<ResourceDefinition> {
  return {
    validate: (object) => definition.validate?.(toStored(object)) ?? [],
    validateCreate: (object) => definition.validateCreate?.(toStored(object)) ?? [],
    validateUpdate: (object, old) =>
      definition.validateUpdate?.(toStored(object), toStored(old)) ?? [],
    checkCreate: async (object) => (await definition.checkCreate?.(toStored(object))) ?? [],
    checkUpdate: async (object, old) =>
      (await definition.checkUpdate?.(toStored(object), toStored(old))) ?? [],
    warnings: (object, old) =>
      definition.warnings?.(toStored(object), old === undefined ? undefined : toStored(old)) ?? [],
  };
}

function convertedChanges(
  definition: ResourceDefinition,
  toStored: ToStored,
  replace: (object: unknown, stored: object) => void,
): Partial<ResourceDefinition> {
  return {
    applyDefaults(object) {
      const stored = toStored(object);
      definition.applyDefaults?.(stored);
      replace(object, stored);
    },
    async prepareForCreate(object, context: RequestContext) {
      const stored = toStored(object);
      await definition.prepareForCreate?.(stored, context);
      replace(object, stored);
    },
    async prepareForUpdate(object, old, context: RequestContext) {
      const stored = toStored(object);
      await definition.prepareForUpdate?.(stored, toStored(old), context);
      replace(object, stored);
    },
  };
}
