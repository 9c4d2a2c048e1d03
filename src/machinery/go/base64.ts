import type { ByteString } from "./byte-string.ts";

/** A text that is no base64. */
export class Base64Error extends Error {
  override name = "Base64Error";
}

const alphabet = /[A-Za-z0-9+/]/;

/** Decodes standard base64 with padding; line breaks count for nothing. Throws `Base64Error`. */
export function decodeBase64(encoded: ByteString): ByteString {
  let group = "";
  for (let at = 0; at < encoded.length; at++) {
    const character = encoded.charAt(at);
    if (alphabet.test(character)) group += character;
    else if (character === "=") {
      checkPadding(encoded, at, group.length % 4);
      return atob(group);
    } else if (character !== "\n" && character !== "\r") throw illegalAt(at);
  }
  if (group.length % 4 !== 0) throw illegalAt(encoded.length - (group.length % 4));
  return atob(group);
}

/** From the first "=" on nothing may follow but what fills the group of four. */
function checkPadding(encoded: ByteString, at: number, filled: number): void {
  if (filled < 2) throw illegalAt(at);
  let next = afterLineBreaks(encoded, at + 1);
  if (filled === 2) {
    if (next === encoded.length) throw illegalAt(next);
    if (encoded[next] !== "=") throw illegalAt(next - 1);
    next = afterLineBreaks(encoded, next + 1);
  }
  if (next < encoded.length) throw illegalAt(next);
}

function afterLineBreaks(encoded: ByteString, at: number): number {
  const breaks = /[\r\n]*/y;
  breaks.lastIndex = at;
  return at + (breaks.exec(encoded)?.[0].length ?? 0);
}

function illegalAt(at: number): Base64Error {
  return new Base64Error(`illegal base64 data at input byte ${at}`);
}
