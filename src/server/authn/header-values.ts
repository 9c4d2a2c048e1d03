/**
 * Headers that may occur several times and whose values may hold commas; whoever reads requests
 * from a connection joins them with line feeds, which no header's value can have.
 */
export function isListHeader(name: string): boolean {
  return name.startsWith("impersonate-") || name.startsWith("x-remote-");
}

/** The values of a header that may occur several times. */
export function headerValues(header: string | undefined): string[] {
  return header === undefined ? [] : header.split("\n");
}
