import { decode, DecodeError } from "#schema/decode.ts";
import { apiVersionOf } from "#schema/message.ts";
import type { KindType } from "#schema/message.ts";
import type { Row } from "../json.ts";
import { failure, refused } from "../status.ts";
import { fieldSetOf } from "./extract.ts";
import { shapeOfType, TypedError } from "./typed.ts";

/** The versions in which objects of one kind are written. */
export interface Versions {
  /** Undefined for one that is no more: who wrote in it owns nothing any longer. */
  typeOf(apiVersion: string): KindType | undefined;
  /** Another object; the given one stays. Webhooks may have to be asked for it. */
  convert(object: Row, apiVersion: string): Row | Promise<Row>;
}

export interface Conversion {
  readonly object: Row;
  readonly apiVersion: string;
}

/** A computation that asks for conversions as it goes, and waits for none of them itself. */
export type Steps<T> = Generator<Conversion, T, Row>;

/** For objects whose managers all write in one version. */
export function runWithin<T>(steps: Steps<T>): T {
  const step = steps.next();
  if (step.done) return step.value;
  throw new Error(`nobody can convert to ${step.value.apiVersion} here`);
}

export async function runAcross<T>(steps: Steps<T>, versions: Versions): Promise<T> {
  let step = steps.next();
  while (!step.done) {
    const { object, apiVersion } = step.value;
    let converted: Row;
    try {
      converted = await versions.convert(object, apiVersion);
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next(converted);
  }
  return step.value;
}

/**
 * The object in another version, if that is still there. Throws `StatusError` for what cannot be
 * said in it, beginning with `failure`.
 */
export function* inVersion(
  versions: Versions | undefined,
  object: Row,
  { apiVersion, failure: prefix }: { readonly apiVersion: string; readonly failure: string },
): Steps<Row | undefined> {
  if (!versions || object["apiVersion"] === apiVersion) return object;
  const type = versions.typeOf(apiVersion);
  if (!type) return undefined;
  try {
    return declared(type, yield { object, apiVersion });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = prefix ? `${prefix}: ${why}` : why;
    // Whom the conversion was asked of may have failed, which is nobody's fault who applies.
    throw error instanceof TypedError ? refused(message) : failure(500, "", message);
  }
}

/** The object as its type has it. Throws for fields that the type does not have. */
export function declared(type: KindType, object: Row): Row {
  try {
    decode(type, object, { onUnknown: refuseUnknown, keepEmpty: true });
    object["apiVersion"] = apiVersionOf(type.info);
    // Also refuses items without their keys, and those that are there twice.
    fieldSetOf(shapeOfType(type), object);
    return object;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new TypedError(`.${error.path}: ${error.message}`);
  }
}

export function refuseUnknown(path: string): void {
  throw new TypedError(`.${path}: field not declared in schema`);
}
