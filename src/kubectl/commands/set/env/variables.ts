import type { EnvVar } from "#api/core/v1.ts";
import type { Draft } from "#schema/message.ts";
import { CommandError } from "../../../errors.ts";

export type Variable = Draft<EnvVar>;

export interface EnvironmentChanges {
  readonly set: Variable[];
  readonly remove: readonly string[];
}

/** Resources stand before the changes. "-" is for what comes through the pipe. */
export function splitEnvironment(args: readonly string[]): {
  readonly resources: readonly string[];
  readonly changes: readonly string[];
} {
  const isChange = (arg: string) => /^.+=/s.test(arg) || arg.endsWith("-");
  const first = args.findIndex(isChange);
  if (first < 0) return { resources: args, changes: [] };
  const changes = args.slice(first);
  if (!changes.every(isChange)) {
    throw new CommandError(
      `all resources must be specified before environment changes: ${args.join(" ")}`,
    );
  }
  return { resources: args.slice(0, first), changes };
}

/** "A=b" sets, "A-" removes, and "-" reads lines of the first form. */
export async function parseEnvironment(
  changes: readonly string[],
  readInput: () => Promise<string>,
): Promise<EnvironmentChanges> {
  const set: Variable[] = [];
  const remove: string[] = [];
  const named = new Set<string>();
  for (const change of changes) {
    const equals = change.indexOf("=");
    if (change === "-") set.push(...linesOf(await readInput()));
    else if (equals >= 0) {
      const name = change.slice(0, equals);
      const problems = nameProblems(name);
      if (problems.length > 0) {
        throw new CommandError(
          `${JSON.stringify(name)} is not a valid key name: ${problems.join(";")}`,
        );
      }
      named.add(name);
      set.push({ name, value: change.slice(equals + 1) });
    } else if (change.endsWith("-")) remove.push(change.slice(0, -1));
    else throw new CommandError(`unknown environment variable: ${change}`);
  }
  if (remove.some((name) => named.has(name))) {
    throw new CommandError(
      "can not both modify and remove the same environment variable in the same command",
    );
  }
  return { set, remove };
}

/** Narrower than what servers take: a variable that a shell can also name. */
function nameProblems(name: string): string[] {
  const problems: string[] = [];
  if (!/^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(name)) {
    problems.push(
      "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', " +
        "and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', " +
        "regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')",
    );
  }
  if (name === "." || name === "..") problems.push(`must not be '${name}'`);
  else if (name.startsWith("..")) problems.push("must not start with '..'");
  return problems;
}

function linesOf(text: string): Variable[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [content = ""] = line.split("#");
    const equals = content.indexOf("=");
    return equals < 0 ? [] : [{ name: content.slice(0, equals), value: content.slice(equals + 1) }];
  });
}

/** Each keeps its place; new ones come last. A name stands once among what was set. */
export function updateEnvironment(
  existing: readonly Variable[],
  { set, remove }: EnvironmentChanges,
): Variable[] {
  const done = new Set(remove);
  const result: Variable[] = [];
  for (const variable of existing) {
    if (done.has(variable.name)) continue;
    const newer = set.find(({ name }) => name === variable.name);
    if (newer) done.add(variable.name);
    result.push(newer ?? variable);
  }
  for (const variable of set) {
    if (done.has(variable.name)) continue;
    done.add(variable.name);
    result.push(variable);
  }
  return result;
}

export function refuseOverwrites(existing: readonly Variable[], set: readonly Variable[]): void {
  for (const variable of set) {
    const current = existing.find(({ name }) => name === variable.name);
    if (current && (current.value ?? "") !== (variable.value ?? "")) {
      throw new CommandError(
        `'${current.name}' already has a value (${current.value ?? ""}), and --overwrite is false`,
      );
    }
  }
}

/** "my.key" becomes "MY_KEY". */
export function variableName(key: string): string {
  return key.replaceAll(/[^a-zA-Z0-9_]/g, "_").toUpperCase();
}
