/** One thing that is wrong with an object. Renders as upstream's field.Error does. */
export interface FieldError {
  /** spec.containers[0].name */
  readonly path: string;
  readonly type: FieldErrorType;
  /** The value given; undefined where it does not matter (required, forbidden, internal). */
  readonly value?: unknown;
  readonly detail: string;
}

export type FieldErrorType =
  | "FieldValueNotFound"
  | "FieldValueRequired"
  | "FieldValueDuplicate"
  | "FieldValueInvalid"
  | "FieldValueNotSupported"
  | "FieldValueForbidden"
  | "FieldValueTooLong"
  | "FieldValueTooMany"
  | "InternalError"
  | "FieldValueTypeInvalid";

/** In place of a value that is not to be shown, because it is large. */
export const omittedValue: unique symbol = Symbol("omitted");

const words: Record<FieldErrorType, string> = {
  FieldValueNotFound: "Not found",
  FieldValueRequired: "Required value",
  FieldValueDuplicate: "Duplicate value",
  FieldValueInvalid: "Invalid value",
  FieldValueNotSupported: "Unsupported value",
  FieldValueForbidden: "Forbidden",
  FieldValueTooLong: "Too long",
  FieldValueTooMany: "Too many",
  InternalError: "Internal error",
  FieldValueTypeInvalid: "Invalid value",
};

export const invalid = (path: string, value: unknown, detail: string): FieldError => ({
  path,
  type: "FieldValueInvalid",
  value,
  detail,
});
export const requiredValue = (path: string, detail = ""): FieldError => ({
  path,
  type: "FieldValueRequired",
  detail,
});
export const forbidden = (path: string, detail: string): FieldError => ({
  path,
  type: "FieldValueForbidden",
  detail,
});
/** `Internal error: …` */
export const internal = (path: string, detail: string): FieldError => ({
  path,
  type: "InternalError",
  detail,
});
export const duplicate = (path: string, value: unknown): FieldError => ({
  path,
  type: "FieldValueDuplicate",
  value,
  detail: "",
});
export const notFound = (path: string, value: unknown): FieldError => ({
  path,
  type: "FieldValueNotFound",
  value,
  detail: "",
});
/** `supported values: "A", "B"` */
export const notSupported = (
  path: string,
  value: unknown,
  supported: readonly string[],
): FieldError => notSupportedInOrder(path, value, supported.toSorted());
/** The same, for the few lists that upstream does not sort. */
export const notSupportedInOrder = (
  path: string,
  value: unknown,
  supported: readonly string[],
): FieldError => ({
  path,
  type: "FieldValueNotSupported",
  value,
  detail: supported.length
    ? `supported values: ${supported.map((word) => JSON.stringify(word)).join(", ")}`
    : "",
});
export const tooLong = (path: string, bytesMax: number): FieldError => ({
  path,
  type: "FieldValueTooLong",
  detail: `may not be more than ${bytesMax} bytes`,
});
export const tooMany = (path: string, count: number, countMax: number): FieldError => ({
  path,
  type: "FieldValueTooMany",
  value: count,
  detail: `must have at most ${countMax} item${countMax === 1 ? "" : "s"}`,
});

/** Without the path: `Invalid value: "x": must be …`. */
export function fieldErrorBody(error: FieldError): string {
  let body = words[error.type];
  switch (error.type) {
    case "FieldValueRequired":
    case "FieldValueForbidden":
    case "FieldValueTooLong":
    case "InternalError":
      break;
    default:
      if (error.value !== omittedValue) body += `: ${renderValue(error.value)}`;
  }
  return error.detail ? `${body}: ${error.detail}` : body;
}

/** `spec.replicas: Invalid value: -1: must be greater than or equal to 0` */
export function fieldErrorText(error: FieldError): string {
  return `${error.path}: ${fieldErrorBody(error)}`;
}

function renderValue(value: unknown): string {
  if (value === undefined || value === null) return "null";
  if (typeof value !== "object") return JSON.stringify(value);
  // Go writes objects so that they could stand in HTML.
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
