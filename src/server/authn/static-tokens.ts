import type { UserInfo } from "../pipeline/request.ts";
import type { TokenAuthenticator } from "./token.ts";

/** Tokens that are known beforehand, by token: from a file, or made at start. */
export function staticTokenAuthenticator(users: ReadonlyMap<string, UserInfo>): TokenAuthenticator {
  return {
    async authenticateToken(token, audiences) {
      const user = users.get(token);
      return user && { user, audiences };
    },
  };
}

/** Lines of `token,user,uid,"group1,group2"`; the groups may be missing. Throws on a bad line. */
export function parseTokenFile(content: string): Map<string, UserInfo> {
  const users = new Map<string, UserInfo>();
  for (const [index, line] of content.split("\n").entries()) {
    if (!line.trim()) continue;
    const [token = "", name = "", uid = "", groupList = ""] = splitFields(line);
    if (!token || !name || !uid) {
      throw new Error(
        `token file, line ${index + 1}: needs a token, a user name and a uid, with commas between`,
      );
    }
    if (users.has(token)) throw new Error(`token file, line ${index + 1}: token occurs twice`);
    const groups = groupList.split(",").filter((group) => group !== "");
    users.set(token, { name, uid, groups });
  }
  return users;
}

function splitFields(line: string): string[] {
  const fields: string[] = [];
  for (const match of line.trim().matchAll(/(?:^|,)\s*(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    const [, quoted, plain = ""] = match;
    fields.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
  }
  return fields;
}
