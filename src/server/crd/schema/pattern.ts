/**
 * Regular expressions of schemas are in Go's dialect (RE2): no backreferences and no lookaround,
 * flags in groups, anchors such as \A and \z, and classes such as [[:alpha:]] and \pL.
 */
export function compilePattern(pattern: string): RegExp {
  let compiled = compiledPatterns.get(pattern);
  if (!compiled) {
    compiled = compile(pattern);
    if (compiledPatterns.size < compiledMax) compiledPatterns.set(pattern, compiled);
  }
  return compiled;
}

const compiledPatterns = new Map<string, RegExp>();
const compiledMax = 1000;

/** What is wrong with a pattern, as Go's parser words it; undefined where nothing is. */
export function patternError(pattern: string): string | undefined {
  const banned = /\(\?(?:=|!|<=|<!)/.exec(pattern.replace(/\\./g, "__"));
  if (banned) {
    return `error parsing regexp: invalid or unsupported Perl syntax: \`${banned[0].slice(0, 3)}\``;
  }
  const backreference = /(?<!\\)(?:\\\\)*(\\[1-9])/.exec(pattern);
  if (backreference) {
    return `error parsing regexp: invalid escape sequence: \`${backreference[1] ?? ""}\``;
  }
  try {
    compilePattern(pattern);
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return `error parsing regexp: ${reasonOf(error.message, pattern)}`;
  }
}

function reasonOf(message: string, pattern: string): string {
  const quoted = `\`${pattern}\``;
  if (/Unterminated group/.test(message)) return `missing closing ): ${quoted}`;
  if (/Unmatched '\)'/.test(message)) return `unexpected ): ${quoted}`;
  if (/Unterminated character class/.test(message)) {
    return `missing closing ]: \`${pattern.slice(pattern.lastIndexOf("["))}\``;
  }
  if (/Nothing to repeat/.test(message)) {
    const operator = /[*+?]/.exec(pattern)?.[0] ?? "*";
    return `missing argument to repetition operator: \`${operator}\``;
  }
  if (/trailing|\\ at end/.test(message)) return "trailing backslash at end of expression: ``";
  if (/out of order/.test(message)) {
    const range = /(\S)-(\S)/.exec(pattern)?.[0] ?? pattern;
    return `invalid character class range: \`${range}\``;
  }
  return `invalid or unsupported Perl syntax: ${quoted}`;
}

const posixClasses: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  ascii: "\\x00-\\x7F",
  blank: "\\t ",
  cntrl: "\\x00-\\x1F\\x7F",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`{-~",
  space: "\\t\\n\\v\\f\\r ",
  upper: "A-Z",
  word: "0-9A-Za-z_",
  xdigit: "0-9A-Fa-f",
};

/** Rewrites what Go writes differently; what the two share stays as it is. */
function compile(pattern: string): RegExp {
  let flags = "u";
  let source = pattern.replace(/^\(\?([ims]+)\)/, (_, given: string) => {
    for (const flag of given) flags += flag;
    return "";
  });
  source = source
    .replace(/\[:(\w+):\]/g, (whole, name: string) => posixClasses[name] ?? whole)
    .replace(/\(\?P</g, "(?<")
    .replace(/\\A/g, "^")
    .replace(/\\z/g, "$")
    .replace(/\\p([A-Z])(?!\{)/g, "\\p{$1}")
    .replace(/\\p\{([A-Z][a-z]{2,})\}/g, "\\p{Script=$1}")
    .replace(/\\Q(.*?)\\E/g, (_, literal: string) =>
      literal.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"),
    );
  try {
    return new RegExp(source, flags);
  } catch (error) {
    // Escapes that Go allows and the stricter mode does not, such as "\-" or "\_".
    if (
      error instanceof SyntaxError &&
      /Invalid (escape|property)|Lone quantifier/.test(error.message)
    ) {
      return new RegExp(source, flags.replace("u", ""));
    }
    throw error;
  }
}
