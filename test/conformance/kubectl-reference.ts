import { readReference } from "./reference.ts";

/** What the reference says of one command of the stock kubectl. */
export interface ReferenceCommand {
  /** "kubectl config view"; "kubectl" for the program itself. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly flags: readonly ReferenceFlag[];
  /** What `--help` prints. */
  readonly help: string;
}

export interface ReferenceFlag {
  /** Without dashes. */
  readonly name: string;
  readonly short: string;
  /** As help shows it. */
  readonly default: string;
}

export const referenceFile = "kubectl-commands.txt";

export function readKubectlReference(): ReferenceCommand[] {
  const text = readReference(referenceFile);
  const names = linesOf(text, "COMMAND TREE").map((line) => line.trim());
  const aliases = tableOf(text, "ALIASES");
  const helps = helpsOf(text);
  return names.map((name) => {
    const help = helps.get(name) ?? "";
    return {
      name,
      aliases: (aliases.find(([command]) => command === name)?.[1] ?? "").split(", ").slice(1),
      flags: flagsOf(help),
      help,
    };
  });
}

/** What stands below "Options:". */
function flagsOf(help: string): ReferenceFlag[] {
  const from = Math.max(help.indexOf("\nOptions:\n"), help.indexOf("\n\n    --as="));
  if (from < 0) return [];
  return [...help.slice(from).matchAll(/^ {4}(?:-(\w), )?--([\w-]+)=(.*):$/gm)].map(
    ([, short = "", name = "", value = ""]) => ({ name, short, default: value }),
  );
}

/** The lines below a title that begins with the words. */
function linesOf(text: string, title: string): string[] {
  const at = text.indexOf(`\n## ${title}`);
  const from = text.indexOf("\n", at + 1) + 1;
  return text.slice(from, text.indexOf("\n\n", from)).split("\n");
}

function tableOf(text: string, title: string): string[][] {
  return linesOf(text, title).map((line) => line.split("\t"));
}

/** Each is below a bar, a title and a bar. */
function helpsOf(text: string): Map<string, string> {
  const bar = "=".repeat(100);
  const parts = text.split(`${bar}\n`).slice(1);
  const helps = new Map<string, string>();
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const title = (parts[index] ?? "")
      .trim()
      .replace(/^=== /, "")
      .replace(/ --help$/, "")
      .trim();
    helps.set(title, `${(parts[index + 1] ?? "").trimEnd()}\n`);
  }
  return helps;
}
