/** How a container of the fake runtime behaves, since no program is there to do so itself. */
export interface FakeBehaviour {
  /** Ends by itself this long after its start; runs until it is stopped when missing. */
  readonly runsForMs?: number;
  /** What it then ends with. */
  readonly exitCode?: number;
  /** How long the start takes. */
  readonly startupDelayMs?: number;
  /** Why it cannot be started at all. */
  readonly startError?: string;
  /** What SIGTERM does to it: it ends, after a while, with this code, or takes no notice. */
  readonly onTerm?: "ignore" | { readonly afterMs: number; readonly exitCode: number };
  /** What a command in it says. */
  exec?(command: readonly string[]): {
    readonly exitCode: number;
    readonly stdout?: string;
    readonly stderr?: string;
  };
}

/** What is known of a container when its behaviour is asked for. */
export interface FakeContainerSpec {
  readonly name: string;
  /** 0 for the first run. */
  readonly attempt: number;
  readonly image: string;
  /** Command and arguments. */
  readonly command: readonly string[];
  /** Of the pod. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** On a pod: how long its containers run, in seconds, and what they end with. */
export const runsForAnnotation = "simulated.kijabi.io/runs-for-seconds";
export const exitCodeAnnotation = "simulated.kijabi.io/exit-code";

/**
 * What can be told from the container's own words: commands such as `sleep 5`, `false` or
 * `sh -c "echo hello; sleep 5; exit 3"` end by themselves, everything else runs on.
 */
export function plainBehaviour(spec: FakeContainerSpec): FakeBehaviour {
  const seconds = spec.annotations[runsForAnnotation];
  if (seconds !== undefined && Number.isFinite(Number(seconds))) {
    const exitCode = Number(spec.annotations[exitCodeAnnotation] ?? 0);
    return {
      runsForMs: Number(seconds) * 1000,
      exitCode: Number.isInteger(exitCode) ? exitCode : 1,
    };
  }
  const [program = "", ...rest] = spec.command;
  const name = program.slice(program.lastIndexOf("/") + 1);
  const isShell = ["sh", "bash", "ash", "dash"].includes(name) && rest[0] === "-c";
  return scriptBehaviour(isShell ? (rest[1] ?? "") : [name, ...rest].join(" ")) ?? {};
}

/** Undefined as soon as a part of the script is not one of the few that are understood. */
function scriptBehaviour(script: string): FakeBehaviour | undefined {
  let runsForMs = 0;
  for (const part of script.split(/;|&&|\n/)) {
    const [word = "", argument = ""] = part.trim().split(/\s+/);
    switch (word) {
      case "":
      case "echo":
      case "date":
      case "true":
        break;
      case "false":
        return { runsForMs, exitCode: 1 };
      case "exit":
        return { runsForMs, exitCode: Number(argument) || 0 };
      case "sleep": {
        const found = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(argument);
        if (!found) return undefined;
        runsForMs += Number(found[1]) * (unitMs[found[2] ?? ""] ?? 1000);
        break;
      }
      default:
        return undefined;
    }
  }
  return script.trim() === "" ? undefined : { runsForMs, exitCode: 0 };
}

const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
