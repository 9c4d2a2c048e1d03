import { badRequest } from "#machinery/status.ts";
import type { UserInfo } from "../../pipeline/request.ts";
import { headerValues } from "../header-values.ts";

const userHeader = "impersonate-user";
const groupHeader = "impersonate-group";
const uidHeader = "impersonate-uid";
const extraPrefix = "impersonate-extra-";

/** All that the headers may name. */
export interface WantedUser extends UserInfo {
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/**
 * Whom the sender of a request wants to be, just as the headers say it. Undefined when they say
 * nothing. Throws 400 when they name groups, a uid or extra, but no user.
 */
export function wantedUser(headers: Readonly<Record<string, string>>): WantedUser | undefined {
  const name = headers[userHeader] ?? "";
  const uid = headers[uidHeader] ?? "";
  const groups = headerValues(headers[groupHeader]);
  const extra: Record<string, readonly string[]> = {};
  for (const header in headers) {
    if (!header.startsWith(extraPrefix)) continue;
    extra[decodeKey(header.slice(extraPrefix.length))] = headerValues(headers[header]);
  }
  if (name) return { name, ...(uid && { uid }), groups, extra };
  if (!uid && groups.length === 0 && Object.keys(extra).length === 0) return undefined;
  const wanted = `Name:"", UID:${JSON.stringify(uid)}, Groups:${goList(groups)}, Extra:${goMap(extra)}`;
  throw badRequest(`requested &user.DefaultInfo{${wanted}} without impersonating a user name`);
}

/** Keys may be percent-encoded, because header names allow little. */
export function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key; // A stray percent sign: the key is as it stands.
  }
}

/** Upstream prints its own structures here. */
function goList(values: readonly string[]): string {
  if (values.length === 0) return "[]string(nil)";
  return `[]string{${values.map((value) => JSON.stringify(value)).join(", ")}}`;
}

function goMap(map: Readonly<Record<string, readonly string[]>>): string {
  const entries = Object.entries(map).sort(([left], [right]) => (left < right ? -1 : 1));
  if (entries.length === 0) return "map[string][]string(nil)";
  const texts = entries.map(([key, values]) => `${JSON.stringify(key)}:${goList(values)}`);
  return `map[string][]string{${texts.join(", ")}}`;
}
