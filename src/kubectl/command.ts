import type { FlagSpecs, FlagValues } from "#base/flags.ts";
import type { Kubectl } from "./kubectl.ts";

/** One command of the tree: what its line in the parent's help needs, and where the rest is. */
export interface CommandNode {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** One line, in English; also the key of its translation. */
  readonly about: string;
  readonly hidden?: boolean;
  /** Plugins may be commands of it: kubectl-create-foo. */
  readonly takesPlugins?: true;
  readonly children?: readonly CommandNode[];
  /** The code of the command, read when it runs or is asked for its help. */
  load(): Promise<{ readonly default: Command }>;
}

/** A title of the program's help with the commands below it. */
export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly CommandNode[];
}

/** A command with its flags as nobody needs to know them any more. */
export interface Command {
  /** Behind the parent's words: "get (TYPE[.VERSION][.GROUP] [NAME | -l label]) [flags]". */
  readonly usage: string;
  /** Paragraphs; the line of the tree when missing. */
  readonly description?: string;
  readonly examples?: readonly Example[];
  readonly flags: FlagSpecs;
  /** Flags that have to be given. */
  readonly required?: readonly string[];
  /** The files that say how to connect are read before anything that was given is looked at. */
  readonly connectsFirst?: true;
  /** Of every mistake, also in the flags: a lower exit code says something else. 1 when missing. */
  readonly exitCodeOfErrors?: number;
  /**
   * What follows the first argument is the program's to run, not ours: `exec pod ls -l` passes -l
   * only behind `--`, but `plugin` words are never looked at.
   */
  readonly passArguments?: boolean;
  /** What `--help` shows in the place of a help that is like those of the other commands. */
  readonly ownHelp?: { readonly output: "stdout" | "stderr"; readonly text: string };
  /** Resolves with the exit code; nothing is 0. */
  run(kubectl: Kubectl, input: CommandInput<FlagSpecs>): Promise<number | void>;
}

export interface Example {
  /** What it is for, in English; also the key of its translation. */
  readonly about: string;
  readonly command: string;
}

export interface CommandInput<S extends FlagSpecs> {
  readonly values: FlagValues<S>;
  readonly given: ReadonlySet<string>;
  /** All arguments, also those behind `--`. */
  readonly args: readonly string[];
  /** How many of them stood before `--`; undefined where there was none. */
  readonly dashAt: number | undefined;
}

interface TypedCommand<S extends FlagSpecs> extends Omit<Command, "flags" | "run"> {
  readonly flags: S;
  run(kubectl: Kubectl, input: CommandInput<S>): Promise<number | void>;
}

/** Keeps the flags' types inside of the command. */
export function defineCommand<const S extends FlagSpecs>(command: TypedCommand<S>): Command {
  return command;
}

/** A command that only has other ones below it: alone it prints its help. */
export function defineParent(
  parent: Pick<Command, "usage" | "description" | "examples"> & {
    readonly unknown?: string;
    /** Most parents are no command: their help is an error's. */
    readonly alone?: { readonly output: "stdout" | "stderr"; readonly exitCode: number };
  },
): Command {
  const { alone = { output: "stderr", exitCode: 1 }, unknown: _unknown, ...command } = parent;
  return {
    ...command,
    flags: {},
    async run(kubectl, { args }) {
      const { UsageError } = await import("./errors.ts");
      // Where the help alone is no mistake, words behind it are none either.
      if (args.length > 0 && alone.exitCode !== 0) {
        throw new UsageError(`unknown command ${JSON.stringify(args.join(" "))}`);
      }
      kubectl.host[alone.output].write(await kubectl.help());
      return alone.exitCode;
    },
  };
}
