import { CommandError } from "../../errors.ts";
import { isAbsolute, normalize } from "../../paths.ts";

/** One end of a copy: "dir/file" here, or "namespace/pod:dir/file" there. */
export interface FileSpec {
  readonly namespace: string;
  /** "" is here. */
  readonly pod: string;
  readonly path: string;
}

export function parseFileSpec(word: string): FileSpec {
  const wrong = () =>
    new CommandError("filespec must match the canonical format: [[namespace/]pod:]file/path");
  const colon = word.indexOf(":");
  if (colon === 0) throw wrong();
  if (colon < 0) return { namespace: "", pod: "", path: withoutLastSlash(word) };
  const path = withoutLastSlash(word.slice(colon + 1)).replaceAll("\\", "/");
  const [first = "", second, ...more] = word.slice(0, colon).split("/");
  if (more.length > 0) throw wrong();
  if (second === undefined) return { namespace: "", pod: first, path };
  return { namespace: first, pod: second, path };
}

function withoutLastSlash(path: string): string {
  return path !== "/" && path.endsWith("/") ? path.slice(0, -1) : path;
}

/** The last part of a path, as of "." itself. */
export function lastPart(path: string): string {
  if (path === "/") return "/";
  return path.slice(path.lastIndexOf("/") + 1) || ".";
}

export function join(...parts: readonly string[]): string {
  const joined = parts.filter((part) => part !== "").join("/");
  return joined === "" ? "" : normalize(joined);
}

/** What names in an archive of `path` begin with. */
export function archivePrefix(path: string): string {
  let rest = normalize(path.replace(/^[\\/]+/, ""));
  while (rest.startsWith("../")) rest = rest.slice(3);
  return rest === "." || rest === ".." ? "" : rest.replace(/^\//, "");
}

/** Whether `target` is `base`, or inside of it. */
export function isInside(base: string, target: string): boolean {
  const [outer, inner] = [normalize(base), normalize(target)];
  if (outer === inner) return true;
  if (outer === ".") return !isAbsolute(inner) && inner !== ".." && !inner.startsWith("../");
  return inner.startsWith(outer === "/" ? outer : `${outer}/`);
}
