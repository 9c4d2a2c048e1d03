import { isRow } from "#machinery/json.ts";

/** JSON as Go writes it: keys in order, and what HTML would mind escaped. */
export function goJson(value: unknown): string {
  if (Array.isArray(value)) return `[${(value as unknown[]).map(goJson).join(",")}]`;
  if (isRow(value)) {
    const members = Object.keys(value)
      .sort(compareUtf8)
      .map((key) => `${goText(key)}:${goJson(value[key])}`);
    return `{${members.join(",")}}`;
  }
  if (typeof value === "string") return goText(value);
  if (typeof value === "bigint") return goNumber(Number(value));
  return typeof value === "number" ? goNumber(value) : JSON.stringify(value ?? null);
}

const escapes: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

function goText(text: string): string {
  return JSON.stringify(text).replaceAll(/[<>&\u2028\u2029]/g, (found) => escapes[found] ?? found);
}

function goNumber(value: number): string {
  return String(value).replace(/e([-+])(\d)$/, (_, sign: string, digit: string) =>
    sign === "-" ? `e-0${digit}` : `e+0${digit}`,
  );
}

function compareUtf8(left: string, right: string): number {
  const [a, b] = [Array.from(left), Array.from(right)];
  const at = a.findIndex((character, index) => character !== b[index]);
  if (at < 0) return a.length - b.length;
  return (a[at]?.codePointAt(0) ?? 0) - (b[at]?.codePointAt(0) ?? -1);
}
