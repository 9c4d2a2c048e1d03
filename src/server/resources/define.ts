import { validateSchema } from "#machinery/validation/schema.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import type { KindType } from "#schema/message.ts";
import type { ResourceDefinition } from "../registry/resource.ts";

/**
 * Checks a definition against the type of its objects, and forgets the type: the registry holds
 * definitions of every type in one list and hands each only objects of its own.
 *
 * The rules of a definition may rely on what the schema requires. They also run for objects that
 * lack it, before these are refused for it: then what the rules trip over is not told.
 */
export function defineResource<T>(definition: ResourceDefinition<T>): ResourceDefinition {
  const whole = definition as unknown as ResourceDefinition;
  const { type } = whole;
  const guarded: Partial<ResourceDefinition> = {
    ...(whole.applyDefaults && {
      applyDefaults: (object) => {
        tolerate(type, object, undefined, () => whole.applyDefaults?.(object));
      },
    }),
    ...(whole.prepareForCreate && {
      prepareForCreate: (object, context) =>
        tolerate(type, object, undefined, () => whole.prepareForCreate?.(object, context)),
    }),
    ...(whole.prepareForUpdate && {
      prepareForUpdate: (object, old, context) =>
        tolerate(type, object, undefined, () => whole.prepareForUpdate?.(object, old, context)),
    }),
    ...(whole.validate && {
      validate: (object) => tolerate(type, object, [], () => whole.validate?.(object) ?? []),
    }),
    ...(whole.validateCreate && {
      validateCreate: (object) =>
        tolerate(type, object, [], () => whole.validateCreate?.(object) ?? []),
    }),
    ...(whole.validateUpdate && {
      validateUpdate: (object, old) =>
        tolerate(type, object, [], () => whole.validateUpdate?.(object, old) ?? []),
    }),
    ...(whole.checkCreate && {
      checkCreate: (object) =>
        tolerate(type, object, none, () => whole.checkCreate?.(object) ?? none),
    }),
    ...(whole.checkUpdate && {
      checkUpdate: (object, old) =>
        tolerate(type, object, none, () => whole.checkUpdate?.(object, old) ?? none),
    }),
  };
  return { ...whole, ...guarded };
}

const none: Promise<readonly FieldError[]> = Promise.resolve([]);

/** Runs a rule. A fault in it counts for nothing where the schema has something to say. */
function tolerate<R>(type: KindType, object: unknown, instead: R, rule: () => R): R {
  const orInstead = (error: unknown): R => {
    if (!(error instanceof TypeError) || isComplete(type, object)) throw error;
    return instead;
  };
  try {
    const result = rule();
    return result instanceof Promise ? (result.catch(orInstead) as R) : result;
  } catch (error) {
    return orInstead(error);
  }
}

function isComplete(type: KindType, object: unknown): boolean {
  return typeof object === "object" && object !== null && !validateSchema(type, object).length;
}
