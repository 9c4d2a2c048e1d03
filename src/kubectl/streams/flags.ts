import type { FlagSpecs } from "#base/flags.ts";
import { CommandError, UsageError } from "../errors.ts";

export function podRunningTimeoutFlag(defaultMs: number) {
  return {
    "pod-running-timeout": {
      type: "duration",
      default: defaultMs,
      usage: "How long to wait for a pod (like 5s, 2m, or 3h, higher than zero)",
    },
  } as const satisfies FlagSpecs;
}

/** Flags of commands that speak with a process in a container. */
export const sessionFlags = {
  container: {
    type: "string",
    short: "c",
    default: "",
    usage:
      "Container name. Without it, the one that the annotation " +
      "kubectl.kubernetes.io/default-container names, or the pod's first",
  },
  quiet: { type: "bool", short: "q", usage: "Print nothing but what the session says" },
  stdin: { type: "bool", short: "i", usage: "Pass stdin to the container" },
  tty: { type: "bool", short: "t", usage: "Stdin is a TTY" },
} as const satisfies FlagSpecs;

const mustBePositive = "--pod-running-timeout must be higher than zero";

/** Throws for what nobody could wait for. */
export function positiveTimeout(timeoutMs: number, told: "usage" | "error" = "usage"): number {
  if (timeoutMs > 0) return timeoutMs;
  throw told === "usage" ? new UsageError(mustBePositive) : new CommandError(mustBePositive);
}
