import { concatBytes, text } from "#base/bytes.ts";
import { isRow } from "#machinery/json.ts";
import { CommandError, messageOf } from "../errors.ts";
import type { Host } from "../host.ts";
import { extensionOf, joinPath } from "../paths.ts";

/** A file, or one document of it. */
export interface Manifest {
  /** As the person named it; "STDIN" for the standard input. */
  readonly source: string;
  readonly text: string;
}

/** One object of a file, as it stands there. */
export interface ManifestObject {
  readonly source: string;
  readonly value: Record<string, unknown>;
}

export interface FileQuery {
  /** Files, directories, URLs, globs, or "-". */
  readonly filenames: readonly string[];
  readonly recursive?: boolean;
  /** A directory with a kustomization. */
  readonly kustomize?: string | undefined;
  /** What was read by the command itself. */
  readonly read?: readonly Manifest[];
}

export function namesFiles(query: FileQuery | undefined): boolean {
  if (!query) return false;
  return query.filenames.length > 0 || Boolean(query.kustomize) || query.read !== undefined;
}

const extensions = [".json", ".yaml", ".yml"];

/** Builds the directory's kustomization; given by whoever has the reader of kustomizations. */
export type BuildKustomization = (directory: string) => Promise<string>;

/** Reads everything that was named, in order. A file that cannot be read is told in its place. */
export async function* readManifests(
  host: Host,
  query: FileQuery,
  build: BuildKustomization,
): AsyncGenerator<Manifest | { readonly error: unknown }> {
  yield* query.read ?? [];
  if (query.kustomize) {
    if (query.filenames.length > 0) {
      throw new CommandError("only one of -f or -k can be specified");
    }
    if (query.recursive) throw new CommandError("the -k flag can't be used with -f or -R");
    yield { source: query.kustomize, text: await build(query.kustomize) };
    return;
  }
  for (const name of query.filenames) {
    if (name === "-") yield { source: "STDIN", text: await readInput(host) };
    else if (/^https?:\/\//.test(name))
      yield { source: name, text: await fetchManifest(host, name) };
    else yield* readPath(host, name, query.recursive ?? false);
  }
}

async function readInput(host: Host): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of host.stdin.chunks(host.interrupted)) chunks.push(chunk);
  return text(concatBytes(chunks));
}

async function fetchManifest(host: Host, url: string): Promise<string> {
  const page = await host.fetchText(url, host.interrupted);
  if (page.status === 200) return page.text;
  throw new CommandError(
    `unable to read URL "${url}", server reported ${page.status} ${page.statusText}, status code=${page.status}`,
  );
}

async function* readPath(host: Host, name: string, recursive: boolean): AsyncGenerator<Manifest> {
  const { files } = host;
  const status = await files.stat(name);
  if (status === undefined) {
    const matching = /[*?[]/.test(name) ? await matchesOf(host, name) : [];
    if (matching.length === 0) throw new CommandError(`the path "${name}" does not exist`);
    for (const match of matching) yield* readPath(host, match, recursive);
    return;
  }
  if (!status.isDirectory) {
    yield { source: name, text: await files.readText(name) };
    return;
  }
  const found: string[] = [];
  await walk(host, name, recursive, found);
  if (found.length === 0) {
    throw new CommandError(
      `error reading [${name}]: recognized file extensions are [${extensions.join(" ")}]`,
    );
  }
  for (const path of found) yield { source: path, text: await files.readText(path) };
}

async function walk(
  host: Host,
  directory: string,
  recursive: boolean,
  found: string[],
): Promise<void> {
  for (const entry of await host.files.list(directory)) {
    const path = joinPath(directory, entry);
    const status = await host.files.stat(path);
    if (status?.isDirectory) {
      if (recursive) await walk(host, path, recursive, found);
    } else if (status && extensions.includes(extensionOf(path))) found.push(path);
  }
}

/** Globs in the last part of a path, for shells that leave them to the program. */
async function matchesOf(host: Host, pattern: string): Promise<string[]> {
  const slash = pattern.lastIndexOf("/");
  const directory = slash < 0 ? "." : pattern.slice(0, slash) || "/";
  if ((await host.files.stat(directory)) === undefined) return [];
  const expression = new RegExp(
    `^${pattern
      .slice(slash + 1)
      .replace(/[.+^${}()|\\]/g, "\\$&")
      .replaceAll("*", "[^/]*")
      .replaceAll("?", "[^/]")}$`,
  );
  const names = (await host.files.list(directory)).filter((name) => expression.test(name));
  return names.map((name) => joinPath(directory, name));
}

/** The objects of a file, lists taken apart. Throws at what is no object. */
export async function* objectsOf(manifest: Manifest): AsyncGenerator<ManifestObject> {
  // Most commands read no files, and the reader of YAML takes long to load.
  const { parseYaml } = await import("#machinery/codec/yaml.ts");
  const { source } = manifest;
  let documents;
  try {
    documents = parseYaml(manifest.text, { exactIntegers: true });
  } catch (error) {
    throw new CommandError(
      `error parsing ${source}: error converting YAML to JSON: ${messageOf(error)}`,
    );
  }
  for (const { value } of documents) {
    if (!isRow(value)) {
      throw new CommandError(
        `error parsing ${source}: json: cannot unmarshal ${typeWord(value)} into Go value of type map[string]interface {}`,
      );
    }
    const isList = typeof value.kind === "string" && value.kind.endsWith("List");
    if (isList && Array.isArray(value.items)) {
      for (const item of value.items) if (isRow(item)) yield { source, value: item };
    } else yield { source, value };
  }
}

function typeWord(value: unknown): string {
  return Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
}
