import { isRecord } from "#schema/decode.ts";

interface Expected {
  readonly kind: string;
  readonly apiVersions: readonly string[];
}

/** Takes a configuration file apart field by field; what nobody has asked for is an error. */
export class ConfigurationReader {
  readonly path: string;
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #known = new Set<string>();

  private constructor(path: string, value: Readonly<Record<string, unknown>>) {
    this.path = path;
    this.#value = value;
  }

  static open(path: string, value: unknown, { kind, apiVersions }: Expected): ConfigurationReader {
    if (!isRecord(value)) throw new Error(`${path}: the file holds no ${kind}`);
    const reader = new ConfigurationReader(path, value);
    const given = { kind: reader.string("kind"), apiVersion: reader.string("apiVersion") };
    if (given.kind !== kind || !apiVersions.includes(given.apiVersion)) {
      throw new Error(
        `no kind "${given.kind}" is registered for version "${given.apiVersion}"; ` +
          `expected ${kind} of ${apiVersions.join(" or ")}`,
      );
    }
    return reader;
  }

  any(field: string): unknown {
    this.#known.add(field);
    return this.#value[field];
  }

  /** Empty when missing. */
  string(field: string): string {
    const value = this.any(field) ?? "";
    if (typeof value !== "string") throw new Error(`${this.path}.${field}: must be a string`);
    return value;
  }

  strings(field: string): string[] {
    return this.#list(field).map((item) => {
      if (typeof item !== "string") throw new Error(`${this.path}.${field}: must hold strings`);
      return item;
    });
  }

  /** Empty when missing. */
  object(field: string): ConfigurationReader {
    const value = this.any(field) ?? {};
    if (!isRecord(value)) throw new Error(`${this.path}.${field}: must be an object`);
    return new ConfigurationReader(`${this.path}.${field}`, value);
  }

  objects(field: string): ConfigurationReader[] {
    return this.#list(field).map((item, index) => {
      const path = `${this.path}.${field}[${index}]`;
      if (!isRecord(item)) throw new Error(`${path}: must be an object`);
      return new ConfigurationReader(path, item);
    });
  }

  /** Throws for fields that were not read. */
  close(): void {
    const unknown = Object.keys(this.#value).filter((field) => !this.#known.has(field));
    if (unknown.length > 0) {
      throw new Error(`strict decoding error: unknown field "${this.path}.${unknown[0]}"`);
    }
  }

  #list(field: string): unknown[] {
    const value = this.any(field) ?? [];
    if (!Array.isArray(value)) throw new Error(`${this.path}.${field}: must be a list`);
    return value as unknown[];
  }
}
