import { alignColumns } from "./columns.ts";

/** How far a level of indentation goes in. */
const step = "  ";

export interface ValueListLayout {
  /** In front of the label, and in front of each further line. */
  readonly indent?: string;
  /** In front of each value. */
  readonly before?: string;
  /** What stands for no values. */
  readonly none?: string;
}

/** Collects the lines of a description. Cells of neighbouring lines end up under each other. */
export class DescribeWriter {
  #finished = "";
  #text = "";

  /** One line of cells. */
  row(level: number, ...cells: readonly string[]): void {
    this.raw(`${step.repeat(level)}${cells.join("\t")}\n`);
  }

  /** `Label:  value` */
  field(level: number, label: string, value: string | number | boolean): void {
    this.row(level, `${label}:`, String(value));
  }

  /** A line of headings, one of dashes below them, and the rows. */
  table(level: number, headings: readonly string[], rows: Iterable<readonly string[]>): void {
    this.row(level, ...headings);
    this.row(level, ...headings.map((heading) => "-".repeat(heading.length)));
    for (const row of rows) this.row(level, ...row);
  }

  /** A label and values below each other. */
  valueList(label: string, values: readonly string[], layout: ValueListLayout = {}): void {
    const { indent = "", before = "", none = "<none>" } = layout;
    if (values.length === 0) this.raw(`${indent}${label}:\t${none}\n`);
    for (const [index, value] of values.entries()) {
      this.raw(`${indent}${index === 0 ? `${label}:` : ""}\t${before}${value}\n`);
    }
  }

  /** Text as it is, which may be a part of a line. What would move the cursor is made visible. */
  raw(text: string): void {
    this.#text += text.replaceAll("\x1b", "^[").replaceAll("\r", "\\r");
  }

  /** Columns of what comes now do not depend on what came before. */
  startColumnsAnew(): void {
    this.#finished += alignColumns(this.#text);
    this.#text = "";
  }

  /** With tabs for the columns: how `rollout history` shows a template. */
  unaligned(): string {
    return this.#finished + this.#text;
  }

  toString(): string {
    return this.#finished + alignColumns(this.#text);
  }
}
