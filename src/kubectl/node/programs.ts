import { spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { CommandError } from "../errors.ts";
import type { Programs, RunOptions } from "../host.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Those that the environment's PATH has; they get the environment, too. */
export const programsOf = (environment: Environment): Programs => ({
  runInForeground: (command, args, options = {}) =>
    new Promise((resolve, reject) => {
      const child = spawn(command, args, {
        stdio: "inherit",
        env: environmentOf(environment, options),
      });
      child.once("error", (error) => reject(new CommandError(error.message, { cause: error })));
      child.once("exit", (code, signal) => resolve(code ?? (signal ? 130 : 1)));
    }),
  run: (command, args, options = {}) =>
    new Promise((resolve, reject) => {
      const child = spawn(command, args, {
        stdio: [options.input === undefined ? "inherit" : "pipe", "pipe", "pipe"],
        env: environmentOf(environment, options),
      });
      let stdout = "";
      let stderr = "";
      child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
      const tell = options.tell ?? ((text: string) => (stderr += text));
      child.stderr?.setEncoding("utf8").on("data", tell);
      // A program need not read what it is given.
      child.stdin?.on("error", () => {}).end(options.input);
      child.once("error", (error) => reject(new CommandError(error.message, { cause: error })));
      child.once("close", (code) => resolve({ exitCode: code ?? 1, stdout, stderr }));
    }),
  async find(name) {
    if (name.includes("/")) return (await isProgram(name)) ? name : undefined;
    for (const directory of (environment.PATH ?? "").split(delimiter)) {
      const path = join(directory, name);
      if (directory && (await isProgram(path))) return path;
    }
    return undefined;
  },
});

function environmentOf(base: Environment, { environment }: RunOptions): NodeJS.ProcessEnv {
  return { ...base, ...environment };
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
