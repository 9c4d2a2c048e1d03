/** What a build reads: a disk, or anything that looks like one. */
export interface Files {
  /** Absolute, with links followed. Throws `FileError`. A relative path is of the place of work. */
  resolve(path: string): Promise<ResolvedPath>;
  /** Throws `FileError`. */
  read(path: string): Promise<Uint8Array>;
}

export interface ResolvedPath {
  readonly path: string;
  readonly isDirectory: boolean;
}

/** What the system said of a path: "lstat /a/b: no such file or directory". */
export class FileError extends Error {
  override name = "FileError";
}

/** Joins and cleans: no ".", "..", or double slashes stay. */
export function joinPaths(...parts: readonly string[]): string {
  const joined = parts.filter((part) => part !== "").join("/");
  const steps: string[] = [];
  for (const step of joined.split("/")) {
    if (step === "" || step === ".") continue;
    if (step !== "..") steps.push(step);
    else if (steps.length > 0 && steps.at(-1) !== "..") steps.pop();
    else if (!joined.startsWith("/")) steps.push("..");
  }
  const path = steps.join("/");
  if (joined.startsWith("/")) return `/${path}`;
  return path === "" ? "." : path;
}

export function parentOf(path: string): string {
  return joinPaths(path, "..");
}

export function baseName(path: string): string {
  return path.replace(/\/+$/, "").split("/").at(-1) || "/";
}

/** Whether a directory is another, or below it. */
export function isWithin(path: string, directory: string): boolean {
  return directory === "/" || path === directory || path.startsWith(`${directory}/`);
}

/** Files of a build that are not on a disk: in a test, or in a browser's tab. */
export class MemoryFiles implements Files {
  readonly #files: ReadonlyMap<string, Uint8Array>;
  readonly #directories: ReadonlySet<string>;

  constructor(files: Readonly<Record<string, string | Uint8Array>>) {
    const encoder = new TextEncoder();
    this.#files = new Map(
      Object.entries(files).map(([path, content]) => [
        joinPaths("/", path),
        typeof content === "string" ? encoder.encode(content) : content,
      ]),
    );
    const directories = new Set(["/"]);
    for (const path of this.#files.keys()) {
      for (let at = parentOf(path); at !== "/"; at = parentOf(at)) directories.add(at);
    }
    this.#directories = directories;
  }

  resolve(path: string): Promise<ResolvedPath> {
    const absolute = joinPaths("/", path);
    const isDirectory = this.#directories.has(absolute);
    if (isDirectory || this.#files.has(absolute)) {
      return Promise.resolve({ path: absolute, isDirectory });
    }
    return Promise.reject(new FileError(`lstat ${absolute}: no such file or directory`));
  }

  read(path: string): Promise<Uint8Array> {
    const absolute = joinPaths("/", path);
    const content = this.#files.get(absolute);
    if (content) return Promise.resolve(content);
    const isDirectory = this.#directories.has(absolute);
    return Promise.reject(
      new FileError(
        isDirectory
          ? `read ${absolute}: is a directory`
          : `open ${absolute}: no such file or directory`,
      ),
    );
  }
}
