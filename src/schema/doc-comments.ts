/** What is written above a message and above its fields. */
export interface MessageDocs {
  /** Missing where nothing is written. */
  readonly description?: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** By the messages' schema names. */
export type Docs = Readonly<Record<string, MessageDocs>>;

const classLine = /^export abstract class \w+ extends (?:message|kind)\(/;
const schemaName = /"(io\.k8s\.[\w.-]+)"/;
const builders =
  "string|bool|int32|int64|uint32|uint64|double|bytes|quantity|time|microTime|duration|" +
  "intOrString|json|either|oneOf|object|list|map|mapOfLists";
const fieldLine = new RegExp(`^\\s+(?:"([^"]+)"|([\\w$]+)): (?:${builders})\\(`);

/**
 * Reads the doc comments of a file of definitions. It goes by lines and relies on the formatter: a
 * class and a field each begin a line, and their comment stands right above. Who needs all of
 * them compares with the definitions themselves.
 */
export function docComments(source: string): Docs {
  const docs: Record<string, { description?: string; fields: Record<string, string> }> = {};
  let current: { description?: string; fields: Record<string, string> } | undefined;
  let comment: string[] | undefined;
  let isOpen = false;
  let classComment: string | undefined;
  let awaitsName = false;

  for (const line of source.split("\n")) {
    if (isOpen || /^\s*\/\*\*/.test(line)) {
      if (!isOpen) comment = [];
      comment?.push(line.replace(/^\s*(\/\*\*|\*(?!\/))? ?/, "").replace(/\s*\*\/\s*$/, ""));
      isOpen = !line.includes("*/");
      continue;
    }
    if (classLine.test(line)) {
      classComment = comment && joined(comment);
      awaitsName = true;
    }
    const [, name] = (awaitsName && schemaName.exec(line)) || [];
    if (name) {
      current = { ...(classComment && { description: classComment }), fields: {} };
      docs[name] = current;
      awaitsName = false;
    }
    const [, quoted, plain] = fieldLine.exec(line) ?? [];
    const field = quoted ?? plain;
    if (field && comment && current) current.fields[field] = joined(comment);
    comment = undefined;
  }
  return docs;
}

/** Lines are one text again; an empty line and a dash begin a new one. */
function joined(lines: readonly string[]): string {
  let text = "";
  for (const line of lines.map((line) => line.trim())) {
    if (line === "") text += text && "\n\n";
    else if (line.startsWith("- ")) text += `${text.endsWith("\n") || !text ? "" : "\n"}${line}`;
    else text += `${text === "" || text.endsWith("\n") ? "" : " "}${line}`;
  }
  return text.trim();
}
