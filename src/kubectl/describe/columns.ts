import { alignText, descriptionOptions } from "../printers/tabwriter.ts";

/** Puts the cells of neighbouring lines under each other; a cell ends with a tab. */
export function alignColumns(text: string): string {
  return alignText(text, descriptionOptions);
}
