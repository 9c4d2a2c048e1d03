/** Columns are aligned as Go's text/tabwriter does it, with cells of different lines. */
export interface TabwriterOptions {
  readonly minWidth: number;
  readonly padding: number;
}

/** As `kubectl get` prints tables. */
export const tableOptions: TabwriterOptions = { minWidth: 6, padding: 3 };

/** Rows of one width; the last cell of a row is not padded. */
export function alignRows(
  rows: readonly (readonly string[])[],
  { minWidth, padding }: TabwriterOptions = tableOptions,
): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.slice(0, -1).entries()) {
      widths[index] = Math.max(widths[index] ?? 0, Array.from(cell).length);
    }
  }
  return rows
    .map((row) => {
      const cells = row.map((cell, index) => {
        if (index === row.length - 1) return cell;
        const width = widths[index] ?? 0;
        const column = Math.max(minWidth, width + padding);
        return cell + " ".repeat(column - Array.from(cell).length);
      });
      return `${cells.join("")}\n`;
    })
    .join("");
}
