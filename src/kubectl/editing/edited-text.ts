import { goJson } from "#machinery/codec/go-json.ts";
import { parseYaml } from "#machinery/codec/yaml.ts";

/** Without the lines that are comments. */
export function withoutComments(text: string): string {
  return text
    .split("\n")
    .filter((line) => !/^\s*#(?!!)/.test(line))
    .join("\n");
}

/** What a text says, for telling whether somebody changed it. */
export function meaningOf(text: string): string {
  try {
    return goJson(parseYaml(text, { exactIntegers: true }).map(({ value }) => value));
  } catch {
    // What cannot be read is as different as its lines are.
    return withoutComments(text);
  }
}

/** Whether anything but comments is left of it. */
export function hasContent(text: string): boolean {
  return text.split("\n").some((line) => line.trim() !== "" && !line.trim().startsWith("#"));
}

/** Why what was saved could not be taken. */
export interface Reason {
  readonly head: string;
  readonly details: readonly string[];
}

const instructions = {
  object: `# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
`,
  configuration: `# Please edit the 'last-applied-configuration' annotations below.
# Lines beginning with a '#' will be ignored, and an empty file will abort the edit.
#
`,
};

/** What stands above the object in the editor. */
export function headerOf(what: keyof typeof instructions, reasons: readonly Reason[]): string {
  const told = reasons.map(({ head, details }) => {
    const colon = details.length > 0 ? ":" : "";
    const lines = details.map((detail) => `# * ${commented(detail)}\n`);
    return `# ${commented(head)}${colon}\n${lines.join("")}#\n`;
  });
  return instructions[what] + told.join("");
}

function commented(text: string): string {
  return text.replaceAll(/\n(?=[^#])/g, "\n# ");
}
