import { canonicalBase64 } from "#schema/base64.ts";
import { fromBase64 } from "#base/bytes.ts";
import { integerOf, isTimestamp, shortestFloat } from "#machinery/codec/go-yaml.ts";
import { failed } from "../error.ts";

/** The short names of YAML's own types. */
export const tags = {
  text: "!!str",
  int: "!!int",
  float: "!!float",
  bool: "!!bool",
  null: "!!null",
  timestamp: "!!timestamp",
  binary: "!!binary",
  map: "!!map",
  list: "!!seq",
} as const;

/** What a bare scalar is to a YAML 1.2 reader. */
export function resolveTag(text: string): string {
  const known = bareWords.get(text);
  if (known) return known;
  if (/^\.[0-9]/.test(text)) {
    return /^\.[0-9]+([eE][-+]?[0-9]+)?$/.test(text) ? tags.float : tags.text;
  }
  if (!/^[-+0-9]/.test(text)) return tags.text;
  if (isTimestamp(text)) return tags.timestamp;
  const digits = text.replaceAll("_", "");
  if (integerOf(digits) !== undefined) return tags.int;
  const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/.test(digits);
  return float ? tags.float : tags.text;
}

const bareWords: ReadonlyMap<string, string> = new Map([
  ...["true", "True", "TRUE", "false", "False", "FALSE"].map((word) => [word, tags.bool] as const),
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, tags.null] as const),
  ...[".nan", ".NaN", ".NAN"].map((word) => [word, tags.float] as const),
  ...["", "+", "-"].flatMap((sign) =>
    [".inf", ".Inf", ".INF"].map((word) => [sign + word, tags.float] as const),
  ),
]);

/** What is written of a scalar. */
export interface WrittenScalar {
  readonly text: string;
  /** Short; empty where only the text says what it is. */
  readonly tag: string;
  readonly quoted: boolean;
  /** The tag itself is written. */
  readonly tagged: boolean;
}

/**
 * The value of a scalar, as JSON has it, once it is written and read again. What was quoted stays
 * text then, even if something else was put in its place. Throws where the text is not of the type
 * that is said.
 */
export function scalarValue({ text, tag, quoted, tagged }: WrittenScalar): unknown {
  if (tag === tags.text) return text;
  const resolved = resolveTag(text);
  if (tag === "" || (tag === resolved && !tagged)) return quoted ? text : valueOf(text, resolved);
  if (tag === tags.binary) return binaryText(text);
  if (resolved === tag) return valueOf(text, tag);
  if (tag === tags.float && resolved === tags.int) return valueOf(text, resolved);
  const known: readonly string[] = [tags.int, tags.float, tags.bool, tags.null, tags.timestamp];
  if (!known.includes(tag)) return text;
  throw failed(`yaml: unmarshal errors:\n  cannot decode ${resolved} \`${text}\` as a ${tag}`);
}

function valueOf(text: string, tag: string): unknown {
  switch (tag) {
    case tags.null:
      return null;
    case tags.bool:
      return text.toLowerCase() === "true";
    case tags.int:
      return jsonInteger(integerOf(text.replaceAll("_", "")) ?? 0n);
    case tags.float:
      return floatOf(text);
    case tags.timestamp:
      return timestampText(text);
    default:
      return text;
  }
}

export function jsonInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function floatOf(text: string): number {
  const lower = text.toLowerCase();
  if (lower === ".nan") throw failed("json: unsupported value: NaN");
  if (lower.endsWith(".inf")) {
    throw failed(`json: unsupported value: ${lower.startsWith("-") ? "-Inf" : "+Inf"}`);
  }
  return Number(text.replaceAll("_", ""));
}

/** As Go prints a time in JSON. */
function timestampText(text: string): string {
  const match =
    /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt ](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?(Z|[-+].*)?)?$/.exec(
      text,
    );
  const [, year = "", ...rest] = match ?? [];
  const part = (at: number) => (rest[at] ?? "0").padStart(2, "0");
  const fraction = (rest[5] ?? "").slice(0, 9).replace(/0+$/, "");
  const zone = rest[6] === undefined || /^[-+]00:00$/.test(rest[6]) ? "Z" : rest[6];
  const date = `${year}-${part(0)}-${part(1)}T${part(2)}:${part(3)}:${part(4)}`;
  return `${date}${fraction === "" ? "" : `.${fraction}`}${zone}`;
}

function binaryText(text: string): string {
  const encoded = canonicalBase64(text.replaceAll(/\s/g, ""));
  if (!encoded.ok) throw failed("yaml: !!binary value contains invalid base64 data");
  return new TextDecoder().decode(fromBase64(encoded.text));
}

/** What JSON numbers turn into when they come back as YAML. */
export function numberScalar(value: number | bigint): { text: string; tag: string } {
  const text = typeof value === "bigint" ? shortestFloat(Number(value)) : shortestFloat(value);
  return { text, tag: resolveTag(text) };
}
