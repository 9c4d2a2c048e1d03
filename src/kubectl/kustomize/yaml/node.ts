import { KustomizeError } from "../error.ts";
import { resolveTag, tags } from "./scalar.ts";
import { nodeText } from "./write.ts";

export type NodeKind = "scalar" | "map" | "list";

export interface Entry {
  readonly key: YamlNode;
  value: YamlNode;
}

/**
 * A node of a YAML document as it is being customized. A scalar keeps its text: what it means is
 * only decided when the document is written, so that a "0777" that moves is still one. Nodes are
 * changed in place, and may be shared between places that were set together.
 */
export class YamlNode {
  kind: NodeKind;
  /** Short ("!!int"); empty where only the text says what it is. */
  tag: string;
  /** The text of a scalar. */
  text = "";
  /** Written in quotes or as a block: text, whatever it looks like. */
  quoted = false;
  /** Written with its tag. */
  tagged = false;
  entries: Entry[] = [];
  items: YamlNode[] = [];

  constructor(kind: NodeKind, tag = "") {
    this.kind = kind;
    this.tag = tag;
  }

  /** A scalar of which only the text says what it is. */
  static scalar(text: string, tag = ""): YamlNode {
    const node = new YamlNode("scalar", tag);
    node.text = text;
    return node;
  }

  static text(text: string): YamlNode {
    return YamlNode.scalar(text, tags.text);
  }

  static map(): YamlNode {
    return new YamlNode("map");
  }

  static list(): YamlNode {
    return new YamlNode("list");
  }

  get isNull(): boolean {
    return this.tag === tags.null;
  }

  get isNullOrEmpty(): boolean {
    if (this.isNull) return true;
    if (this.kind === "map") return this.entries.length === 0;
    return this.kind === "list" && this.items.length === 0;
  }

  get isText(): boolean {
    return this.kind === "scalar" && (this.tag === tags.text || this.tag === "");
  }

  /** Becomes what the other is; what is below stays shared. */
  assign(other: YamlNode): void {
    this.kind = other.kind;
    this.tag = other.tag;
    this.text = other.text;
    this.quoted = other.quoted;
    this.tagged = other.tagged;
    this.entries = other.entries;
    this.items = other.items;
  }

  /** Is written as the other is. */
  takeStyle(other: YamlNode): void {
    this.quoted = other.quoted;
    this.tagged = other.tagged;
  }

  copy(): YamlNode {
    const copy = new YamlNode(this.kind, this.tag);
    copy.text = this.text;
    copy.quoted = this.quoted;
    copy.tagged = this.tagged;
    copy.entries = this.entries.map(({ key, value }) => ({ key: key.copy(), value: value.copy() }));
    copy.items = this.items.map((item) => item.copy());
    return copy;
  }

  /** The value of a field; nothing where this is no map. */
  get(name: string): YamlNode | undefined {
    if (this.kind !== "map") return undefined;
    return this.entries.find(({ key }) => key.text === name)?.value;
  }

  /** As `get`, but a list or a scalar has no fields to look for: that is told. */
  field(name: string): YamlNode | undefined {
    if (this.isNull) return undefined;
    expectKind(this, "map");
    return this.get(name);
  }

  /** Sets a field as the stock one does: a new text keeps the quotes of the old one. */
  set(name: string, value: YamlNode): YamlNode {
    quoteIfWord(value);
    const existing = this.field(name);
    if (value.isNull) {
      this.clear(name);
      return value;
    }
    if (existing) {
      value.takeStyle(existing);
      existing.assign(value);
      return existing;
    }
    this.entries.push({ key: YamlNode.scalar(name), value });
    return value;
  }

  /** Puts another text in a scalar's place. */
  replaceScalar(value: YamlNode): void {
    quoteIfWord(value);
    expectKind(this, "scalar");
    if (value.isNull) return;
    value.takeStyle(this);
    this.assign(value);
  }

  clear(name: string): void {
    if (this.isNull) return;
    expectKind(this, "map");
    const at = this.entries.findIndex(({ key }) => key.text === name);
    if (at >= 0) this.entries.splice(at, 1);
  }

  /** The map below a field; made where it is missing. */
  mapAt(name: string): YamlNode {
    return this.field(name) ?? this.set(name, YamlNode.map());
  }

  elements(): readonly YamlNode[] {
    if (this.isNull) return [];
    expectKind(this, "list");
    return this.items;
  }
}

/** Words that YAML 1.1 takes for something else ("on") stay text by being quoted. */
function quoteIfWord(value: YamlNode): void {
  if (value.isText && !value.quoted && isYaml11NonText(value.text)) value.quoted = true;
}

const yaml11Words: ReadonlySet<string> = new Set(
  `y Y yes Yes YES true True TRUE on On ON n N no No NO false False FALSE off Off OFF ~ null Null
  NULL .nan .NaN .NAN .inf .Inf .INF +.inf +.Inf +.INF -.inf -.Inf -.INF`.split(/\s+/),
);

function isYaml11NonText(text: string): boolean {
  if (text === "" || text.includes("\n")) return false;
  if (yaml11Words.has(text)) return true;
  // Collections and quoted text do not parse into bare text either.
  if (/^[[{].*[\]}]$/.test(text)) return true;
  return resolveTag(text) !== tags.text;
}

export function expectKind(node: YamlNode, kind: NodeKind): void {
  if (node.isNull || node.kind === kind) return;
  throw new WrongKindError(node, kind);
}

/** A map where a scalar belongs, and the like. */
export class WrongKindError extends KustomizeError {
  readonly found: NodeKind;

  constructor(node: YamlNode, expected: NodeKind) {
    super(
      `wrong node kind: expected ${kindNames[expected]} but got ${kindNames[node.kind]}: ` +
        `node contents:\n${nodeText(node)}`,
    );
    this.found = node.kind;
  }
}

const kindNames: Readonly<Record<NodeKind, string>> = {
  scalar: "ScalarNode",
  map: "MappingNode",
  list: "SequenceNode",
};
