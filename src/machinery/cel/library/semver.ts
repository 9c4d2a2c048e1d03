import type { Library } from "../environment.ts";
import { compareText } from "../operators.ts";
import { declare, method, overload } from "../signature.ts";
import { opaqueType } from "../types.ts";
import { ErrorValue, OpaqueValue, type Result } from "../values.ts";

const semverType = opaqueType("kubernetes.Semver");

/** A semantic version; build metadata does not count. */
export class SemverValue extends OpaqueValue {
  override readonly type = semverType;
  readonly numbers: readonly [major: number, minor: number, patch: number];
  readonly prerelease: readonly string[];

  constructor(numbers: readonly [number, number, number], prerelease: readonly string[]) {
    super();
    this.numbers = numbers;
    this.prerelease = prerelease;
  }

  override equals(other: OpaqueValue): boolean {
    return other instanceof SemverValue && compare(this, other) === 0;
  }
}

export function parseSemver(text: string): SemverValue | ErrorValue {
  if (text === "") return new ErrorValue("Version string empty");
  const [core = "", ...tail] = text.split(".").length < 3 ? [] : splitVersion(text);
  if (core === "") return new ErrorValue("No Major.Minor.Patch elements found");
  const numbers: number[] = [];
  for (const [index, word] of core.split(".").entries()) {
    const name = ["Major", "Minor", "Patch"][index] ?? "Patch";
    const shown = JSON.stringify(word);
    if (!/^\d+$/.test(word)) {
      return new ErrorValue(`Invalid character(s) found in ${name.toLowerCase()} number ${shown}`);
    }
    if (/^0\d/.test(word)) {
      return new ErrorValue(`${name} number must not contain leading zeroes ${shown}`);
    }
    numbers.push(Number(word));
  }
  const [prerelease = [], build = []] = tail;
  for (const identifier of prerelease) {
    const shown = JSON.stringify(identifier);
    if (identifier === "") return new ErrorValue("Prerelease is empty");
    if (/^0\d+$/.test(identifier)) {
      return new ErrorValue(`Numeric PreRelease version must not contain leading zeroes ${shown}`);
    }
    if (!/^[0-9A-Za-z-]+$/.test(identifier)) {
      return new ErrorValue(`Invalid character(s) found in prerelease ${shown}`);
    }
  }
  for (const identifier of build) {
    if (identifier === "") return new ErrorValue("Build meta data is empty");
    if (!/^[0-9A-Za-z-]+$/.test(identifier)) {
      const shown = JSON.stringify(identifier);
      return new ErrorValue(`Invalid character(s) found in build meta data ${shown}`);
    }
  }
  const [major = 0, minor = 0, patch = 0] = numbers;
  return new SemverValue([major, minor, patch], prerelease);
}

type Split = readonly [core: string, prerelease: readonly string[], build: readonly string[]];

function splitVersion(text: string): Split {
  const [, major = "", minor = "", rest = ""] = /^([^.]*)\.([^.]*)\.(.*)$/s.exec(text) ?? [];
  const plus = rest.indexOf("+");
  const beforeBuild = plus < 0 ? rest : rest.slice(0, plus);
  const dash = beforeBuild.indexOf("-");
  const patch = dash < 0 ? beforeBuild : beforeBuild.slice(0, dash);
  return [
    `${major}.${minor}.${patch}`,
    dash < 0 ? [] : beforeBuild.slice(dash + 1).split("."),
    plus < 0 ? [] : rest.slice(plus + 1).split("."),
  ];
}

/** Takes "v1.02" for "1.2.0". */
function normalize(text: string): string | ErrorValue {
  const [, major = "", minor, patch] =
    /^([^.]*)(?:\.([^.]*)(?:\.(.*))?)?$/s.exec(text.replace(/^v/, "")) ?? [];
  const parts = [major, minor, patch]
    .filter((part) => part !== undefined)
    .map((part) => (part.length > 1 ? part.replace(/^0+/, "").replace(/^(?!\d)/, "0") : part));
  if (parts.length < 3 && /[+-]/.test(parts.at(-1) ?? "")) {
    return new ErrorValue("short version cannot contain PreRelease/Build meta data");
  }
  while (parts.length < 3) parts.push("0");
  return parts.join(".");
}

function semver(text: string, tolerant = false): Result {
  const normal = tolerant ? normalize(text) : text;
  return normal instanceof ErrorValue ? normal : parseSemver(normal);
}

const isSemver = (text: string, tolerant = false): Result =>
  !(semver(text, tolerant) instanceof ErrorValue);

function compare(one: SemverValue, other: SemverValue): number {
  for (const [index, number] of one.numbers.entries()) {
    const difference = number - (other.numbers[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  const [left, right] = [one.prerelease, other.prerelease];
  // A release is above its previews.
  if (left.length === 0 || right.length === 0) {
    return Math.sign(right.length - left.length);
  }
  for (const [index, identifier] of left.entries()) {
    const opposite = right[index];
    if (opposite === undefined) return 1;
    const difference = compareIdentifiers(identifier, opposite);
    if (difference !== 0) return Math.sign(difference);
  }
  return left.length < right.length ? -1 : 0;
}

/** Numbers are below words. */
function compareIdentifiers(one: string, other: string): number {
  const [left, right] = [/^\d+$/.test(one), /^\d+$/.test(other)];
  if (left && right) return Number(one) - Number(other);
  if (left !== right) return left ? -1 : 1;
  return compareText(one, other);
}

const pair = "kubernetes.Semver, kubernetes.Semver";
const number = (name: string, index: 0 | 1 | 2) =>
  declare(
    name,
    method(
      `semver_${name}`,
      "kubernetes.Semver -> int",
      ({ numbers }: SemverValue) => numbers[index],
    ),
  );

export const semverLibrary: Library = {
  functions: [
    declare(
      "semver",
      overload("string_to_semver", "string -> kubernetes.Semver", semver),
      overload("string_bool_to_semver", "string, bool -> kubernetes.Semver", semver),
    ),
    declare(
      "isSemver",
      overload("is_semver_string", "string -> bool", isSemver),
      overload("is_semver_string_bool", "string, bool -> bool", isSemver),
    ),
    declare(
      "isGreaterThan",
      method(
        "semver_is_greater_than",
        `${pair} -> bool`,
        (one: SemverValue, other: SemverValue) => compare(one, other) > 0,
      ),
    ),
    declare(
      "isLessThan",
      method(
        "semver_is_less_than",
        `${pair} -> bool`,
        (one: SemverValue, other: SemverValue) => compare(one, other) < 0,
      ),
    ),
    declare("compareTo", method("semver_compare_to", `${pair} -> int`, compare)),
    number("major", 0),
    number("minor", 1),
    number("patch", 2),
  ],
  types: { "kubernetes.Semver": semverType },
};
