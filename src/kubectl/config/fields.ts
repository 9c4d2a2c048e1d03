import { isRow } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";
import { CommandError } from "../errors.ts";

/** What a kubeconfig may say, struct by struct, in the order that JSON shows it. */
export interface Struct {
  /** For messages, which name Go's types. */
  readonly goType: string;
  readonly fields: readonly Field[];
}

export interface Field {
  readonly name: string;
  /** What `config set` calls it, where that is another name. */
  readonly setName?: string;
  readonly shape: Shape;
  /** Written even where it is empty. */
  readonly always?: true;
  /** Shown as "REDACTED". */
  readonly secret?: true;
}

export type Shape =
  | "string"
  | "bool"
  /** Base64. */
  | "bytes"
  | "strings"
  | "stringMap"
  | "stringLists"
  | "extensions"
  | "environment"
  | { readonly struct: Struct }
  /** A list of names, each with what is under `field`. */
  | { readonly named: Struct; readonly field: "cluster" | "context" | "user" };

const extensions: Field = { name: "extensions", shape: "extensions" };

export const clusterFields: Struct = {
  goType: "Cluster",
  fields: [
    { name: "server", shape: "string", always: true },
    { name: "tls-server-name", shape: "string" },
    { name: "insecure-skip-tls-verify", shape: "bool" },
    { name: "certificate-authority", shape: "string" },
    { name: "certificate-authority-data", shape: "bytes" },
    { name: "proxy-url", shape: "string" },
    { name: "disable-compression", shape: "bool" },
    extensions,
  ],
};

export const contextFields: Struct = {
  goType: "Context",
  fields: [
    { name: "cluster", shape: "string", always: true },
    { name: "user", shape: "string", always: true },
    { name: "namespace", shape: "string" },
    extensions,
  ],
};

const authProviderFields: Struct = {
  goType: "AuthProviderConfig",
  fields: [
    { name: "name", shape: "string", always: true },
    { name: "config", shape: "stringMap", always: true },
  ],
};

const execFields: Struct = {
  goType: "ExecConfig",
  fields: [
    { name: "command", shape: "string", always: true },
    { name: "args", shape: "strings", always: true },
    { name: "env", shape: "environment", always: true },
    { name: "apiVersion", shape: "string" },
    { name: "installHint", shape: "string" },
    { name: "provideClusterInfo", shape: "bool", always: true },
    { name: "interactiveMode", shape: "string" },
  ],
};

export const userFields: Struct = {
  goType: "AuthInfo",
  fields: [
    { name: "client-certificate", shape: "string" },
    { name: "client-certificate-data", shape: "bytes" },
    { name: "client-key", shape: "string" },
    { name: "client-key-data", shape: "bytes", secret: true },
    { name: "token", shape: "string", secret: true },
    { name: "tokenFile", shape: "string" },
    { name: "as", setName: "act-as", shape: "string" },
    { name: "as-uid", setName: "act-as-uid", shape: "string" },
    { name: "as-groups", setName: "act-as-groups", shape: "strings" },
    { name: "as-user-extra", setName: "act-as-user-extra", shape: "stringLists" },
    { name: "username", shape: "string" },
    { name: "password", shape: "string", secret: true },
    { name: "auth-provider", shape: { struct: authProviderFields } },
    { name: "exec", shape: { struct: execFields } },
    extensions,
  ],
};

export const preferencesFields: Struct = {
  goType: "Preferences",
  fields: [{ name: "colors", shape: "bool" }, extensions],
};

export const configFields: Struct = {
  goType: "Config",
  fields: [
    { name: "kind", shape: "string" },
    { name: "apiVersion", shape: "string" },
    { name: "preferences", shape: { struct: preferencesFields }, always: true },
    { name: "clusters", shape: { named: clusterFields, field: "cluster" }, always: true },
    { name: "users", shape: { named: userFields, field: "user" }, always: true },
    { name: "contexts", shape: { named: contextFields, field: "context" }, always: true },
    { name: "current-context", shape: "string", always: true },
    extensions,
  ],
};

/**
 * The same values with the fields in order, empty ones left out or made plain. Fields that nobody
 * knows stay, behind the others: a newer program may have written them.
 */
export function normalized(value: Row, struct: Struct): Row {
  const result: Row = {};
  for (const { name, shape, always } of struct.fields) {
    const field = normalizedField(value[name], shape);
    if (always || !isEmpty(field)) result[name] = field;
  }
  for (const [name, field] of Object.entries(value)) {
    if (!struct.fields.some((known) => known.name === name)) result[name] = field;
  }
  // What older versions of the interface meant when they said nothing.
  const isOld = /^client\.authentication\.k8s\.io\/v1(alpha|beta)1$/;
  if (struct === execFields && !result.interactiveMode && isOld.test(String(result.apiVersion))) {
    result.interactiveMode = "IfAvailable";
  }
  return result;
}

function normalizedField(value: unknown, shape: Shape): unknown {
  if (typeof shape === "object" && "struct" in shape) {
    if (isRow(value)) return normalized(value, shape.struct);
    return shape.struct === preferencesFields ? {} : undefined;
  }
  if (typeof shape === "object") {
    const entries = rowsOf(value).map((entry) => ({
      name: entry.name ?? "",
      [shape.field]: normalized(
        isRow(entry[shape.field]) ? (entry[shape.field] as Row) : {},
        shape.named,
      ),
    }));
    return entries.length > 0 ? entries.toSorted(byName) : null;
  }
  switch (shape) {
    case "string":
      return value ?? "";
    case "bool":
      return value ?? false;
    case "extensions":
      return rowsOf(value)
        .map(({ name, extension }) => ({ name: name ?? "", extension: sortedDeep(extension) }))
        .toSorted(byName);
    case "environment":
      return Array.isArray(value)
        ? rowsOf(value).map(({ name, value: text }) => ({ name: name ?? "", value: text ?? "" }))
        : null;
    case "stringMap":
      return isRow(value) ? sorted(value) : null;
    case "stringLists":
      return isRow(value) ? sorted(value) : undefined;
    case "bytes":
      return value ?? "";
    case "strings":
      return value ?? null;
    default:
      return shape satisfies never;
  }
}

function rowsOf(value: unknown): Row[] {
  return Array.isArray(value) ? value.map((entry: unknown) => (isRow(entry) ? entry : {})) : [];
}

function byName(left: Row, right: Row): number {
  return String(left.name) < String(right.name) ? -1 : 1;
}

function sorted(value: Row): Row {
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function sortedDeep(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedDeep);
  if (!isRow(value)) return value ?? null;
  const deep = Object.entries(value).map(([key, field]) => [key, sortedDeep(field)] as const);
  return sorted(Object.fromEntries(deep));
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return false;
}

/** Throws for the first value that is not what its field is for, in Go's words. */
export function checkTypes(value: unknown, struct: Struct, path: readonly string[] = []): void {
  if (!isRow(value)) return;
  for (const name of Object.keys(value).toSorted()) {
    const field = struct.fields.find((known) => known.name === name);
    if (field) checkField(value[name], field.shape, struct.goType, [...path, name]);
  }
}

function checkField(value: unknown, shape: Shape, goType: string, path: readonly string[]): void {
  if (value === null || value === undefined) return;
  const expect = (holds: boolean, type: string) => {
    if (!holds) {
      throw new CommandError(
        `json: cannot unmarshal ${jsonKind(value)} into Go struct field ` +
          `${goType}.${path.join(".")} of type ${type}`,
      );
    }
  };
  if (typeof shape === "object" && "struct" in shape) {
    expect(isRow(value), `v1.${shape.struct.goType}`);
    return checkTypes(value, shape.struct, path);
  }
  if (typeof shape === "object") {
    const type = `Named${shape.named.goType}`;
    expect(Array.isArray(value), `[]v1.${type}`);
    for (const entry of value as unknown[]) {
      if (entry === null) continue;
      if (!isRow(entry))
        return checkField(entry, { struct: { goType: type, fields: [] } }, goType, path);
      const fields: Field[] = [
        { name: "name", shape: "string" },
        { name: shape.field, shape: { struct: shape.named } },
      ];
      checkTypes(entry, { goType: type, fields }, path);
    }
    return;
  }
  switch (shape) {
    case "string":
      return expect(typeof value === "string", "string");
    case "bool":
      return expect(typeof value === "boolean", "bool");
    case "bytes":
      if (typeof value === "string") return checkBase64(value);
      return expect(false, "[]uint8");
    case "strings":
      expect(Array.isArray(value), "[]string");
      for (const entry of value as unknown[]) checkField(entry, "string", goType, path);
      return;
    case "stringMap":
      expect(isRow(value), "map[string]string");
      for (const entry of Object.values(value)) checkField(entry, "string", goType, path);
      return;
    case "stringLists":
      return expect(isRow(value), "map[string][]string");
    case "extensions":
      return expect(Array.isArray(value), "[]v1.NamedExtension");
    case "environment":
      return expect(Array.isArray(value), "[]v1.ExecEnvVar");
    default:
      shape satisfies never;
  }
}

/** Go tells the place of the first character that does not fit. */
export function checkBase64(text: string): void {
  const bare = text.replaceAll(/[\r\n]/g, "");
  const at = problemOfBase64(bare);
  if (at !== undefined) throw new CommandError(`illegal base64 data at input byte ${at}`);
}

function problemOfBase64(bare: string): number | undefined {
  const wrong = bare.search(/[^A-Za-z0-9+/=]/);
  const padding = bare.indexOf("=");
  if (wrong >= 0 && (padding < 0 || wrong < padding)) return wrong;
  if (padding < 0) return bare.length % 4 === 0 ? undefined : bare.length - (bare.length % 4);
  const place = padding % 4;
  if (place < 2 || (place === 2 && bare[padding + 1] !== "=")) return padding;
  const end = padding - place + 4;
  return bare.length > end ? end : undefined;
}

function jsonKind(value: unknown): string {
  if (typeof value === "boolean") return "bool";
  if (Array.isArray(value)) return "array";
  return typeof value;
}
