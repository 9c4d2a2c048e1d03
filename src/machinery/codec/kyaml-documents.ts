import { isAlias, isCollection, isMap, isScalar, isSeq, parseAllDocuments } from "yaml";
import type { Document, Node, Pair, ParsedNode, Scalar } from "yaml";
import type { Comments, KyamlNode } from "./kyaml.ts";
import { writeKyaml } from "./kyaml.ts";
import { isNumber } from "./yaml-words.ts";
import { YamlError } from "./yaml.ts";

/** Writes the documents of a text as KYAML, with their comments. Throws `YamlError`. */
export function yamlToKyaml(text: string): string {
  const parsed = parseAllDocuments(text, { logLevel: "silent", merge: false });
  const documents: Document.Parsed[] = Array.isArray(parsed) ? parsed : [];
  return documents.map((document) => writeKyaml(documentNode(document))).join("");
}

function documentNode(document: Document.Parsed): KyamlNode {
  const [error] = document.errors;
  if (error) throw new YamlError(`yaml: ${error.message.split("\n")[0] ?? ""}`);
  const { contents, commentBefore, comment } = document;
  // Behind a "---", a comment is the first entry's; at the start of a text it is the document's.
  const isInside = document.directives.docStart === true;
  const node = nodeOf(contents, document, isInside ? contents?.commentBefore : undefined);
  const before = [commentBefore, isInside ? undefined : contents?.commentBefore];
  const comments = commentsOf(before, undefined, [comment]);
  return { ...node, comments };
}

/** `before` stands in front of the first thing that a list or map holds. */
function nodeOf(node: Node | null, document: Document.Parsed, before?: string | null): KyamlNode {
  if (isAlias(node)) return nodeOf(node.resolve(document) ?? null, document);
  if (isMap<ParsedNode, ParsedNode | null>(node)) {
    const entries = node.items.map((pair, at) =>
      entryOf(pair, document, at === 0 ? before : undefined),
    );
    return { kind: "map", entries };
  }
  if (isSeq<ParsedNode>(node)) {
    const items = node.items.map((item, at) => ({
      ...nodeOf(item, document),
      comments: commentsOf([at === 0 ? before : undefined, item.commentBefore], item.comment, []),
    }));
    return { kind: "list", items };
  }
  return isScalar(node) ? scalarOf(node) : { kind: "word", text: "null" };
}

function entryOf(
  { key, value }: Pair<ParsedNode, ParsedNode | null>,
  document: Document.Parsed,
  before: string | null | undefined,
) {
  const isBlock = isCollection(value) && !value.flow;
  const inside = isCollection(value) ? value.commentBefore : undefined;
  const comments = commentsOf(
    [before, key.commentBefore, isCollection(value) ? undefined : value?.commentBefore],
    key.comment ?? (isBlock ? undefined : value?.comment),
    [isBlock ? value.comment : undefined],
  );
  const name = isScalar(key) ? (key.source ?? String(key.value)) : "";
  const inner = nodeOf(value, document, inside);
  return { key: name, value: { ...inner, comments } };
}

/** Only bare words can be something else than text. */
function scalarOf({ source = "", type, value }: Scalar): KyamlNode {
  if (type !== "PLAIN") return { kind: "text", text: String(value) };
  const isWord = /^(?:|~|null|Null|NULL|true|True|TRUE|false|False|FALSE)$/.test(source);
  if (isWord || isNumber(source)) return { kind: "word", text: source };
  return { kind: "text", text: source };
}

function commentsOf(
  before: readonly (string | null | undefined)[],
  beside: string | null | undefined,
  after: readonly (string | null | undefined)[],
): Comments | undefined {
  const lines = (texts: readonly (string | null | undefined)[]) =>
    texts.flatMap((text) => (text ? text.split("\n").map((line) => `#${line}`) : []));
  const [besideLine] = lines([beside]);
  const comments = { before: lines(before), after: lines(after) };
  if (!besideLine && comments.before.length + comments.after.length === 0) return undefined;
  return { ...comments, ...(besideLine && { beside: besideLine }) };
}
