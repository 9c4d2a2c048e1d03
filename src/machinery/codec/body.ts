import { builtInKinds } from "#api/registry.ts";
import { text as textOf } from "#base/bytes.ts";
import { decode, DecodeError } from "#schema/decode.ts";
import { isJsonTooDeep, tooDeep } from "#schema/nesting.ts";
import { apiVersionOf, isKindType } from "#schema/message.ts";
import type { KindType, MessageType } from "#schema/message.ts";
import { decodeProtobuf, ProtobufError } from "#schema/protobuf.ts";
import { decodeProtobufEnvelope } from "#schema/protobuf-envelope.ts";
import { goText } from "../go-text.ts";
import { isRow, parseJson } from "../json.ts";
import type { Row } from "../json.ts";
import { badRequest, invalid, unsupportedMediaType } from "../status.ts";
import type { StatusError } from "../status.ts";
import { invalid as invalidValue } from "../validation/field-error.ts";
import { duplicateFields, explainJsonError } from "./json-syntax.ts";
import { parseYamlDocument, YamlError } from "./yaml.ts";
import type { YamlDocument } from "./yaml.ts";

/** What to do about fields that the kind does not have, or that the body has twice. */
export type FieldValidation = "Strict" | "Warn" | "Ignore";

export interface DecodedBody {
  /** Has its apiVersion and kind; fields that the kind does not have are dropped. */
  readonly object: Row;
  /** For Warning headers: `unknown field "spec.x"`. Only with "Warn". */
  readonly warnings: readonly string[];
}

export interface BodyOptions {
  /** Missing means JSON. */
  readonly contentType?: string | undefined;
  /** Missing means "Warn", as upstream's server does. */
  readonly fieldValidation?: FieldValidation | undefined;
}

export const mediaTypes = {
  json: "application/json",
  yaml: "application/yaml",
  protobuf: "application/vnd.kubernetes.protobuf",
} as const;

/**
 * Reads the body of a write as an object of a kind. A body that does not say its apiVersion and
 * kind is taken to be what is expected. Throws `StatusError` (400, 415).
 */
export function decodeBody(
  type: KindType,
  body: Uint8Array,
  { contentType, fieldValidation = "Warn" }: BodyOptions = {},
): DecodedBody {
  const media = mediaTypeOf(contentType);
  // What a type in protobuf looks like must be known in advance.
  if (media === mediaTypes.protobuf && type.dynamic) {
    throw unsupportedMediaType([mediaTypes.json, mediaTypes.yaml]);
  }
  if (media === mediaTypes.protobuf)
    return { object: decodeProtobufBody(type, body), warnings: [] };
  const strict = fieldValidation !== "Ignore";
  const problems: string[] = [];
  const object = parseBody(type, body, media, strict ? problems : undefined);
  if (type.dynamic) requireKind(type, object, body);
  else checkKind(type, object);
  try {
    decode(type, object, { onUnknown: (path) => problems.push(unknownField(path)) });
  } catch (error) {
    if (error instanceof DecodeError) throw cannotBeHandled(type, object, error.message);
    throw error;
  }
  if (fieldValidation === "Strict" && problems.length > 0) {
    throw cannotBeHandled(type, object, `strict decoding error: ${problems.join(", ")}`);
  }
  return { object, warnings: fieldValidation === "Warn" ? problems : [] };
}

/**
 * Brings a patched object to its stored form. `patch` is shown in errors: what a strategic merge
 * patch says, or, as a text, what another patch made of the object. Works in place. Throws `StatusError` (422).
 */
export function decodePatched(
  type: MessageType,
  object: Row,
  patch: unknown,
  fieldValidation: FieldValidation = "Warn",
): DecodedBody {
  const problems: string[] = [];
  // Of what is known only at run time, upstream shows what the patch has made of the object.
  const whole = type.dynamic && fieldValidation === "Strict" ? sortedJson(object) : undefined;
  const refuse = (why: string): never => {
    const shown = whole ?? (typeof patch === "string" ? patch : goText(patch));
    throw invalid({ group: "", kind: "" }, "", [invalidValue("patch", shown, why)]);
  };
  if (isKindType(type)) {
    const problem = otherKind(type, object);
    if (problem) refuse(problem);
  }
  try {
    decode(type, object, { onUnknown: (path) => problems.push(unknownField(path)) });
  } catch (error) {
    if (error instanceof DecodeError) refuse(error.message);
    throw error;
  }
  if (fieldValidation === "Strict" && problems.length > 0) {
    refuse(`strict decoding error: ${problems.join(", ")}`);
  }
  return { object, warnings: fieldValidation === "Warn" ? problems : [] };
}

function sortedJson(object: Row): string {
  return JSON.stringify(object, (_key, value: unknown) =>
    isRow(value) ? Object.fromEntries(Object.entries(value).sort(byKey)) : value,
  );
}

function byKey([left]: [string, unknown], [right]: [string, unknown]): number {
  return left < right ? -1 : 1;
}

/** Fills in what a patch took away; what it changed is no such object any more. */
function otherKind(type: KindType, object: Row): string | undefined {
  const expected = apiVersionOf(type.info);
  const { apiVersion, kind } = object;
  object["apiVersion"] = apiVersion || expected;
  object["kind"] = kind || type.info.kind;
  if (object["apiVersion"] === expected && object["kind"] === type.info.kind) return undefined;
  const [version, named] = [goText(object["apiVersion"]), goText(object["kind"])];
  if (!builtInKinds.byKind(version, named)) return notRegistered(version, named);
  return unknownConversion(type, version.replace(/^.*\//, ""), named);
}

function unknownConversion({ info }: KindType, version: string, kind: string): string {
  const internal = info.group.split(".")[0] || "core";
  return `converting (${version}.${kind}) to (${internal}.${info.kind}): unknown conversion`;
}

/** What is applied, and which keys it has twice: an error, a warning, or nothing. */
export function parseAppliedBody(
  body: Uint8Array,
  fieldValidation: FieldValidation,
): { readonly applied: unknown; readonly warnings: readonly string[] } {
  const source = textOf(body);
  const json = plainJson(source);
  if (json) return { applied: json, warnings: [] };
  const document = applyDocument(source);
  const duplicates = document?.duplicates ?? [];
  if (duplicates.length === 0 || fieldValidation === "Ignore") {
    return { applied: document?.value ?? {}, warnings: [] };
  }
  const lines = duplicates.map((text) => `\n  ${text}`).join("");
  const problem =
    "error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:" + lines;
  if (fieldValidation === "Strict") throw badRequest(problem);
  return { applied: document?.value, warnings: [problem] };
}

/**
 * Most clients send JSON as the YAML that it is, which is read in a fraction of the time. Undefined
 * for everything else, and where YAML may have something to say: of keys that are there twice, of
 * tabs.
 */
function plainJson(source: string): Row | undefined {
  if (!source.startsWith("{") || source.includes("\t") || isJsonTooDeep(source)) return undefined;
  try {
    const value = parseJson(source);
    return isRow(value) && fieldsThereTwice(source, value).length === 0 ? value : undefined;
  } catch {
    return undefined; // What is wrong with it is told in the words of YAML.
  }
}

/** To write what was parsed takes a third of the time of looking at each key, and mostly it is the same. */
function fieldsThereTwice(source: string, parsed: unknown): readonly string[] {
  return JSON.stringify(parsed) === source.trimEnd() ? [] : duplicateFields(source);
}

/** Parses JSON that is no object of a kind: patches. Throws `StatusError` (400). */
export function parsePatchBody(body: Uint8Array, contentType?: string): unknown {
  const source = textOf(body);
  const start = contentType?.startsWith(strategicType) ? "" : "error decoding patch: ";
  if (isJsonTooDeep(source)) throw badRequest(`${start}${tooDeep}`);
  try {
    return parseJson(source);
  } catch {
    throw badRequest(`${start}${explainJsonError(source)}`);
  }
}

const strategicType = "application/strategic-merge-patch+json";

function applyDocument(source: string): YamlDocument | undefined {
  try {
    return parseYamlDocument(source);
  } catch (error) {
    if (error instanceof YamlError) throw badRequest(`error decoding YAML: ${error.message}`);
    throw error;
  }
}

/** "Strict", "Warn" or "Ignore" from a query; undefined for what is none of them. */
export function fieldValidationOf(value: string | null | undefined): FieldValidation | undefined {
  if (!value) return "Warn";
  return value === "Strict" || value === "Warn" || value === "Ignore" ? value : undefined;
}

const unknownField = (path: string) => `unknown field ${JSON.stringify(path)}`;
const duplicateField = (path: string) => `duplicate field ${JSON.stringify(path)}`;

function mediaTypeOf(contentType: string | undefined): string {
  const [essence = ""] = (contentType ?? "").split(";");
  const media = essence.trim().toLowerCase();
  // Clients that say nothing, or that let curl choose, send JSON.
  if (media === "" || media === mediaTypes.json) return mediaTypes.json;
  if (media === mediaTypes.yaml || media === mediaTypes.protobuf) return media;
  throw unsupportedMediaType(Object.values(mediaTypes));
}

function parseBody(
  type: KindType,
  body: Uint8Array,
  media: string,
  duplicates: string[] | undefined,
): Row {
  const source = textOf(body);
  const object = media === mediaTypes.yaml ? fromYaml() : fromJson();
  if (isRow(object)) return object;
  const kind = Array.isArray(object) ? "array" : object === null ? "null" : typeof object;
  throw unrecognized(
    type,
    `couldn't get version/kind; json parse error: json: cannot unmarshal ${kind} into Go value of ` +
      'type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; ' +
      'Kind string "json:\\"kind,omitempty\\"" }',
    body,
  );

  function fromJson(): unknown {
    if (isJsonTooDeep(source)) {
      const why = `json parse error: invalid character '{' ${tooDeep}`;
      throw unrecognized(type, `couldn't get version/kind; ${why}`, body);
    }
    let parsed: unknown;
    try {
      parsed = parseJson(source);
    } catch {
      const why = explainJsonError(source);
      throw unrecognized(type, `couldn't get version/kind; json parse error: ${why}`, body);
    }
    if (duplicates) duplicates.push(...fieldsThereTwice(source, parsed).map(duplicateField));
    return parsed;
  }

  function fromYaml(): unknown {
    try {
      const document = parseYamlDocument(source);
      if (document) duplicates?.push(...document.duplicates);
      return document?.value ?? null;
    } catch (error) {
      if (error instanceof YamlError) throw unrecognized(type, error.message, body);
      throw error;
    }
  }
}

function decodeProtobufBody(type: KindType, body: Uint8Array): Row {
  try {
    const { apiVersion, kind, raw } = decodeProtobufEnvelope(body);
    const object: Row = {};
    if (apiVersion) object["apiVersion"] = apiVersion;
    if (kind) object["kind"] = kind;
    checkKind(type, object);
    return { ...(decodeProtobuf(type, raw) as Row), ...object };
  } catch (error) {
    if (error instanceof ProtobufError) throw unrecognized(type, error.message, body);
    throw error;
  }
}

/** Fills in what the body does not say, and refuses what it says wrongly. */
function checkKind(type: KindType, object: Row): void {
  const expected = apiVersionOf(type.info);
  const { apiVersion, kind } = object;
  if (apiVersion === undefined || apiVersion === "" || apiVersion === null) {
    object["apiVersion"] = expected;
  } else if (apiVersion !== expected) {
    refuseOtherKind(type, object, goText(apiVersion), goText(kind ?? type.info.kind));
    throw badRequest(
      `the API version in the data (${goText(apiVersion)}) does not match the expected API ` +
        `version (${expected})`,
    );
  }
  if (kind === undefined || kind === "" || kind === null) {
    object["kind"] = type.info.kind;
  } else if (kind !== type.info.kind) {
    refuseOtherKind(type, object, expected, goText(kind));
  }
}

/** Throws for a kind that is unknown, or known as something else than the path says. */
function refuseOtherKind(type: KindType, object: Row, apiVersion: string, kind: string): void {
  const known = builtInKinds.byKind(apiVersion, kind);
  if (!known) {
    throw cannotBeHandled(type, object, notRegistered(apiVersion, kind));
  }
  // The same kind of another group (events): only the version is wrong.
  if (kind === type.info.kind) return;
  throw cannotBeHandled(type, object, unknownConversion(type, known.info.version, kind));
}

/** Of what is known only at run time, nothing can be taken as said. */
function requireKind(type: KindType, object: Row, body: Uint8Array): void {
  const { apiVersion, kind, metadata } = object;
  if (typeof kind !== "string" || kind === "") {
    throw unrecognized(type, `Object 'Kind' is missing in '${textOf(body).trim()}'`, body);
  }
  const expected = apiVersionOf(type.info);
  if (apiVersion !== expected) {
    const given = typeof apiVersion === "string" ? apiVersion : "";
    throw badRequest(
      `the API version in the data (${given}) does not match the expected API version (${expected})`,
    );
  }
  if (kind === type.info.kind) return;
  const { name } = isRow(metadata) ? metadata : {};
  const problem = invalidValue("kind", kind, `must be ${type.info.kind}`);
  throw invalid({ group: type.info.group, kind }, typeof name === "string" ? name : "", [problem]);
}

/** Upstream's words for a kind that its decoder does not know. */
export function notRegistered(apiVersion: string, kind: string): string {
  return (
    `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} ` +
    'in scheme "pkg/runtime/scheme.go:111"'
  );
}

function cannotBeHandled(type: KindType, object: Row, why: string): StatusError {
  const kind = goText(object["kind"] ?? type.info.kind);
  const [version = ""] = goText(object["apiVersion"] ?? type.info.version)
    .split("/")
    .slice(-1);
  return badRequest(
    `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${type.info.kind}: ${why}`,
  );
}

const summaryBytesMax = 30;

function unrecognized(type: KindType, why: string, body: Uint8Array): StatusError {
  return badRequest(
    `the object provided is unrecognized (must be of type ${type.info.kind}): ${why} ` +
      `(${summary(body)})`,
  );
}

/** The beginning of a body: as text where it may be JSON, otherwise in hexadecimal. */
function summary(body: Uint8Array): string {
  if (body.length === 0) return "<empty>";
  const start = body.subarray(0, summaryBytesMax);
  const rest = body.length > summaryBytesMax ? " ..." : "";
  if (body[0] === 0x7b) return `${textOf(start)}${rest}`;
  return [...start].map((byte) => byte.toString(16).padStart(2, "0")).join("") + rest;
}
