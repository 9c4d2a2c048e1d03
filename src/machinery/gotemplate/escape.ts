import { isPrintable, runeAt } from "../go/byte-string.ts";
import type { ByteString } from "../go/byte-string.ts";

const html: Readonly<Record<string, string>> = {
  "\0": "\xef\xbf\xbd",
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
};

export function escapeHtml(text: ByteString): ByteString {
  // eslint-disable-next-line no-control-regex -- U+0000 is what a browser would drop
  return text.replace(/[\0"'&<>]/g, (character) => html[character] ?? character);
}

export function escapeJavaScript(text: ByteString): ByteString {
  let result = "";
  for (let at = 0; at < text.length;) {
    const { code, size } = runeAt(text, at);
    const bytes = text.slice(at, at + size);
    const isEscaped = `\\'"`.includes(bytes);
    if (isEscaped) result += `\\${bytes}`;
    else if (code < 0x20 || "<>&=".includes(bytes)) result += `\\u${hex(code, 4)}`;
    else if (code < 0x80 || isPrintable(code)) result += bytes;
    else result += `\\u${hex(code, 4)}`;
    at += size;
  }
  return result;
}

export function escapeQuery(text: ByteString): ByteString {
  return text.replace(/[^\w.~-]/g, (byte) =>
    byte === " " ? "+" : `%${hex(byte.charCodeAt(0), 2)}`,
  );
}

function hex(code: number, digits: number): string {
  return code.toString(16).toUpperCase().padStart(digits, "0");
}
