import { parseDuration } from "./duration.ts";

/** A command's flags, parsed the way pflag does, which is how kubectl's users type. */
export interface FlagSpec {
  /**
   * A `list` is split at commas, an `array` is not; both may be given several times. A `duration`
   * is in milliseconds.
   */
  readonly type: "string" | "int" | "bool" | "list" | "array" | "duration";
  /** One letter. */
  readonly short?: string;
  /** A duration's is in milliseconds, too. */
  readonly default?: string | number | boolean | readonly string[];
  /** What a bare `--name` means where a value is optional (`--dry-run`). */
  readonly bare?: string;
  /** Names of Go's integer types say which numbers fit. */
  readonly bits?: 8 | 16 | 32 | 64;
  readonly usage: string;
  /** What is wrong with a value, where the type alone does not tell. */
  readonly check?: (text: string) => string | undefined;
  /** Help shows the default without quotes. */
  readonly unquoted?: true;
  /** Works, and help does not tell of it. */
  readonly hidden?: boolean;
  /** Works, and whoever gives it is told what to do instead. */
  readonly deprecated?: string;
}

export type FlagSpecs = Readonly<Record<string, FlagSpec>>;

export type FlagValues<S extends FlagSpecs> = {
  readonly [K in keyof S]: S[K]["type"] extends "bool"
    ? boolean
    : S[K]["type"] extends "int" | "duration"
      ? S[K] extends { readonly default: number }
        ? number
        : number | undefined
      : S[K]["type"] extends "list" | "array"
        ? readonly string[]
        : S[K] extends { readonly default: string }
          ? string
          : string | undefined;
};

export interface ParsedFlags<S extends FlagSpecs> {
  readonly values: FlagValues<S>;
  /** Which flags were given, as opposed to defaulted. */
  readonly given: ReadonlySet<string>;
  readonly args: readonly string[];
  /** What stood behind `--`; undefined when there was none. */
  readonly rest: readonly string[] | undefined;
}

/** A flag that does not exist or does not parse; the text is pflag's. */
export class FlagError extends Error {
  override name = "FlagError";
}

/**
 * Parses `--name=value`, `--name value`, `-n value`, `-nvalue`, `-abc` and `--`, flags and
 * arguments in any order. With `stopAtFirstArg`, what follows the first argument is not looked at:
 * it belongs to a subcommand.
 */
export function parseFlags<const S extends FlagSpecs>(
  specs: S,
  argv: readonly string[],
  options: { readonly stopAtFirstArg?: boolean } = {},
): ParsedFlags<S> {
  const values: Record<string, unknown> = {};
  const given = new Set<string>();
  const args: string[] = [];
  let rest: readonly string[] | undefined;
  for (const [name, spec] of Object.entries(specs)) values[name] = spec.default ?? emptyOf(spec);

  const set = (name: string, spec: FlagSpec, text: string) => {
    const value = parseValue(name, spec, text);
    if (spec.type === "list" || spec.type === "array") {
      const before = given.has(name) ? (values[name] as readonly string[]) : [];
      values[name] = [...before, ...(value as readonly string[])];
    } else values[name] = value;
    given.add(name);
  };

  for (let index = 0; index < argv.length; index++) {
    const arg = argv[index] ?? "";
    if (arg === "--") {
      rest = argv.slice(index + 1);
      break;
    }
    if (arg.startsWith("--")) {
      const [typed, text] = splitOnce(arg.slice(2));
      if (typed === "" || typed.startsWith("-")) throw new FlagError(`bad flag syntax: ${arg}`);
      const name = typed.replaceAll("_", "-");
      const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
      if (!spec) throw new FlagError(`unknown flag: --${name}`);
      const bare = bareOf(spec);
      if (text !== undefined) set(name, spec, text);
      else if (bare !== undefined) set(name, spec, bare);
      else {
        const next = argv[++index];
        if (next === undefined) throw new FlagError(`flag needs an argument: --${name}`);
        set(name, spec, next);
      }
    } else if (arg.startsWith("-") && arg.length > 1) {
      index = parseShorthands(arg, argv, index, specs, set);
    } else {
      args.push(arg);
      if (options.stopAtFirstArg) {
        args.push(...argv.slice(index + 1));
        break;
      }
    }
  }
  return { values: values as FlagValues<S>, given, args, rest };
}

/** Returns the index of the last word that was used. */
function parseShorthands(
  arg: string,
  argv: readonly string[],
  start: number,
  specs: FlagSpecs,
  set: (name: string, spec: FlagSpec, text: string) => void,
): number {
  let letters = arg.slice(1);
  while (letters) {
    const letter = letters.slice(0, 1);
    letters = letters.slice(1);
    const found = Object.entries(specs).find(([, spec]) => spec.short === letter);
    if (!found) throw new FlagError(`unknown shorthand flag: '${letter}' in ${arg}`);
    const [name, spec] = found;
    const bare = bareOf(spec);
    if (letters.startsWith("=")) {
      set(name, spec, letters.slice(1));
      return start;
    }
    if (bare !== undefined) set(name, spec, bare);
    else if (letters) {
      set(name, spec, letters);
      return start;
    } else {
      const next = argv[start + 1];
      if (next === undefined) throw new FlagError(`flag needs an argument: '${letter}' in ${arg}`);
      set(name, spec, next);
      return start + 1;
    }
  }
  return start;
}

/** What the flag means when it stands alone; undefined when it needs a value. */
export function bareOf(spec: FlagSpec): string | undefined {
  return spec.bare ?? (spec.type === "bool" ? "true" : undefined);
}

function emptyOf({ type }: FlagSpec): unknown {
  switch (type) {
    case "bool":
      return false;
    case "list":
    case "array":
      return [];
    case "string":
    case "int":
    case "duration":
      return undefined;
    default:
      return type satisfies never;
  }
}

function parseValue(name: string, spec: FlagSpec, text: string): unknown {
  const typed = spec.short ? `-${spec.short}, --${name}` : `--${name}`;
  const invalid = (why: string) =>
    new FlagError(`invalid argument ${JSON.stringify(text)} for "${typed}" flag: ${why}`);
  const problem = spec.check?.(text);
  if (problem !== undefined) throw invalid(problem);
  switch (spec.type) {
    case "string":
      return text;
    case "array":
      return [text];
    case "list":
      return text === "" ? [] : splitCommas(text);
    case "bool":
      if (["1", "t", "T", "true", "TRUE", "True"].includes(text)) return true;
      if (["0", "f", "F", "false", "FALSE", "False"].includes(text)) return false;
      throw invalid(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
    case "int": {
      const wrong = integerProblem(text, spec.bits ?? 64);
      if (wrong === undefined) return Number(text);
      throw invalid(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${wrong}`);
    }
    case "duration": {
      const nanos = parseDuration(text);
      if (nanos !== undefined) return nanos / 1e6;
      throw invalid(`time: ${durationProblem(text)} duration ${JSON.stringify(text)}`);
    }
    default:
      return spec.type satisfies never;
  }
}

function durationProblem(text: string): string {
  if (/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)) return "missing unit in";
  const unit = /^[+-]?(?:\d+\.?\d*(?:ns|us|µs|μs|ms|s|m|h))*\d+\.?\d*([^\d.]+)/.exec(text)?.[1];
  return unit ? `unknown unit ${JSON.stringify(unit)} in` : "invalid";
}

/** Go reads other bases by their prefix; 64-bit numbers lose what JavaScript's cannot hold. */
function integerProblem(text: string, bits: number): string | undefined {
  if (!/^[+-]?(\d+|0[xX][\da-fA-F]+)$/.test(text)) return "invalid syntax";
  const limit = 2n ** BigInt(bits - 1);
  const value = BigInt(text.replace(/^[+-]/, "")) * (text.startsWith("-") ? -1n : 1n);
  return value >= -limit && value < limit ? undefined : "value out of range";
}

/** A line of CSV: commas inside of double quotes do not separate. */
function splitCommas(text: string): string[] {
  if (!text.includes('"')) return text.split(",");
  const parts: string[] = [];
  for (const match of text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    parts.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
  }
  return parts;
}

function splitOnce(text: string): [string, string?] {
  const at = text.indexOf("=");
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
