import { readFile } from "node:fs/promises";
import { systemClock } from "#base/node/system-clock.ts";
import type { Clock } from "#base/clock.ts";
import { languageOf, messagesIn } from "../../messages.ts";
import type { Messages } from "../../messages.ts";
import type { ClusterConfig } from "../../config.ts";
import { profilePaths } from "../../node/paths.ts";
import type { ProfilePaths } from "../../node/paths.ts";

/** What every action needs. */
export interface ActionContext {
  readonly profile: string;
  readonly paths: ProfilePaths;
  readonly messages: Messages;
  readonly clock: Clock;
  /** One line to the person; progress and results alike. */
  readonly say: (line: string) => void;
}

/** An end that is told without a stack trace. */
export class ActionError extends Error {
  override name = "ActionError";
  readonly exitCode: number;
  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

export function actionContext(profile: string, say: (line: string) => void): ActionContext {
  return {
    profile,
    paths: profilePaths(profile),
    messages: messagesIn(languageOf(process.env)),
    clock: systemClock(),
    say,
  };
}

/** Undefined when the profile does not exist, or was deleted only half: it is made anew then. */
export async function readConfig(file: string): Promise<ClusterConfig | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as ClusterConfig;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    if (error instanceof SyntaxError) {
      throw new ActionError(
        `${file} is damaged. Delete the cluster and start again: kijabi delete && kijabi start`,
      );
    }
    throw error;
  }
}

export async function requireConfig(context: ActionContext): Promise<ClusterConfig> {
  const config = await readConfig(context.paths.config);
  if (!config) throw new ActionError(context.messages.noProfile(context.profile));
  return config;
}
