import { isRow } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";
import { CommandError } from "../../errors.ts";
import type { GroupVersionKind } from "./openapi-v3.ts";

/** A definition of OpenAPI v2, as the older form of explanations sees it. */
type Model =
  | { readonly form: "reference"; readonly description: string; readonly name: string }
  | { readonly form: "array" | "map"; readonly description: string; readonly item: Model }
  | { readonly form: "primitive"; readonly description: string; readonly type: string }
  | { readonly form: "arbitrary"; readonly description: string }
  | {
      readonly form: "kind";
      readonly description: string;
      readonly fields: Readonly<Record<string, unknown>>;
      readonly required: readonly string[];
    };

const lineMax = 80;

export interface ExplanationV2 {
  readonly kind: GroupVersionKind;
  readonly fields: readonly string[];
  readonly recursive: boolean;
}

export function explainV2(document: Row, { kind, fields, recursive }: ExplanationV2): string {
  const definitions = isRow(document.definitions) ? document.definitions : {};
  const found = Object.values(definitions).find((definition) => {
    const kinds = isRow(definition) ? definition["x-kubernetes-group-version-kind"] : undefined;
    return (
      Array.isArray(kinds) &&
      (kinds as GroupVersionKind[]).some(
        (one) => one.kind === kind.kind && one.version === kind.version && one.group === kind.group,
      )
    );
  });
  if (!found) {
    const { group, version, kind: name } = kind;
    throw new CommandError(`couldn't find resource for "${group}/${version}, Kind=${name}"`);
  }
  return new ExplainerV2(definitions, kind, recursive).explain(found, fields);
}

function modelOf(schema: unknown): Model {
  const row = isRow(schema) ? schema : {};
  const description = typeof row.description === "string" ? row.description : "";
  if (typeof row.$ref === "string") {
    return { form: "reference", description, name: row.$ref.split("/").at(-1) ?? "" };
  }
  const { type } = row;
  const hasFields = isRow(row.properties);
  if (hasFields && (type === undefined || type === "object")) {
    const required = Array.isArray(row.required) ? (row.required as string[]) : [];
    return { form: "kind", description, fields: row.properties as Row, required };
  }
  if (type === "object") {
    const { additionalProperties } = row;
    const item: Model = isRow(additionalProperties)
      ? modelOf(additionalProperties)
      : { form: "arbitrary", description: "" };
    return { form: "map", description, item };
  }
  if (type === "array") return { form: "array", description, item: modelOf(row.items) };
  if (typeof type === "string") return { form: "primitive", description, type };
  return { form: "arbitrary", description };
}

class ExplainerV2 {
  readonly #definitions: Row;
  readonly #kind: GroupVersionKind;
  readonly #recursive: boolean;
  #text = "";

  constructor(definitions: Row, kind: GroupVersionKind, recursive: boolean) {
    this.#definitions = definitions;
    this.#kind = kind;
    this.#recursive = recursive;
  }

  explain(schema: unknown, fields: readonly string[]): string {
    this.#text = "";
    const model = this.#lookUp(modelOf(schema), fields);
    this.#print(model, { name: fields.at(-1) ?? "", type: "", descriptions: [] });
    return this.#text;
  }

  #referred({ name }: { readonly name: string }): Model {
    return modelOf(this.#definitions[name]);
  }

  #lookUp(model: Model, fields: readonly string[]): Model {
    const [field, ...rest] = fields;
    if (field === undefined) return model;
    switch (model.form) {
      case "array":
      case "map":
        return this.#lookUp(model.item, fields);
      case "reference":
        return this.#lookUp(this.#referred(model), fields);
      case "kind":
        if (!Object.hasOwn(model.fields, field)) {
          throw new CommandError(`field "${field}" does not exist`);
        }
        return this.#lookUp(modelOf(model.fields[field]), rest);
      default:
        return model;
    }
  }

  #typeOf(model: Model): string {
    switch (model.form) {
      case "array":
        return `[]${this.#typeOf(model.item)}`;
      case "map":
        return `map[string]${this.#typeOf(model.item)}`;
      case "reference":
        return this.#typeOf(this.#referred(model));
      case "kind":
        return "Object";
      case "primitive":
        return model.type;
      case "arbitrary":
        return "";
      default:
        return model satisfies never;
    }
  }

  #print(
    model: Model,
    so: { readonly name: string; readonly type: string; readonly descriptions: readonly string[] },
  ): void {
    const descriptions = [...so.descriptions, model.description];
    const type = so.type || this.#typeOf(model);
    switch (model.form) {
      case "array":
      case "map":
        this.#print(model.item, { ...so, type, descriptions });
        return;
      case "reference":
        this.#print(this.#referred(model), { ...so, descriptions });
        return;
      case "kind":
        this.#header();
        if (so.name) this.#line(0, `RESOURCE: ${so.name} <${type}>\n`);
        this.#describe(descriptions);
        this.#line(0, "\nFIELDS:");
        if (this.#recursive) this.#listAll(model, 3, new Set());
        else this.#list(model);
        return;
      case "primitive":
        this.#header();
        this.#line(0, `FIELD:    ${so.name} <${type}>\n`);
        this.#describe(descriptions);
        return;
      case "arbitrary":
        this.#header();
        this.#describe(descriptions);
        return;
      default:
        model satisfies never;
    }
  }

  #header(): void {
    const { group, version, kind } = this.#kind;
    this.#line(0, `KIND:     ${kind}`);
    this.#line(0, `VERSION:  ${group ? `${group}/${version}` : version}\n`);
  }

  #describe(descriptions: readonly string[]): void {
    this.#line(0, "DESCRIPTION:");
    for (const [index, description] of descriptions.entries()) {
      if (description === "") continue;
      if (index > 0) this.#line(0, "");
      this.#paragraphs(5, description);
    }
    if (descriptions.every((description) => description === "")) this.#line(5, "<empty>");
  }

  #list({ fields, required }: Extract<Model, { form: "kind" }>): void {
    for (const name of Object.keys(fields).toSorted()) {
      const model = modelOf(fields[name]);
      const mark = required.includes(name) ? " -required-" : "";
      this.#line(3, `${name}\t<${this.#typeOf(model)}>${mark}`);
      this.#paragraphs(5, model.description);
      this.#line(0, "");
    }
  }

  /** A definition that holds itself is entered once. */
  #listAll(model: Model, columns: number, entered: ReadonlySet<string>): void {
    switch (model.form) {
      case "array":
      case "map":
        this.#listAll(model.item, columns, entered);
        return;
      case "reference":
        if (entered.has(model.name)) return;
        this.#listAll(this.#referred(model), columns, new Set(entered).add(model.name));
        return;
      case "kind":
        for (const name of Object.keys(model.fields).toSorted()) {
          const field = modelOf(model.fields[name]);
          this.#line(columns, `${name}\t<${this.#typeOf(field)}>`);
          this.#listAll(field, columns + 3, entered);
        }
        return;
      case "primitive":
      case "arbitrary":
        return;
      default:
        model satisfies never;
    }
  }

  #paragraphs(columns: number, text: string): void {
    for (const line of paragraphLines(text, lineMax - columns)) this.#line(columns, line);
  }

  #line(columns: number, text: string): void {
    this.#text += text === "" ? "\n" : `${" ".repeat(columns)}${text}\n`;
  }
}

/**
 * Lines of running text are put together and broken anew; lists, code and empty lines stay, and so
 * does what stands behind a colon.
 */
export function paragraphLines(text: string, width: number): string[] {
  const lines: string[] = [];
  let words: string[] = [];
  let lastWord = "";
  const flush = () => {
    if (words.length === 0) return;
    lastWord = "";
    lines.push(words.join(" "));
    words = [];
  };
  for (const line of text.split("\n")) {
    if (line.startsWith("    ")) {
      flush();
      lines.push(line);
      continue;
    }
    if (lines.length > 0 && line.trim() === "") {
      flush();
      lines.push("");
      continue;
    }
    const startsAnew = lastWord.endsWith(":") || line.trim() === "" || isListItem(line.trim());
    if (startsAnew) flush();
    for (const word of line.split(/\s+/).filter(Boolean)) {
      lastWord = word;
      const length = [...words, word].join(" ").length;
      if (words.length > 0 && length > width) flush();
      words.push(word);
    }
  }
  flush();
  return lines;
}

function isListItem(line: string): boolean {
  return /^(\d+\.?|-|\*)\s/.test(line);
}
