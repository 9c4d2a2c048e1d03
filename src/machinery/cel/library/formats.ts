import {
  dns1035LabelRule,
  dnsLabelRule,
  dnsSubdomainRule,
  isDns1035Label,
  isDnsLabel,
  isDnsSubdomain,
  isLabelValue,
  isQualifiedName,
  type NameRule,
} from "../../validation/names.ts";
import type { Library } from "../environment.ts";
import { declare, method, overload } from "../signature.ts";
import { parseTimestamp } from "../time.ts";
import { opaqueType } from "../types.ts";
import { OpaqueValue, Optional, type Result } from "../values.ts";
import { parseUri } from "./url.ts";

const formatType = opaqueType("kubernetes.NamedFormat");

/** A format that strings can be tested for. */
class FormatValue extends OpaqueValue {
  override readonly type = formatType;
  readonly name: string;
  readonly mistakes: (text: string) => readonly string[];
  readonly #patternSize: number;

  constructor(name: string, patternSize: number, mistakes: FormatValue["mistakes"]) {
    super();
    this.name = name;
    this.#patternSize = patternSize;
    this.mistakes = mistakes;
  }

  override get patternSize(): number {
    return this.#patternSize;
  }

  override equals(other: OpaqueValue): boolean {
    return other instanceof FormatValue && other.name === this.name;
  }
}

const asPrefix = (rule: NameRule) => (text: string) => rule(text, true);

const matching = (pattern: RegExp, message: string) => (text: string) =>
  pattern.test(text) ? [] : [message];

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

function uriMistakes(text: string): readonly string[] {
  const parts = parseUri(text);
  return typeof parts === "string" ? [parts] : [];
}

/** By function name; the numbers are what costs take for the patterns' lengths. */
const formats = new Map<string, FormatValue>(
  (
    [
      ["dns1123Label", "DNS1123Label", 30, isDnsLabel],
      ["dns1123Subdomain", "DNS1123Subdomain", 60, isDnsSubdomain],
      ["dns1035Label", "DNS1035Label", 30, isDns1035Label],
      ["qualifiedName", "QualifiedName", 60, isQualifiedName],
      ["dns1123LabelPrefix", "DNS1123LabelPrefix", 30, asPrefix(dnsLabelRule)],
      ["dns1123SubdomainPrefix", "DNS1123SubdomainPrefix", 60, asPrefix(dnsSubdomainRule)],
      ["dns1035LabelPrefix", "DNS1035LabelPrefix", 30, asPrefix(dns1035LabelRule)],
      ["labelValue", "LabelValue", 40, isLabelValue],
      ["uri", "URI", 1103, uriMistakes],
      ["uuid", "uuid", 70, matching(uuid, "does not match the UUID format")],
      ["byte", "byte", 84, matching(base64, "invalid base64")],
      [
        "date",
        "date",
        71,
        (text: string) =>
          /^\d{4}-\d\d-\d\d$/.test(text) && parseTimestamp(`${text}T00:00:00Z`)
            ? []
            : ["invalid date"],
      ],
      [
        "datetime",
        "datetime",
        71,
        (text: string) => (parseTimestamp(text) ? [] : ["invalid datetime"]),
      ],
    ] as const
  ).map(([name, shown, size, mistakes]) => [name, new FormatValue(shown, size, mistakes)] as const),
);

function validate(format: FormatValue, text: string): Result {
  const mistakes = format.mistakes(text);
  return mistakes.length === 0 ? Optional.none : new Optional([...mistakes]);
}

/** `format.dns1123Label().validate(name)`: none, or what is wrong. */
export const formatsLibrary: Library = {
  functions: [
    ...Array.from(formats, ([name, format]) =>
      declare(
        `format.${name}`,
        overload(`format.${name}`, "-> kubernetes.NamedFormat", () => format),
      ),
    ),
    declare(
      "format.named",
      overload(
        "format-named",
        "string -> optional(kubernetes.NamedFormat)",
        (name: string) => new Optional(formats.get(name)),
      ),
    ),
    declare(
      "validate",
      method(
        "format-validate",
        "kubernetes.NamedFormat, string -> optional(list(string))",
        validate,
      ),
    ),
  ],
  types: { "kubernetes.NamedFormat": formatType },
};
