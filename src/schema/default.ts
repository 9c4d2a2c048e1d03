import type { FieldSpec, Kind } from "./field.ts";
import type { MessageType, Value } from "./message.ts";
import { fieldsOf } from "./message.ts";

/**
 * Fills in the defaults that the definitions state, at any depth, in place. Defaults that depend
 * on other fields stand with the resource (`defaults.ts`). Returns the completed value.
 */
export function applyDefaults<M extends MessageType>(type: M, draft: object): Value<M> {
  if (type.dynamic) type.dynamic.applyDefaults(draft as Record<string, unknown>);
  else fill(type, draft as Record<string, unknown>);
  return draft as Value<M>;
}

function fill(type: MessageType, value: Record<string, unknown>): void {
  for (const { name, spec, nested } of planOf(type)) {
    let field = value[name];
    if (field === undefined && spec.defaultValue !== undefined) {
      field = typeof spec.defaultValue === "object" ? copyOf(spec.defaultValue) : spec.defaultValue;
      value[name] = field;
    }
    if (nested && field !== undefined && field !== null) fillKind(spec.of, field);
  }
}

/** Most are empty. */
function copyOf(value: object | null): unknown {
  if (value !== null && !Array.isArray(value) && Object.keys(value).length === 0) return {};
  return structuredClone(value);
}

function fillKind(of: Kind, value: unknown): void {
  if (of.kind === "message") fill(of.type(), value as Record<string, unknown>);
  else if (of.kind === "list") for (const item of value as unknown[]) fillKind(of.item, item);
  else if (of.kind === "map") {
    for (const item of Object.values(value as Record<string, unknown>)) fillKind(of.value, item);
  }
}

interface Step {
  readonly name: string;
  readonly spec: FieldSpec;
  /** Whether something below the field has defaults. */
  readonly nested: boolean;
}

/** Only the fields that matter for defaults: most branches of a type have none. */
function planOf(type: MessageType): readonly Step[] {
  let plan = plans.get(type);
  if (!plan) {
    // A recursive type (a JSON schema) meets itself here and looks no further.
    plans.set(type, []);
    plan = fieldsOf(type)
      .map(([name, spec]) => ({ name, spec, nested: hasDefaults(spec.of) }))
      .filter((step) => step.nested || step.spec.defaultValue !== undefined);
    plans.set(type, plan);
  }
  return plan;
}

const plans = new WeakMap<MessageType, readonly Step[]>();

function hasDefaults(of: Kind): boolean {
  if (of.kind === "message") return planOf(of.type()).length > 0;
  if (of.kind === "list") return hasDefaults(of.item);
  return of.kind === "map" && hasDefaults(of.value);
}

/**
 * Gives required fields that are missing their empty value, at any depth and in place: "" and 0 are
 * what those who know no missing values take them for. Words of a closed set stay missing.
 */
export function fillRequired(
  type: MessageType,
  value: Record<string, unknown>,
  isFilled: (name: string, spec: FieldSpec) => boolean = (_name, spec) => !spec.optional,
): void {
  const fillIn = (of: Kind, field: unknown): void => {
    if (field === undefined || field === null) return;
    if (of.kind === "message") {
      fillRequired(of.type(), field as Record<string, unknown>, isFilled);
    } else if (of.kind === "list") {
      for (const item of field as unknown[]) fillIn(of.item, item);
    } else if (of.kind === "map") {
      for (const item of Object.values(field)) fillIn(of.value, item);
    }
  };
  for (const [name, spec] of fieldsOf(type)) {
    if (value[name] === undefined && isFilled(name, spec)) {
      const empty = emptyOf(spec.of);
      if (empty !== undefined) value[name] = empty;
    }
    fillIn(spec.of, value[name]);
  }
}

function emptyOf(of: Kind): unknown {
  switch (of.kind) {
    case "string":
    case "bytes":
      return "";
    case "quantity":
      return "0";
    case "int32":
    case "int64":
    case "uint32":
    case "uint64":
    case "double":
      return 0;
    case "bool":
      return false;
    case "message":
      return {};
    case "list":
      return [];
    case "map":
      return {};
    default:
      return undefined;
  }
}
