/**
 * How deep a body may be nested. Upstream's parser stops at 10,000; ours are recursive like every
 * step behind them, and no kind comes near a tenth of that.
 */
export const nestingMax = 1000;

/** Upstream's words for what is nested too deeply. */
export const tooDeep = "exceeded max depth";

/** Whether a JSON text is nested too deeply, told without parsing it. */
export function isJsonTooDeep(text: string): boolean {
  if (text.length < nestingMax) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = endOfString(text, at);
        break;
      case openBrace:
      case openBracket:
        if (++depth > nestingMax) return true;
        break;
      case closeBrace:
      case closeBracket:
        depth--;
        break;
      default:
    }
  }
  return false;
}

const quote = 0x22;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** Where the string that begins at `start` ends. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end;
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text[at - 1 - slashes] === "\\") slashes++;
  return slashes % 2 === 1;
}

/** Whether a value, which stands `outer` levels deep, reaches beyond the limit. */
export function isTooDeep(value: unknown, outer = 0): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (outer >= nestingMax) return true;
  for (const inner of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) {
    if (isTooDeep(inner, outer + 1)) return true;
  }
  return false;
}
