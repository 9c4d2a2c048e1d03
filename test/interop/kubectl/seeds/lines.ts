/** What stands in a document for a word that each reader has another of. */
const anything = "*";

/**
 * Every line of kubectl in a document, in one form: without "kubectl", words as a shell makes them,
 * what each reader has to put in himself as `*`. Sentences that only name a command give its name.
 */
export function kubectlLinesOf(document: string): string[] {
  const whole = document.replaceAll(/\s*\\\r?\n\s*/g, " ");
  const found: string[] = [];
  for (const line of whole.split(/\r?\n/)) {
    for (const match of line.matchAll(/(?<![\w/.-])kubectl\s+/gi)) {
      const before = line.at(match.index - 1) ?? "";
      const rest = line.slice(match.index + match[0].length);
      const quoted = match.index > 0 && /["'`]/.test(before) ? before : "";
      const form = normalForm(quoted ? upTo(rest, quoted) : rest);
      // Nothing, or the number of a version.
      if (/^[a-z]/.test(form)) found.push(form);
    }
  }
  return [...new Set(found)];
}

/** The words behind "kubectl" up to where the command ends, which may be where a sentence goes on. */
export function normalForm(text: string): string {
  const words = wordsOf(withPlaceholders(text)).map(withCommonNames);
  // A dash or a full stop of the sentence around it.
  while (words.at(-1) === "-" || words.at(-1) === ".") words.pop();
  if (words.length === 1) return (words[0] ?? "").replace(/\.$/, "");
  return words.map(written).join(" ");
}

/** Whether a command is what a line of a document asks for. */
export function isRunBy(line: string): (command: string) => boolean {
  // Only a name: whatever the command is given.
  if (!line.includes(" ")) return (command) => command === line || command.startsWith(`${line} `);
  const pattern = line
    .split(anything)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join("[^ ]*");
  const expression = new RegExp(`^${pattern}$`);
  return (command) => expression.test(command);
}

function upTo(text: string, quote: string): string {
  const end = text.indexOf(quote);
  return end < 0 ? text : text.slice(0, end);
}

function withPlaceholders(text: string): string {
  return text
    .replaceAll(/\[[^\][]*\p{Script=Hangul}[^\][]*\]/gu, anything)
    .replaceAll(/<[\p{Script=Hangul}\w-]+>/gu, anything)
    .replaceAll(/\bkubernetes-node-\w+/g, anything);
}

/** Where manifests lie, and ports that have to be free, are the reader's own. */
function withCommonNames(word: string): string {
  return word
    .replace(
      /^https:\/\/(k8s\.io|raw\.githubusercontent\.com\/kubernetes\/website\/main\/content\/en)\/examples\//,
      "WEB/",
    )
    .replace(/^\/tmp\/pss\//, "")
    .replace(/^(8080|PORT):80$/, "PORT:80");
}

/** As a shell would read it again. */
function written(word: string): string {
  const text = word.replaceAll("\n", String.raw`\n`);
  return /^[^\s'"|;&<>()$`]+$/.test(text) ? text : `'${text}'`;
}

/** The words of the first command, as a shell reads them. */
function wordsOf(text: string): string[] {
  const reader = { text, at: 0 };
  const words: string[] = [];
  for (;;) {
    while (reader.text[reader.at] === " " || reader.text[reader.at] === "\t") reader.at++;
    const word = wordAt(reader);
    if (word === undefined) return words;
    words.push(word.text);
    if (word.ends) return words;
  }
}

interface Reader {
  readonly text: string;
  at: number;
}

/** Undefined where the command ends; `ends` where it does right behind the word. */
function wordAt(reader: Reader): { text: string; ends: boolean } | undefined {
  let word: string | undefined;
  const add = (part: string) => (word = (word ?? "") + part);
  for (;;) {
    const rest = reader.text.slice(reader.at);
    const character = rest[0] ?? "";
    if (character === " " || character === "\t") return { text: word ?? "", ends: false };
    if (character === "" || /[|;&<>`)\p{Script=Hangul}]/u.test(character)) {
      return word === undefined ? undefined : { text: word, ends: true };
    }
    const [piece, value] = pieceAt(rest);
    reader.at += piece.length;
    add(value);
  }
}

/** The next quoted or unquoted piece of a word: as it is written, and what it stands for. */
function pieceAt(rest: string): readonly [string, string] {
  const ansi = /^\$'((?:[^'\\]|\\.)*)'/.exec(rest);
  if (ansi) return [ansi[0], (ansi[1] ?? "").replaceAll(String.raw`\n`, "\n")];
  const single = /^'([^']*)'/.exec(rest);
  if (single) return [single[0], single[1] ?? ""];
  const double = /^"((?:[^"\\]|\\.)*)"/.exec(rest);
  if (double) {
    return [double[0], (double[1] ?? "").replaceAll(/\\(.)/g, "$1").replaceAll(/\$\w+/g, anything)];
  }
  const substituted = /^\$\([^)]*\)|^\$\w+/.exec(rest);
  if (substituted) return [substituted[0], anything];
  return [rest.slice(0, 1), rest.slice(0, 1)];
}
