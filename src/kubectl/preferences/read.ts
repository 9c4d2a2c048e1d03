import { parseYaml } from "#machinery/codec/yaml.ts";
import { isRow } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";
import { messageOf } from "../errors.ts";
import type { Host } from "../host.ts";
import { joinPath } from "../paths.ts";

/** What a person wants commands to do when nothing else is said: the file kuberc. */
export interface Preferences {
  readonly overrides: readonly Override[];
  readonly aliases: readonly Alias[];
}

/** Other defaults of a command's flags. */
export interface Override {
  readonly command: string;
  readonly flags: readonly FlagDefault[];
}

/** A name for a command with flags and arguments. */
export interface Alias {
  readonly name: string;
  readonly command: string;
  readonly prependArgs: readonly string[];
  readonly appendArgs: readonly string[];
  readonly flags: readonly FlagDefault[];
}

export interface FlagDefault {
  readonly name: string;
  readonly default: string;
}

/** What keeps preferences from being applied. */
export class PreferencesError extends Error {
  override name = "PreferencesError";
}

/** Undefined where there are none. A file that was asked for has to be there. */
export async function readPreferences(
  host: Host,
  asked: string | undefined,
): Promise<Preferences | undefined> {
  if (host.environment.KUBERC === "off") {
    if (asked === undefined) return undefined;
    throw new PreferencesError(
      "kuberc error disabling kuberc via KUBERC=off and passing kuberc flag are mutually exclusive",
    );
  }
  const path = asked ?? joinPath(host.homeDirectory, ".kube/kuberc");
  if (asked === undefined && (await host.files.stat(path)) === undefined) return undefined;
  try {
    const unknown: string[] = [];
    const preferences = parsePreferences(await host.files.readText(path), unknown);
    if (!preferences) {
      throw new Error(`no valid preferences found in ${path}, use --v=5 to see details`);
    }
    if (unknown.length > 0) {
      const fields = unknown.map((field) => `unknown field ${JSON.stringify(field)}`).join(", ");
      host.stderr.write(
        `kuberc: ignoring strict decoding error in ${path}: strict decoding error: ${fields}`,
      );
    }
    checkPreferences(preferences);
    return preferences;
  } catch (error) {
    if (error instanceof PreferencesError) throw error;
    if (asked !== undefined) throw new PreferencesError(`kuberc error kuberc: ${messageOf(error)}`);
    host.stderr.write(`kuberc: no preferences loaded from ${path}: ${messageOf(error)}`);
    return undefined;
  }
}

/** Undefined when no document is one; names of fields that nobody knows are put to `unknown`. */
function parsePreferences(text: string, unknown: string[]): Preferences | undefined {
  let documents: unknown[];
  try {
    documents = parseYaml(text).map(({ value }) => value);
  } catch {
    return undefined;
  }
  const last = documents.findLast(
    (value) =>
      isRow(value) &&
      value.apiVersion === "kubectl.config.k8s.io/v1alpha1" &&
      value.kind === "Preference",
  );
  return isRow(last) ? preferencesOf(last, unknown) : undefined;
}

function preferencesOf(value: Row, unknown: string[]): Preferences | undefined {
  const told = (row: Row, path: string, names: readonly string[]) => {
    for (const name of Object.keys(row)) if (!names.includes(name)) unknown.push(path + name);
  };
  told(value, "", ["apiVersion", "kind", "overrides", "aliases"]);
  const flagsAt = (path: string) => (item: unknown, index: number) => {
    if (!isRow(item)) return undefined;
    told(item, `${path}.flags[${index}].`, ["name", "default"]);
    const name = textOf(item.name);
    const text = textOf(item.default);
    return name !== undefined && text !== undefined ? { name, default: text } : undefined;
  };
  const overrides = listOf(value.overrides, (item, index) => {
    if (!isRow(item)) return undefined;
    const path = `overrides[${index}]`;
    told(item, `${path}.`, ["command", "flags"]);
    const command = textOf(item.command);
    const flags = listOf(item.flags, flagsAt(path));
    return command !== undefined && flags ? { command, flags } : undefined;
  });
  const aliases = listOf(value.aliases, (item, index) => {
    if (!isRow(item)) return undefined;
    const path = `aliases[${index}]`;
    told(item, `${path}.`, ["name", "command", "prependArgs", "appendArgs", "flags"]);
    const name = textOf(item.name);
    const command = textOf(item.command);
    const prependArgs = listOf(item.prependArgs, textOf);
    const appendArgs = listOf(item.appendArgs, textOf);
    const flags = listOf(item.flags, flagsAt(path));
    if (name === undefined || command === undefined) return undefined;
    return prependArgs && appendArgs && flags && { name, command, prependArgs, appendArgs, flags };
  });
  return overrides && aliases && { overrides, aliases };
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : undefined;
}

/** Undefined when one of them is not what it should be. */
function listOf<T>(
  value: unknown,
  read: (item: unknown, index: number) => T | undefined,
): T[] | undefined {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return undefined;
  const items = value.map(read);
  return items.every((item) => item !== undefined) ? items : undefined;
}

function checkPreferences({ aliases, overrides }: Preferences): void {
  const names = new Set<string>();
  for (const { name, flags } of aliases) {
    if (!/^[a-zA-Z]+$/.test(name)) {
      throw new PreferencesError("invalid alias name, can only include alphabetical characters");
    }
    checkFlags(flags);
    if (names.has(name)) throw new PreferencesError(`duplicate alias name ${name}`);
    names.add(name);
  }
  for (const { flags } of overrides) checkFlags(flags);
}

function checkFlags(flags: readonly FlagDefault[]): void {
  for (const { name } of flags) {
    if (!name.startsWith("-")) continue;
    throw new PreferencesError(`flag name ${name} should be in long form without dashes`);
  }
}
