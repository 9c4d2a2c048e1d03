import type { UserInfo } from "../pipeline/request.ts";

/** Headers of the client that are for this server alone: its proofs, and who it says it is. */
const ownHeaders = /^(authorization|x-remote-(user|uid|group|extra-.*)|impersonate-.*)$/;
/** Headers about one hop, and those that the way to the other server makes anew. */
const hopHeaders = new Set([
  "connection",
  "content-length",
  "host",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** The client's headers without those that the other server must not see. */
export function passedOnHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const named = (headers["connection"] ?? "").split(",").map((name) => name.trim().toLowerCase());
  const entries = Object.entries(headers).filter(
    ([name]) => !hopHeaders.has(name) && !ownHeaders.test(name) && !named.includes(name),
  );
  return Object.fromEntries(entries);
}

/** How a front proxy says who asks. */
export function identityHeaders({
  name,
  uid,
  groups,
  extra = {},
}: UserInfo): Record<string, string | readonly string[]> {
  const headers: Record<string, string | readonly string[]> = { "X-Remote-User": name };
  if (uid) headers["X-Remote-Uid"] = uid;
  if (groups.length > 0) headers["X-Remote-Group"] = groups;
  for (const [key, values] of Object.entries(extra)) {
    if (values.length > 0) headers[`X-Remote-Extra-${escapeKey(key)}`] = values;
  }
  return headers;
}

/** Keys may have characters that no header's name can have. */
function escapeKey(key: string): string {
  return [...new TextEncoder().encode(key)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[!#$&'*+\-.^_`|~0-9A-Za-z]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}
