/** Between a cell and the next column. */
const padding = 2;

/**
 * Puts the cells of neighbouring lines under each other. A cell ends with a tab; what follows the
 * last tab of a line takes part in no column. A column lasts as long as lines in a row have it. A
 * vertical tab is as good as a tab, and a form feed is a line's end that ends all columns.
 */
export function alignColumns(text: string): string {
  return text.split("\f").map(alignPage).join("\n");
}

function alignPage(text: string): string {
  const lines = text.split("\n").map((line) => line.split(/[\t\v]/));
  alignFrom(lines, 0, 0, lines.length);
  return lines.map((cells) => cells.join("")).join("\n");
}

/** Pads the cells of `column` and of those behind it, in the lines from `start` up to `end`. */
function alignFrom(lines: string[][], column: number, start: number, end: number): void {
  const hasCell = (index: number) => column < (lines[index]?.length ?? 0) - 1;
  for (let first = start; first < end; first++) {
    if (!hasCell(first)) continue;
    let last = first;
    while (last < end && hasCell(last)) last++;
    const block = lines.slice(first, last);
    const width = Math.max(...block.map((cells) => widthOf(cells[column] ?? "") + padding));
    for (const cells of block) {
      const cell = cells[column] ?? "";
      cells[column] = cell + " ".repeat(width - widthOf(cell));
    }
    alignFrom(lines, column + 1, first, last);
    first = last;
  }
}

/** In code points: that is what kubectl takes for the width of a text, also of wide letters. */
function widthOf(text: string): number {
  let width = 0;
  for (const _ of text) width++;
  return width;
}
