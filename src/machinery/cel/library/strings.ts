import type { Library } from "../environment.ts";
import { PatternMistake, searchPattern } from "../../re2.ts";
import { declare, method, overload } from "../signature.ts";
import { ErrorValue, type Result, type Value } from "../values.ts";
import { formatString } from "./format-string.ts";

/** Positions count characters, not UTF-16 units. */
const characters = (text: string): readonly string[] => Array.from(text);

const outOfRange = (index: number) => new ErrorValue(`index out of range: ${index}`);

function charAt(text: string, index: number): Result {
  const all = characters(text);
  if (index < 0 || index > all.length) return outOfRange(index);
  return all[index] ?? "";
}

const startsAt = (text: readonly string[], part: readonly string[], at: number) =>
  part.every((character, index) => text[at + index] === character);

function indexOf(text: string, part: string, offset = 0): Result {
  if (part === "") return offset;
  const [all, sought] = [characters(text), characters(part)];
  if (offset < 0) return outOfRange(offset);
  for (let at = offset; at + sought.length <= all.length; at++) {
    if (startsAt(all, sought, at)) return at;
  }
  return -1;
}

function lastIndexOf(text: string, part: string, offset?: number): Result {
  const [all, sought] = [characters(text), characters(part)];
  if (part === "") return offset ?? all.length;
  const from = offset ?? all.length - 1;
  if (offset !== undefined && offset < 0) return outOfRange(offset);
  if (from >= all.length) return -1;
  for (let at = Math.min(from, all.length - sought.length); at >= 0; at--) {
    if (startsAt(all, sought, at)) return at;
  }
  return -1;
}

function replace(text: string, from: string, to: string, count = -1): Result {
  if (count < 0) return text.replaceAll(from, () => to);
  let left = count;
  let result = "";
  let rest = text;
  if (from === "") {
    const all = characters(text);
    return [...all, ""].map((each) => (left-- > 0 ? to + each : each)).join("");
  }
  while (left-- > 0) {
    const at = rest.indexOf(from);
    if (at < 0) break;
    result += rest.slice(0, at) + to;
    rest = rest.slice(at + from.length);
  }
  return result + rest;
}

function split(text: string, separator: string, count = -1): Result {
  if (count === 0) return [];
  const parts = separator === "" ? characters(text) : text.split(separator);
  if (count < 0 || parts.length <= count) return [...parts];
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

function substring(text: string, start: number, end?: number): Result {
  const all = characters(text);
  if (end === undefined) {
    return start < 0 || start > all.length ? outOfRange(start) : all.slice(start).join("");
  }
  if (start > end) {
    const message = `invalid substring range. start: ${start}, end: ${end}`;
    return new ErrorValue(message);
  }
  if (start < 0 || start > all.length) return outOfRange(start);
  if (end > all.length) return outOfRange(end);
  return all.slice(start, end).join("");
}

/** Unicode's white space as Go has it. */
const space =
  "[\\t\\n\\v\\f\\r \\u0085\\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000]+";
const surroundingSpace = new RegExp(`^${space}|${space}$`, "g");

const quoted: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  '"': '\\"',
};

const quote = (text: string): Result =>
  `"${Array.from(text, (character) => quoted[character] ?? character).join("")}"`;

function join(list: readonly Value[], separator = ""): Result {
  return list.every((item) => typeof item === "string")
    ? list.join(separator)
    : new ErrorValue("join: invalid input: no such overload");
}

function find(text: string, pattern: string): Result {
  const compiled = searchPattern(pattern);
  if (compiled instanceof PatternMistake)
    return new ErrorValue(`Illegal regex: ${compiled.message}`);
  return compiled.exec(text)?.[0] ?? "";
}

function findAll(text: string, pattern: string, count: number | bigint = -1): Result {
  const compiled = searchPattern(pattern);
  if (compiled instanceof PatternMistake)
    return new ErrorValue(`Illegal regex: ${compiled.message}`);
  const every = new RegExp(compiled.source, `${compiled.flags}g`);
  const found = Array.from(text.matchAll(every), ([match]) => match);
  return count < 0 ? found : found.slice(0, Number(count));
}

/** Strings: cel-go's extension in version 2, and Kubernetes' `find`. */
export const stringsLibrary: Library = {
  functions: [
    declare("charAt", method("string_char_at_int", "string, int -> string", charAt)),
    declare(
      "indexOf",
      method("string_index_of_string", "string, string -> int", indexOf),
      method("string_index_of_string_int", "string, string, int -> int", indexOf),
    ),
    declare(
      "lastIndexOf",
      method("string_last_index_of_string", "string, string -> int", lastIndexOf),
      method("string_last_index_of_string_int", "string, string, int -> int", lastIndexOf),
    ),
    declare(
      "lowerAscii",
      method("string_lower_ascii", "string -> string", (text: string) =>
        text.replace(/[A-Z]+/g, (part) => part.toLowerCase()),
      ),
    ),
    declare(
      "upperAscii",
      method("string_upper_ascii", "string -> string", (text: string) =>
        text.replace(/[a-z]+/g, (part) => part.toUpperCase()),
      ),
    ),
    declare(
      "replace",
      method("string_replace_string_string", "string, string, string -> string", replace),
      method("string_replace_string_string_int", "string, string, string, int -> string", replace),
    ),
    declare(
      "split",
      method("string_split_string", "string, string -> list(string)", split),
      method("string_split_string_int", "string, string, int -> list(string)", split),
    ),
    declare(
      "substring",
      method("string_substring_int", "string, int -> string", substring),
      method("string_substring_int_int", "string, int, int -> string", substring),
    ),
    declare(
      "trim",
      method("string_trim", "string -> string", (text: string) =>
        text.replace(surroundingSpace, ""),
      ),
    ),
    declare(
      "join",
      method("list_join", "list(string) -> string", join),
      method("list_join_string", "list(string), string -> string", join),
    ),
    declare("format", method("string_format", "string, list(dyn) -> string", formatString)),
    declare("strings.quote", overload("strings_quote", "string -> string", quote)),
    declare("find", method("string_find_string", "string, string -> string", find)),
    declare(
      "findAll",
      method("string_find_all_string", "string, string -> list(string)", findAll),
      method("string_find_all_string_int", "string, string, int -> list(string)", findAll),
    ),
  ],
};
