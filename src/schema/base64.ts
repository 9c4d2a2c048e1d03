import { fromBase64, toBase64 } from "#base/bytes.ts";

const canonical =
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/;
const alphabet = /[A-Za-z0-9+/]/;

/** Text without line breaks and stray bits, or where it is no base64, counted as Go counts. */
export function canonicalBase64(
  text: string,
): { readonly ok: true; readonly text: string } | { readonly ok: false; readonly at: number } {
  if (canonical.test(text)) return { ok: true, text };
  const at = corruptAt(text);
  if (at !== undefined) return { ok: false, at };
  return { ok: true, text: toBase64(fromBase64(text.replace(/[\r\n]/g, ""))) };
}

function corruptAt(text: string): number | undefined {
  let inGroup = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "\n" || character === "\r") continue;
    if (character === "=") return corruptPadding(text, at, inGroup);
    if (!alphabet.test(character)) return at;
    inGroup = (inGroup + 1) % 4;
  }
  return inGroup === 0 ? undefined : text.length - inGroup;
}

/** Nothing but the rest of the padding may follow it. */
function corruptPadding(text: string, at: number, inGroup: number): number | undefined {
  if (inGroup < 2) return at;
  const next = nextIndex(text, at);
  if (inGroup === 3) return next;
  if (next === undefined) return text.length;
  return text[next] === "=" ? nextIndex(text, next) : next;
}

/** Of the next character that is no line break. */
function nextIndex(text: string, at: number): number | undefined {
  for (let next = at + 1; next < text.length; next++) {
    if (text[next] !== "\n" && text[next] !== "\r") return next;
  }
  return undefined;
}
