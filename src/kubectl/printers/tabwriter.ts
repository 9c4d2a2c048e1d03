/** How Go's text/tabwriter aligns cells. */
export interface TabwriterOptions {
  /** Of a column, its padding included. */
  readonly minWidth: number;
  readonly padding: number;
  /** Columns stay as wide as they once were, also behind lines that have none. */
  readonly remembersWidths?: boolean;
}

/** As `kubectl get` prints tables. */
export const tableOptions: TabwriterOptions = { minWidth: 6, padding: 3, remembersWidths: true };

/** As `kubectl describe` prints fields. */
export const descriptionOptions: TabwriterOptions = { minWidth: 0, padding: 2 };

/** A tab ends each cell but the last of a row, which is not padded. */
export function alignRows(
  rows: readonly (readonly string[])[],
  options: TabwriterOptions = tableOptions,
): string {
  return new Tabwriter(options).rows(rows);
}

export function alignText(text: string, options: TabwriterOptions): string {
  const writer = new Tabwriter(options);
  return writer.write(text) + writer.flush();
}

interface Cell {
  readonly text: string;
  /** In characters; wide ones of East Asia count for one, as upstream counts them. */
  readonly width: number;
}

/**
 * Puts the cells of neighbouring lines under each other. A tab ends a cell; what follows the last
 * tab of a line takes part in no column, and a column lasts as long as lines in a row have it.
 */
export class Tabwriter {
  readonly #options: TabwriterOptions;
  /** The widest that each column was. */
  readonly #widest: number[] = [];
  #lines: Cell[][] = [[]];
  /** Of the cell that has not ended. */
  #open = "";

  constructor(options: TabwriterOptions) {
    this.#options = options;
  }

  /** All of the rows, below the columns of those before them. */
  rows(rows: readonly (readonly string[])[]): string {
    return this.write(rows.map((row) => `${row.join("\t")}\n`).join("")) + this.flush();
  }

  /** Takes text, and returns the lines that later ones cannot change any more. */
  write(text: string): string {
    let ready = "";
    let start = 0;
    for (const { 0: end, index } of text.matchAll(/[\t\v\n\f]/g)) {
      this.#open += text.slice(start, index);
      start = index + 1;
      const cells = this.#endCell();
      if (end === "\t" || end === "\v") continue;
      this.#lines.push([]);
      // A line without a column stands between two blocks, and so does a form feed.
      if (end === "\f" || cells === 1) ready += this.flush();
    }
    this.#open += text.slice(start);
    return ready;
  }

  /** Returns all that is left; what comes after it is aligned anew. */
  flush(): string {
    if (this.#open) this.#endCell();
    const lines = this.#lines;
    this.#lines = [[]];
    return this.#format(lines, []);
  }

  #endCell(): number {
    const line = this.#lines.at(-1) ?? [];
    line.push({ text: this.#open, width: widthOf(this.#open) });
    this.#open = "";
    return line.length;
  }

  #format(lines: readonly Cell[][], widths: readonly number[], isWhole = true): string {
    const column = widths.length;
    const has = (line: readonly Cell[] | undefined) =>
      line !== undefined && column < line.length - 1;
    let text = "";
    let printed = 0;
    for (let at = 0; at < lines.length; at++) {
      if (!has(lines[at])) continue;
      text += this.#print(lines.slice(printed, at), widths, false);
      let end = at;
      while (has(lines[end])) end++;
      const block = lines.slice(at, end);
      const isLast = isWhole && end === lines.length;
      text += this.#format(block, [...widths, this.#width(block, widths)], isLast);
      printed = end;
      at = end;
    }
    return text + this.#print(lines.slice(printed), widths, isWhole);
  }

  /** Of the next column behind those whose widths are known. */
  #width(block: readonly Cell[][], widths: readonly number[]): number {
    const { minWidth, padding, remembersWidths } = this.#options;
    const column = widths.length;
    let width = minWidth;
    for (const line of block) width = Math.max(width, (line[column]?.width ?? 0) + padding);
    if (!remembersWidths) return width;
    width = Math.max(width, this.#widest[column] ?? 0);
    this.#widest[column] = width;
    return width;
  }

  /** The last line of all has no end yet. */
  #print(lines: readonly Cell[][], widths: readonly number[], isWhole: boolean): string {
    const texts = lines.map((line) =>
      line.map(({ text, width }, at) => text + " ".repeat((widths[at] ?? width) - width)).join(""),
    );
    return texts.join("\n") + (texts.length > 0 && !isWhole ? "\n" : "");
  }
}

function widthOf(text: string): number {
  let width = 0;
  for (const _ of text) width++;
  return width;
}
