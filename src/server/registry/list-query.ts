import { fromBase64, text, toBase64, utf8 } from "#base/bytes.ts";
import { badRequest } from "#machinery/status.ts";
import { forbidden, invalid, notSupported } from "#machinery/validation/field-error.ts";
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
  checkMatch({ given, match, token });
  const limit = limitOf(query);
  const version = parseVersion(given);
  if (token) {
    if (version !== undefined && version !== 0) {
      throw badRequest("specifying resource version is not allowed when using continue");
    }
    return { limit, ...decodeContinue(token) };
  }
  const start = undefined;
  if (version === undefined) return { limit, start, state: { kind: "newest" } };
  if (version === 0 && match !== "Exact") return { limit, start, state: { kind: "any" } };
  // With a limit but no match, upstream has always meant exactly this version.
  const exact = match === "Exact" || (match === "" && limit !== undefined);
  return {
    limit,
    start,
    state: { kind: exact ? "exact" : "atLeast", revision: revision(version) },
  };
}

function checkMatch(options: { given: string; match: string; token: string }): void {
  const { given, match, token } = options;
  if (!match) return;
  const path = "resourceVersionMatch";
  const errors: FieldError[] = [];
  if (!given) {
    errors.push(forbidden(path, `${path} is forbidden unless resourceVersion is provided`));
  }
  if (token) errors.push(forbidden(path, `${path} is forbidden when continue is provided`));
  if (match !== "Exact" && match !== "NotOlderThan") {
    errors.push(notSupported(path, match, ["Exact", "NotOlderThan"]));
  }
  if (match === "Exact" && given === "0") {
    errors.push(forbidden(path, `${path} "exact" is forbidden for resourceVersion "0"`));
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

/** Undefined when none is given. */
export function parseVersion(given: string): number | undefined {
  if (given === "") return undefined;
  const version = /^\d+$/.test(given) ? Number(given) : NaN;
  if (Number.isSafeInteger(version)) return version;
  const problem = invalid(
    "resourceVersion",
    given,
    `strconv.ParseUint: parsing ${JSON.stringify(given)}: invalid syntax`,
  );
  throw optionsInvalid("ListOptions", [problem]);
}

/** `start` is the last key that was given, relative to the list's prefix. */
export function encodeContinue(at: Revision | -1, lastKey: string): string {
  const token = JSON.stringify({ v: continueVersion, rv: at, start: `${lastKey}\0` });
  return toBase64(utf8(token)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function decodeContinue(token: string): Pick<ListQuery, "state" | "start"> {
  const { v, rv, start } = parseToken(token);
  if (v !== continueVersion) {
    throw notValid(`server does not recognize this encoded version ${JSON.stringify(v)}`);
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
  try {
    const value: unknown = JSON.parse(
      text(fromBase64(token.replace(/-/g, "+").replace(/_/g, "/"))),
    );
    if (isRecord(value)) return value;
  } catch {
    // Not base64 or not JSON: in either case it is no token of ours.
  }
  throw notValid("illegal base64 data or JSON");
}

function notValid(why: string) {
  return badRequest(`continue key is not valid: ${why}`);
}
