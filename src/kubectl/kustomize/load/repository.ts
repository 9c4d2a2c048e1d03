import { joinPaths } from "./files.ts";

/** A directory in a git repository, as a URL names it. */
export interface Repository {
  /** As it was written. */
  readonly raw: string;
  /** What git clones. */
  readonly url: string;
  /** The directory in it; empty for its root. */
  readonly path: string;
  /** A branch, tag or commit; empty for the default one. */
  readonly ref: string;
  readonly submodules: boolean;
  readonly timeoutSeconds: number;
}

const timeoutSecondsDefault = 27;

/** Undefined for what is a path on the disk. */
export function parseRepository(raw: string): Repository | undefined {
  if (raw.startsWith("/")) return undefined;
  const at = raw.indexOf("?");
  const query = at < 0 ? "" : raw.slice(at + 1);
  const host = splitHost(at < 0 ? raw : raw.slice(0, at));
  if (!host) return undefined;
  const split = splitPath(host.rest, host.host.startsWith("file://"));
  if (!split || split.repository === "") return undefined;
  const path = split.path.replace(/^\//, "");
  if (joinPaths(path).split("/")[0] === "..") return undefined;
  return { raw, url: host.host + split.repository, path, ...parseQuery(query) };
}

function splitHost(text: string): { host: string; rest: string } | undefined {
  const plain = text.replace(/^git::/i, "");
  const scheme = /^(ssh|https|http|file):\/\//i.exec(plain)?.[0].toLowerCase() ?? "";
  const unschemed = plain.slice(scheme.length);
  const user = /^[a-zA-Z][a-zA-Z0-9-]*@/.exec(unschemed)?.[0] ?? "";
  const address = unschemed.slice(user.length);
  const isGithub = /^github\.com[/:]/i.test(address);
  const copyStyle = scheme === "" && (user !== "" || isGithub);
  if (scheme === "" && !copyStyle) return undefined;
  if (scheme === "file://") return { host: scheme, rest: user + address };
  const separator = separatorIn(address, copyStyle);
  const host = separator < 0 ? address : address.slice(0, separator + 1);
  const rest = separator < 0 ? "" : address.slice(separator + 1);
  if (isGithub) {
    const viaSsh = scheme === "ssh://" || user !== "";
    return { host: viaSsh ? `${user}github.com:` : "https://github.com/", rest };
  }
  return host === "" ? undefined : { host: scheme + user + host, rest };
}

function separatorIn(address: string, copyStyle: boolean): number {
  const slash = address.indexOf("/");
  const colon = copyStyle ? address.indexOf(":") : -1;
  return copyStyle && (slash < 0 || (colon > 0 && colon < slash)) ? colon : slash;
}

/** Where the repository ends and the path in it begins. */
function splitPath(text: string, whole: boolean): { repository: string; path: string } | undefined {
  const azure = text.indexOf("_git/");
  if (azure >= 0) {
    const root = text.slice(0, azure + 5);
    const [name = "", ...rest] = text.slice(azure + 5).split("/");
    return { repository: root + name, path: rest.join("/") };
  }
  const double = text.indexOf("//");
  if (double >= 0) return { repository: text.slice(0, double), path: text.slice(double + 2) };
  const suffix = text.indexOf(".git");
  if (suffix >= 0) return { repository: text.slice(0, suffix + 4), path: text.slice(suffix + 4) };
  if (whole) return { repository: text, path: "" };
  const segments = text.split("/");
  if (segments.length < 2) return undefined;
  return { repository: segments.slice(0, 2).join("/"), path: segments.slice(2).join("/") };
}

function parseQuery(query: string): Pick<Repository, "ref" | "submodules" | "timeoutSeconds"> {
  const values = new URLSearchParams(query);
  const timeout = Number((values.get("timeout") ?? "").replace(/s$/, ""));
  const submodules = values.get("submodules") ?? "";
  return {
    ref: values.get("ref") || values.get("version") || "",
    submodules: !/^(0|f|F|false|False|FALSE)$/.test(submodules),
    timeoutSeconds: timeout > 0 ? timeout : timeoutSecondsDefault,
  };
}
