import { writeSync } from "node:fs";

/**
 * Writes lines to a descriptor, stdout if none is given. What cannot be written is left out, and
 * how much that was is said once it can: a log on a full disk must not end the process.
 */
export function logOutput(descriptor = 1): (line: string) => void {
  let missing = 0;
  return (line) => {
    const notice =
      missing > 0 ? `\n(${missing} lines are missing here: they could not be written)\n` : "";
    const bytes = new TextEncoder().encode(notice + line);
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
      missing = 0;
    } catch {
      // There is nowhere to tell of it.
      missing++;
    }
  };
}
