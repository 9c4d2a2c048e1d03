import type { YAMLParseError } from "yaml";

/**
 * Which parser's words are wanted: upstream's files are read by the one that counts from where it
 * stumbles, kustomize's resources by the one that counts from what it was reading.
 */
export type YamlReader = "manifests" | "resources";

/** What is wrong with a text, in the words of upstream's parser: they are searched for. */
export function yamlProblem(
  error: YAMLParseError,
  text: string,
  reader: YamlReader = "manifests",
): string {
  const { problem, line } = problemOf(error, text, reader === "resources");
  return line > 0 ? `yaml: line ${line}: ${problem}` : `yaml: ${problem}`;
}

interface Problem {
  readonly problem: string;
  /** Less than 1 where upstream names none. */
  readonly line: number;
}

function problemOf(error: YAMLParseError, text: string, fromContext: boolean): Problem {
  const [message = ""] = error.message.split("\n");
  const at = error.pos[0];
  const lineAt = (position: number) => text.slice(0, position).split("\n").length;
  const line = lineAt(at);
  // Its scanner counts as people do, except that the first line is none; its parser from 0.
  const scanned = (problem: string, real = line) => ({ problem, line: real > 1 ? real : 0 });
  const parsed = (problem: string, real = line) => ({ problem, line: real - 1 });
  switch (error.code) {
    case "BLOCK_AS_IMPLICIT_KEY":
    case "MULTILINE_IMPLICIT_KEY":
      return implicitKeyProblem(error, text, fromContext);
    case "BAD_INDENT":
      return message.startsWith("Flow ")
        ? flowProblem(message, text, at, fromContext)
        : missingKey(text, at, fromContext);
    case "BLOCK_IN_FLOW":
      return parsed("did not find expected node content");
    case "UNEXPECTED_TOKEN":
      return parsed("did not find expected key");
    case "BAD_SCALAR_START":
      return scanned("found character that cannot start any token");
    case "TAB_AS_INDENT": {
      const [previous = ""] = text.slice(0, at).trimEnd().split("\n").slice(-1);
      if (previous.endsWith(":")) return scanned("found character that cannot start any token");
      const real = fromContext ? line - 1 : line;
      return scanned("found a tab character that violates indentation", real);
    }
    case "MISSING_CHAR": {
      if (message.startsWith("Implicit map keys")) {
        return scanned("could not find expected ':'", fromContext ? line : line + 1);
      }
      const quote = /closing (["'])quote/.exec(message)?.[1];
      if (quote === undefined) {
        return /\bflow\b/i.test(message)
          ? flowProblem(message, text, at, fromContext)
          : missingKey(text, at, fromContext);
      }
      const real = fromContext ? lineAt(text.lastIndexOf(quote)) : lastLine(text);
      return scanned("found unexpected end of stream", real);
    }
    default:
      return scanned(message.replace(/ at line \d+.*$/, ""));
  }
}

/** A colon where none may be, or none where one has to be. */
function implicitKeyProblem(error: YAMLParseError, text: string, fromContext: boolean): Problem {
  const at = error.pos[0];
  const before = text.slice(0, at).split("\n");
  const line = before.length;
  if (/^\s*-(\s|$)/.test(text.slice(at))) return missingKey(text, at, fromContext);
  const atStart = (before.at(-1) ?? "").trim() === "";
  if (error.code === "MULTILINE_IMPLICIT_KEY" && atStart) {
    return { problem: "could not find expected ':'", line: fromContext ? line : line + 1 };
  }
  const colon = text.slice(at).search(/:(?=\s|$)/);
  const real = line + text.slice(at, at + Math.max(colon, 0)).split("\n").length - 1;
  return { problem: "mapping values are not allowed in this context", line: real > 1 ? real : 0 };
}

/** Something else where a map's next key belongs. What was being read is the map. */
function missingKey(text: string, at: number, fromContext: boolean): Problem {
  const problem = "did not find expected key";
  const lines = text.split("\n");
  const line = text.slice(0, at).split("\n").length;
  if (!fromContext) return { problem, line: line - 1 };
  const indents = lines.map((content) => (content.trim() === "" ? Infinity : content.search(/\S/)));
  const own = indents[line - 1] ?? 0;
  const isItem = /^\s*-/.test(lines[line - 1] ?? "");
  const above = indents.slice(0, line - 1);
  const mapIndent = isItem ? own : (above.findLast((indent) => indent < own) ?? 0);
  const outside = above.findLastIndex((indent) => indent < mapIndent);
  const start = above.findIndex((indent, index) => index > outside && indent < Infinity);
  return { problem, line: start > 0 ? start : line - 1 };
}

/** A list or map in brackets that does not end. */
function flowProblem(message: string, text: string, at: number, fromContext: boolean): Problem {
  const isMap = /\bmap\b|\}/.test(message);
  const before = text.slice(0, at).trimEnd();
  const expectsItem = /[[,]$/.test(before) && !isMap;
  const opened = text.lastIndexOf(isMap ? "{" : "[", at);
  const atEnd = text.slice(at).trim() === "";
  const found = atEnd ? lastLine(text) : text.slice(0, at).split("\n").length;
  const real = fromContext ? text.slice(0, opened).split("\n").length : found;
  return {
    problem: expectsItem
      ? "did not find expected node content"
      : `did not find expected ',' or '${isMap ? "}" : "]"}'`,
    line: real > 1 ? real - 1 : found - 1,
  };
}

/** Every line ends, the last one too. */
function lastLine(text: string): number {
  return text.split("\n").length + (text.endsWith("\n") ? 0 : 1);
}
