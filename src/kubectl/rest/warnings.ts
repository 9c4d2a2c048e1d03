/**
 * The texts of a Warning header: `299 - "text", 299 agent "other"`. What is not understood is left
 * out: a warning never fails a command.
 */
export function warningsOf(header: string): string[] {
  const found: string[] = [];
  for (const match of header.matchAll(/(\d{3}) (?:\S+) "((?:[^"\\]|\\.)*)"/g)) {
    if (match[1] === "299") found.push((match[2] ?? "").replace(/\\(.)/g, "$1"));
  }
  return found;
}
