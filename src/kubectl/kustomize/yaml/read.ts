import { isAlias, isMap, isPair, isScalar, isSeq, parseAllDocuments } from "yaml";
import type { Document, Pair, Scalar } from "yaml";
import { isTooDeep } from "#schema/nesting.ts";
import { trimUnendedBlock } from "#machinery/codec/yaml.ts";
import { yamlProblem } from "#machinery/codec/yaml-problem.ts";
import { isRow } from "#machinery/json.ts";
import { failed } from "../error.ts";
import { YamlNode } from "./node.ts";
import { numberScalar, resolveTag, tags } from "./scalar.ts";

/**
 * The documents of a stream, aliases and merge keys replaced by what they stand for. Empty
 * documents are left out. Lists of objects ("kind: List") are opened up by the caller.
 */
export function readDocuments(text: string): YamlNode[] {
  const documents: YamlNode[] = [];
  for (const part of splitDocuments(text.replaceAll("\r\n", "\n"))) {
    const node = readDocument(part);
    if (node && !node.isNull) documents.push(node);
  }
  return documents;
}

/** Separators are looked for line by line, before anything is parsed. */
function splitDocuments(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (const match of text.matchAll(/\n---.*\n/g)) {
    const rest = match[0].slice(4).trim();
    if (rest !== "" && !rest.startsWith("#")) {
      throw failed(`invalid document separator: ${match[0].trim()}`);
    }
    parts.push(`${text.slice(from, match.index)}\n`);
    from = match.index + match[0].length;
  }
  return text === "" ? [] : [...parts, text.slice(from)];
}

/** The first document of a text. */
export function readDocument(text: string): YamlNode | undefined {
  let documents: Document.Parsed[];
  try {
    const parsed = parseAllDocuments(text, options);
    documents = Array.isArray(parsed) ? parsed : [];
  } catch (error) {
    if (error instanceof RangeError) throw failed("MalformedYAMLError: yaml: exceeded max depth");
    throw error;
  }
  const [document] = documents;
  if (!document) return undefined;
  const [problem] = document.errors;
  if (problem) throw failed(`MalformedYAMLError: ${yamlProblem(problem, text, "resources")}`);
  trimUnendedBlock(document, text);
  return new Reader(document).node(document.contents);
}

const options = {
  version: "1.2",
  schema: "failsafe",
  uniqueKeys: false,
  strict: true,
  logLevel: "silent",
} as const;

const nodesMax = 1_000_000;

class Reader {
  readonly #document: Document.Parsed;
  #nodes = 0;

  constructor(document: Document.Parsed) {
    this.#document = document;
  }

  node(value: unknown): YamlNode {
    if (++this.#nodes > nodesMax) throw failed("yaml: document contains excessive aliasing");
    if (isAlias(value)) {
      const target = value.resolve(this.#document);
      if (target) return this.node(target);
      throw failed(`MalformedYAMLError: yaml: unknown anchor '${value.source}' referenced`);
    }
    if (isMap(value)) return this.#map(value.items);
    if (isSeq(value)) {
      const list = YamlNode.list();
      list.tag = tags.list;
      list.items = value.items.map((item) => this.node(item));
      return list;
    }
    return isScalar(value) ? scalar(value) : YamlNode.scalar("", tags.null);
  }

  #map(pairs: readonly Pair[]): YamlNode {
    const map = YamlNode.map();
    map.tag = tags.map;
    const merged: YamlNode[] = [];
    for (const pair of pairs) {
      if (!isPair(pair)) continue;
      const key = this.node(pair.key);
      if (key.text === "<<" && !key.quoted && key.kind === "scalar") {
        merged.push(...this.#merged(pair.value));
      } else map.entries.push({ key, value: this.node(pair.value) });
    }
    for (const source of merged) {
      const known = new Set(map.entries.map((entry) => entry.key.text));
      map.entries.unshift(...source.entries.filter((entry) => !known.has(entry.key.text)));
    }
    return map;
  }

  /** Earlier ones win. */
  #merged(value: unknown): YamlNode[] {
    const node = this.node(value);
    const sources = node.kind === "list" ? node.items : [node];
    if (sources.some((source) => source.kind !== "map")) {
      throw failed("map merge requires map or sequence of maps as the value");
    }
    return sources;
  }
}

function scalar(value: Scalar): YamlNode {
  const text = value.source ?? "";
  const quoted = value.type !== undefined && value.type !== "PLAIN";
  const said = value.tag?.replace(/^tag:yaml\.org,2002:/, "!!");
  const tag = said && said !== "!" ? said : quoted ? tags.text : resolveTag(text);
  const node = YamlNode.scalar(text, tag);
  node.quoted = quoted;
  node.tagged = tag === said;
  return node;
}

/** A node of what JSON holds. */
export function nodeOfJson(value: unknown): YamlNode {
  if (isTooDeep(value)) throw failed("json: exceeded max depth");
  return build(value);
}

function build(value: unknown): YamlNode {
  if (Array.isArray(value)) {
    const list = YamlNode.list();
    list.tag = tags.list;
    list.items = (value as unknown[]).map(build);
    return list;
  }
  if (isRow(value)) {
    const map = YamlNode.map();
    map.tag = tags.map;
    map.entries = Object.keys(value).map((name) => ({
      key: textNode(name),
      value: build(value[name]),
    }));
    return map;
  }
  if (typeof value === "string") return textNode(value);
  if (typeof value === "number" || typeof value === "bigint") {
    const { text, tag } = numberScalar(value);
    return YamlNode.scalar(text, tag);
  }
  if (typeof value === "boolean") return YamlNode.scalar(String(value), tags.bool);
  return YamlNode.scalar("null", tags.null);
}

/** Text that a bare word would not be is quoted, as a writer would have it. */
function textNode(text: string): YamlNode {
  const node = YamlNode.text(text);
  node.quoted = resolveTag(text) !== tags.text || text.includes("\n");
  return node;
}
