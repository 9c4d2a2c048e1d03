import { YamlError, parseYamlDocument } from "#machinery/codec/yaml.ts";
import { fieldErrorText } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { SettingsError } from "./error.ts";

/**
 * Reads one level of a configuration file: values by name, of the type that is asked for. What is
 * of another type, and what nobody asked for until `end`, is kept as a problem.
 */
export class Fields {
  readonly path: string;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #problems: string[];
  readonly #asked = new Set<string>();

  constructor(value: unknown, path: string, problems: string[]) {
    this.path = path;
    this.#problems = problems;
    if (value !== undefined && value !== null && !isRecord(value)) {
      problems.push(`${path || "the file"}: must be an object`);
    }
    this.#values = isRecord(value) ? value : {};
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined && this.#values[name] !== null;
  }

  /** As it stands there. */
  raw(name: string): unknown {
    return this.#value(name);
  }

  /** "" when missing. */
  text(name: string): string {
    return this.#typed(name, "string", isText) ?? "";
  }

  flag(name: string): boolean {
    return this.#typed(name, "boolean", isFlag) ?? false;
  }

  texts(name: string): string[] {
    return this.#typed(name, "list of strings", isTexts) ?? [];
  }

  /** The object of that name; one without fields when missing. */
  object(name: string): Fields {
    return new Fields(this.#value(name), this.#at(name), this.#problems);
  }

  list<T>(name: string, read: (item: Fields) => T): T[] {
    const items = this.#typed(name, "list", isList) ?? [];
    return items.map((item, index) => {
      const fields = new Fields(item, `${this.#at(name)}[${index}]`, this.#problems);
      const result = read(fields);
      fields.end();
      return result;
    });
  }

  /** Reads an object and sees that nothing else is in it. */
  read<T>(name: string, read: (fields: Fields) => T): T {
    const fields = this.object(name);
    const result = read(fields);
    fields.end();
    return result;
  }

  end(): void {
    for (const name of Object.keys(this.#values)) {
      if (!this.#asked.has(name)) this.#problems.push(`unknown field "${this.#at(name)}"`);
    }
  }

  #typed<T>(name: string, type: string, isIt: (value: unknown) => value is T): T | undefined {
    const value = this.#value(name);
    if (value === undefined || value === null) return undefined;
    if (isIt(value)) return value;
    this.#problems.push(`${this.#at(name)}: must be a ${type}`);
    return undefined;
  }

  #value(name: string): unknown {
    this.#asked.add(name);
    return this.#values[name];
  }

  #at(name: string): string {
    return this.path ? `${this.path}.${name}` : name;
  }
}

interface Expected {
  readonly kind: string;
  readonly apiVersions: readonly string[];
}

/** Reads a file of that kind. Throws `SettingsError` with all that is wrong with its form. */
export function readSettings<T>(
  content: string,
  expected: Expected,
  read: (fields: Fields) => T,
): T {
  const { value, duplicates } = parseSettings(content, expected.kind);
  return settingsOf(value, expected, read, duplicates);
}

/** A file's content, whatever it is of. Throws `SettingsError` for what is no YAML. */
export function parseSettings(
  content: string,
  what: string,
): { readonly value: unknown; readonly duplicates: readonly string[] } {
  try {
    const document = parseYamlDocument(content);
    return { value: document?.value, duplicates: document?.duplicates ?? [] };
  } catch (error) {
    if (error instanceof YamlError) throw new SettingsError(`${what}: ${error.message}`);
    throw error;
  }
}

/** Reads what stands within another file. */
export function settingsOf<T>(
  value: unknown,
  { kind, apiVersions }: Expected,
  read: (fields: Fields) => T,
  found: readonly string[] = [],
): T {
  const problems = [...found];
  const fields = new Fields(value, "", problems);
  const given = `${fields.text("apiVersion")}, Kind=${fields.text("kind")}`;
  if (fields.text("kind") !== kind || !apiVersions.includes(fields.text("apiVersion"))) {
    throw new SettingsError(
      `expected a ${kind} of ${apiVersions.join(" or ")}, but the file has ${given}`,
    );
  }
  const result = read(fields);
  fields.end();
  if (problems.length > 0) throw new SettingsError(`strict decoding error: ${problems.join(", ")}`);
  return result;
}

/** Throws `SettingsError` when there are any. */
export function requireNoErrors(kind: string, errors: readonly FieldError[]): void {
  const texts = [...new Set(errors.map(fieldErrorText))];
  if (texts.length === 0) return;
  throw new SettingsError(`${kind}: ${texts.length > 1 ? `[${texts.join(", ")}]` : texts[0]}`);
}

const isText = (value: unknown): value is string => typeof value === "string";
const isFlag = (value: unknown): value is boolean => typeof value === "boolean";
const isList = (value: unknown): value is unknown[] => Array.isArray(value);
const isTexts = (value: unknown): value is string[] => isList(value) && value.every(isText);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
