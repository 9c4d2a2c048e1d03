import { CommandError } from "../errors.ts";

/** Arguments that name resources, and behind them changes: "pod web a=b c-". */
export interface ResourcesAndPairs {
  readonly resources: readonly string[];
  readonly pairs: readonly string[];
}

/** `what` is the word for the changes in messages: "label". */
export function splitPairs(args: readonly string[], what: string): ResourcesAndPairs {
  const isPair = (arg: string) => arg.indexOf("=") > 0 || (arg.endsWith("-") && arg !== "-");
  const first = args.findIndex(isPair);
  if (first < 0) return { resources: args, pairs: [] };
  const pairs = args.slice(first);
  const late = pairs.find((arg) => !isPair(arg));
  if (late !== undefined) {
    throw new CommandError(`all resources must be specified before ${what} changes: ${late}`);
  }
  return { resources: args.slice(0, first), pairs };
}

export interface Changes {
  readonly set: ReadonlyMap<string, string>;
  readonly remove: readonly string[];
}

/** "key=value" sets, "key-" removes. */
export function parsePairs(
  pairs: readonly string[],
  what: string,
  { removes }: { readonly removes: boolean },
): Changes {
  const set = new Map<string, string>();
  const remove: string[] = [];
  const wrong: string[] = [];
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    if (equals > 0) set.set(pair.slice(0, equals), pair.slice(equals + 1));
    else if (removes && pair.endsWith("-") && pair !== "-") remove.push(pair.slice(0, -1));
    else wrong.push(pair);
  }
  if (wrong.length > 0) throw new CommandError(`invalid ${what} format: ${wrong.join(", ")}`);
  return { set, remove };
}
