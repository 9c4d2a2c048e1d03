/** A command's flags, parsed the way pflag does, which is how kubectl's users type. */
export interface FlagSpec {
  readonly type: "string" | "int" | "bool" | "list";
  /** One letter. */
  readonly short?: string;
  readonly default?: string | number | boolean | readonly string[];
  /** What a bare `--name` means where a value is optional (`--dry-run`). */
  readonly bare?: string;
  readonly usage: string;
}

export type FlagSpecs = Readonly<Record<string, FlagSpec>>;

export type FlagValues<S extends FlagSpecs> = {
  readonly [K in keyof S]: S[K]["type"] extends "bool"
    ? boolean
    : S[K]["type"] extends "int"
      ? S[K] extends { readonly default: number }
        ? number
        : number | undefined
      : S[K]["type"] extends "list"
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
  for (const [name, spec] of Object.entries(specs)) {
    values[name] =
      spec.default ?? (spec.type === "bool" ? false : spec.type === "list" ? [] : undefined);
  }

  const set = (name: string, spec: FlagSpec, text: string, typed: string) => {
    const value = parseValue(spec, text, typed);
    if (spec.type === "list") {
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
      const [name, text] = splitOnce(arg.slice(2));
      const spec = specs[name];
      if (!spec) throw new FlagError(`unknown flag: --${name}`);
      if (text !== undefined) set(name, spec, text, `--${name}`);
      else if (spec.type === "bool") set(name, spec, "true", `--${name}`);
      else if (spec.bare !== undefined) set(name, spec, spec.bare, `--${name}`);
      else {
        const next = argv[++index];
        if (next === undefined) throw new FlagError(`flag needs an argument: --${name}`);
        set(name, spec, next, `--${name}`);
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
  set: (name: string, spec: FlagSpec, text: string, typed: string) => void,
): number {
  let letters = arg.slice(1);
  while (letters) {
    const letter = letters.slice(0, 1);
    letters = letters.slice(1);
    const found = Object.entries(specs).find(([, spec]) => spec.short === letter);
    if (!found) throw new FlagError(`unknown shorthand flag: '${letter}' in ${arg}`);
    const [name, spec] = found;
    const typed = `-${letter}, --${name}`;
    if (letters.startsWith("=")) {
      set(name, spec, letters.slice(1), typed);
      return start;
    }
    if (spec.type === "bool") set(name, spec, "true", typed);
    else if (letters) {
      set(name, spec, letters, typed);
      return start;
    } else if (spec.bare !== undefined) {
      set(name, spec, spec.bare, typed);
    } else {
      const next = argv[start + 1];
      if (next === undefined) throw new FlagError(`flag needs an argument: '${letter}' in ${arg}`);
      set(name, spec, next, typed);
      return start + 1;
    }
  }
  return start;
}

function parseValue(spec: FlagSpec, text: string, typed: string): unknown {
  const invalid = (why: string) =>
    new FlagError(`invalid argument "${text}" for "${typed}" flag: ${why}`);
  switch (spec.type) {
    case "string":
      return text;
    case "list":
      return text.split(",");
    case "bool":
      if (["1", "t", "T", "true", "TRUE", "True"].includes(text)) return true;
      if (["0", "f", "F", "false", "FALSE", "False"].includes(text)) return false;
      throw invalid(`strconv.ParseBool: parsing "${text}": invalid syntax`);
    case "int":
      if (/^[+-]?\d+$/.test(text)) return Number(text);
      throw invalid(`strconv.ParseInt: parsing "${text}": invalid syntax`);
    default:
      return spec.type satisfies never;
  }
}

function splitOnce(text: string): [string, string?] {
  const at = text.indexOf("=");
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
