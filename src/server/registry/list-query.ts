import { fromBase64, text, toBase64, utf8 } from "#base/bytes.ts";
import { explainJsonError } from "#machinery/codec/json-syntax.ts";
import { goText } from "#machinery/go-text.ts";
import { badRequest, refused } from "#machinery/status.ts";
import { forbidden, notSupportedInOrder } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { isRecord } from "#schema/decode.ts";
import { revision } from "#storage/store.ts";
import type { Revision } from "#storage/store.ts";
import { optionsInvalid } from "./options.ts";

/** Which state a list is of. */
export type ListState =
  | { readonly kind: "newest" }
  /** What is at hand. */
  | { readonly kind: "any" }
  | { readonly kind: "atLeast"; readonly revision: Revision }
  | { readonly kind: "exact"; readonly revision: Revision };

export interface ListQuery {
  readonly limit: number | undefined;
  readonly state: ListState;
  /** First key to return, relative to the list's prefix. */
  readonly start: string | undefined;
}

const continueVersion = "meta.k8s.io/v1";

/** Throws 400 or 422 for contradictions. */
export function listQueryOf(query: URLSearchParams): ListQuery {
  const given = query.get("resourceVersion") ?? "";
  const match = query.get("resourceVersionMatch") ?? "";
  const token = query.get("continue") ?? "";
  checkList({ given, match, token, sendInitial: query.has("sendInitialEvents") });
  const limit = limitOf(query);
  const version = listVersion(given);
  if (token) {
    if (version !== undefined && version !== 0) {
      throw badRequest("specifying resource version is not allowed when using continue");
    }
    return { limit, ...decodeContinue(token) };
  }
  const start = undefined;
  if (version === undefined) return { limit, start, state: { kind: "newest" } };
  // What comes from any cache comes as a whole: so do upstream's informers begin.
  if (version === 0 && match !== "Exact") {
    return { limit: undefined, start, state: { kind: "any" } };
  }
  // With a limit but no match, upstream has always meant exactly this version.
  const exact = match === "Exact" || (match === "" && limit !== undefined);
  return {
    limit,
    start,
    state: { kind: exact ? "exact" : "atLeast", revision: revision(version) },
  };
}

function checkList(options: {
  readonly given: string;
  readonly match: string;
  readonly token: string;
  readonly sendInitial: boolean;
}): void {
  const { given, match, token, sendInitial } = options;
  const path = "resourceVersionMatch";
  const errors: FieldError[] = [];
  if (match && !given) {
    errors.push(forbidden(path, `${path} is forbidden unless resourceVersion is provided`));
  }
  if (match && token)
    errors.push(forbidden(path, `${path} is forbidden when continue is provided`));
  if (match && match !== "Exact" && match !== "NotOlderThan") {
    errors.push(notSupportedInOrder(path, match, ["Exact", "NotOlderThan", ""]));
  }
  if (match === "Exact" && given === "0") {
    errors.push(forbidden(path, `${path} "exact" is forbidden for resourceVersion "0"`));
  }
  if (sendInitial) {
    errors.push(forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  }
  if (errors.length) throw optionsInvalid("ListOptions", errors);
}

function limitOf(query: URLSearchParams): number | undefined {
  const given = query.get("limit");
  if (!given) return undefined;
  if (!/^-?\d+$/.test(given)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(given)}: invalid syntax`);
  }
  const limit = Number(given);
  return limit > 0 ? limit : undefined;
}

function listVersion(given: string): number | undefined {
  const version = versionOf(given);
  if (!Number.isNaN(version)) return version;
  throw badRequest(`invalid resource version: ${versionProblem(given)}`);
}

/** Of a get or a watch. Undefined when none is given. */
export function parseVersion(given: string): number | undefined {
  const version = versionOf(given);
  if (!Number.isNaN(version)) return version;
  throw refused(versionProblem(given));
}

/** NaN for what is none. */
function versionOf(given: string): number | undefined {
  if (given === "") return undefined;
  const version = /^\d+$/.test(given) ? Number(given) : NaN;
  return Number.isSafeInteger(version) ? version : NaN;
}

function versionProblem(given: string): string {
  const quoted = JSON.stringify(given);
  const why = /^\d+$/.test(given) ? "value out of range" : "invalid syntax";
  return `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: ${why}`;
}

/** `start` is the last key that was given, relative to the list's prefix. */
export function encodeContinue(at: Revision | -1, lastKey: string): string {
  const token = JSON.stringify({ v: continueVersion, rv: at, start: `${lastKey}\0` });
  return toBase64(utf8(token)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function decodeContinue(token: string): Pick<ListQuery, "state" | "start"> {
  const { v, rv, start } = parseToken(token);
  if (v !== continueVersion) {
    throw notValid(`server does not recognize this encoded version ${goText(v ?? "")}`);
  }
  if (typeof rv !== "number" || rv === 0) {
    throw notValid("incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  }
  if (typeof start !== "string" || start === "") {
    throw notValid("encoded start key empty (version meta.k8s.io/v1)");
  }
  if (`/${start}`.includes("/../")) throw notValid(start);
  const state: ListState = rv < 0 ? { kind: "newest" } : { kind: "exact", revision: revision(rv) };
  return { state, start };
}

function parseToken(token: string): Record<string, unknown> {
  const illegal = /[^A-Za-z0-9_-]/.exec(token)?.index;
  if (illegal !== undefined || token.length % 4 === 1) {
    throw notValid(`illegal base64 data at input byte ${illegal ?? token.length - 1}`);
  }
  const source = text(fromBase64(token.replace(/-/g, "+").replace(/_/g, "/")));
  const value = parsed(source);
  if (isRecord(value)) return value;
  const kind = Array.isArray(value) ? "array" : typeof value;
  throw notValid(`json: cannot unmarshal ${kind} into Go value of type storage.continueToken`);
}

function parsed(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    throw notValid(explainJsonError(source));
  }
}

function notValid(why: string) {
  return badRequest(`invalid continue token: continue key is not valid: ${why}`);
}
