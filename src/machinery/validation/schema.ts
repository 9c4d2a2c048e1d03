import type { FieldSpec, Kind } from "#schema/field.ts";
import type { MessageType } from "#schema/message.ts";
import { fieldsOf } from "#schema/message.ts";
import { invalid, notSupported, requiredValue } from "./field-error.ts";
import type { FieldError } from "./field-error.ts";

/**
 * What the definitions by themselves say: required fields are there, words are among those
 * allowed, and every field passes its checks, at any depth. Expects a decoded, defaulted object.
 */
export function validateSchema(type: MessageType, object: object, path = ""): FieldError[] {
  const errors: FieldError[] = [];
  // What is known only at run time is checked by its own schema, with what stands around it.
  if (!type.dynamic) checkMessage(type, object as Row, path, errors);
  return errors;
}

type Row = Readonly<Record<string, unknown>>;

function checkMessage(type: MessageType, row: Row, path: string, errors: FieldError[]): void {
  for (const step of stepsOf(type)) {
    const value = row[step.name];
    if (value === undefined || value === null) {
      if (!step.spec.optional) errors.push(...missing(step, join(path, step.name)));
      continue;
    }
    if (step.deep) checkValue(step.spec.of, value, join(path, step.name), errors);
    for (const check of step.spec.checks) {
      const problem = check(value as never);
      if (problem !== undefined) errors.push(invalid(join(path, step.name), value, problem));
    }
  }
}

/** An object that is required is taken to be there and empty: what it lacks is what is missing. */
function missing({ spec: { of } }: Step, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (of.kind === "message") checkMessage(of.type(), {}, path, errors);
  return errors.length > 0 ? errors : [requiredValue(path)];
}

function checkValue(of: Kind, value: unknown, path: string, errors: FieldError[]): void {
  switch (of.kind) {
    case "enum":
      if (!of.values.includes(value as string)) {
        errors.push(notSupported(path, value, of.values));
      }
      return;
    case "message":
      checkMessage(of.type(), value as Row, path, errors);
      return;
    case "list":
      for (const [index, item] of (value as readonly unknown[]).entries()) {
        checkValue(of.item, item, `${path}[${index}]`, errors);
      }
      return;
    case "map":
      for (const [key, item] of Object.entries(value as Row)) {
        checkValue(of.value, item, `${path}[${key}]`, errors);
      }
  }
}

interface Step {
  readonly name: string;
  readonly spec: FieldSpec;
  /** Whether something inside of the value can be wrong. */
  readonly deep: boolean;
}

function stepsOf(type: MessageType): readonly Step[] {
  let steps = cache.get(type);
  if (!steps) {
    steps = fieldsOf(type)
      .map(([name, spec]) => ({ name, spec, deep: isDeep(spec.of) }))
      .filter(({ spec, deep }) => deep || !spec.optional || spec.checks.length > 0);
    cache.set(type, steps);
  }
  return steps;
}

const cache = new WeakMap<MessageType, readonly Step[]>();

function isDeep(of: Kind): boolean {
  if (of.kind === "list") return isDeep(of.item);
  if (of.kind === "map") return isDeep(of.value);
  return of.kind === "message" || of.kind === "enum";
}

function join(path: string, name: string): string {
  return path ? `${path}.${name}` : name;
}
