import { text, toBase64, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import { isConfigMapKey } from "#machinery/validation/names.ts";
import { CommandError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { FileError } from "../../host.ts";
import { baseName, joinPath } from "../../paths.ts";

/** Where config maps and secrets get their data from. */
export interface Sources {
  readonly files: readonly string[];
  readonly literals: readonly string[];
  readonly envFiles: readonly string[];
}

/** Takes one value under its key; throws what is wrong with the key. */
export type AddKey = (key: string, value: Bytes) => void;

/** `--from-literal key=value`: what is behind the first "=" is the value. */
export function readLiterals(literals: readonly string[], add: AddKey): void {
  for (const literal of literals) {
    const equals = literal.indexOf("=");
    if (equals <= 0) {
      throw new CommandError(`invalid literal source ${literal}, expected key=value`);
    }
    add(literal.slice(0, equals), utf8(literal.slice(equals + 1)));
  }
}

/** `--from-file path`, `key=path` or a directory, whose files are keys by their names. */
export async function readFiles(host: Host, sources: readonly string[], add: AddKey) {
  for (const source of sources) {
    const { key, path } = fileSource(source);
    const status = await statusOf(host, path);
    if (!status.isDirectory) {
      add(key, await host.files.readBytes(path));
      continue;
    }
    if (source.includes("=")) throw new CommandError("cannot give a key name for a directory path");
    for (const name of await host.files.list(path)) {
      const inner = joinPath(path, name);
      const found = await host.files.stat(inner);
      if (found && !found.isDirectory) add(name, await host.files.readBytes(inner));
    }
  }
}

function fileSource(source: string): { key: string; path: string } {
  const parts = source.split("=");
  const [first = "", second = ""] = parts;
  if (parts.length === 1) return { key: baseName(source.replace(/\/+$/, "")), path: source };
  if (parts.length > 2) throw new CommandError("key names or file paths cannot contain '='");
  if (first === "") throw new CommandError(`key name for file path ${second} missing`);
  if (second === "") throw new CommandError(`file path for key name ${first} missing`);
  return { key: first, path: second };
}

async function statusOf(host: Host, path: string) {
  const status = await host.files.stat(path);
  if (status) return status;
  throw new CommandError(`error reading ${path}: no such file or directory`);
}

/** Lines of KEY=value. A line without "=" takes the value that the variable has here. */
export async function readEnvFiles(
  host: Host,
  paths: readonly string[],
  { add, what }: { readonly add: AddKey; readonly what: "config" | "secret" },
): Promise<void> {
  for (const path of paths) {
    const status = await statusOf(host, path);
    if (status.isDirectory) throw new CommandError(`env ${what} file cannot be a directory`);
    const lines = text(await host.files.readBytes(path)).split(/\r?\n/);
    for (const line of lines) {
      const entry = envEntry(line, host);
      if (entry) add(entry.key, utf8(entry.value));
    }
  }
}

function envEntry(line: string, host: Host): { key: string; value: string } | undefined {
  const trimmed = line.replace(/^\uFEFF/, "").trimStart();
  if (trimmed === "" || trimmed.startsWith("#")) return undefined;
  const equals = trimmed.indexOf("=");
  const key = equals < 0 ? trimmed : trimmed.slice(0, equals);
  checkVariable(key);
  const value = equals < 0 ? (host.environment[key] ?? "") : trimmed.slice(equals + 1);
  return { key, value };
}

/** Clients are stricter than servers have become. */
function checkVariable(name: string): void {
  const problem = !/^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(name)
    ? "a valid environment variable name must consist of alphabetic characters, digits, '_', " +
      "'-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or " +
      "'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')"
    : name === "." || name === ".."
      ? `must not be '${name}'`
      : name.startsWith("..")
        ? "must not start with '..'"
        : undefined;
  if (problem !== undefined) {
    throw new CommandError(`${JSON.stringify(name)} is not a valid key name: ${problem}`);
  }
}

/** The text of bytes that are UTF-8; undefined for others. */
export function textOf(bytes: Bytes): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The data of a config map: what is no text goes apart, encoded. */
export function configMapData(name: string) {
  const data: Record<string, string> = {};
  const binaryData: Record<string, string> = {};
  const add: AddKey = (key, value) => {
    const problems = isConfigMapKey(key);
    if (problems.length > 0) {
      throw new CommandError(
        `${JSON.stringify(key)} is not a valid key name for a ConfigMap: ${problems.join(",")}`,
      );
    }
    for (const [field, map] of Object.entries({ Data: data, BinaryData: binaryData })) {
      if (!Object.hasOwn(map, key)) continue;
      throw new CommandError(
        `cannot add key ${JSON.stringify(key)}, another key by that name already exists in ` +
          `${field} for ConfigMap ${JSON.stringify(name)}`,
      );
    }
    const content = textOf(value);
    if (content === undefined) binaryData[key] = toBase64(value);
    else data[key] = content;
  };
  return { data, binaryData, add };
}

/** The data of a secret, encoded. */
export function secretData() {
  const data: Record<string, string> = {};
  const add: AddKey = (key, value) => {
    const problems = isConfigMapKey(key);
    if (problems.length > 0) {
      throw new CommandError(
        `${JSON.stringify(key)} is not valid key name for a Secret ${problems.join(";")}`,
      );
    }
    if (Object.hasOwn(data, key)) {
      throw new CommandError(`cannot add key ${key}, another key by that name already exists`);
    }
    data[key] = toBase64(value);
  };
  return { data, add };
}

/** Why a file cannot be read, told with what it is for. */
export async function readPem(host: Host, path: string): Promise<string> {
  try {
    return await host.files.readText(path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new CommandError(`Cannot read file ${path}, ${error.message}`, { cause: error });
  }
}
