import { spawn } from "node:child_process";
import type { Output, Programs, RunOptions } from "#kubectl/host.ts";

/** Programs that run in the directory, and whose output goes where the command's own does. */
export function programsIn(
  directory: string,
  environment: Readonly<Record<string, string>>,
  { stdout, stderr, programs }: { stdout: Output; stderr: Output; programs: Programs },
): Programs {
  return {
    find: (name) => programs.find(name),
    run: (command, args, options) => programs.run(command, args, options),
    runInForeground: (command: string, args: readonly string[], options?: RunOptions) =>
      new Promise((resolve, reject) => {
        const child = spawn(command, args, {
          cwd: directory,
          env: { ...environment, ...options?.environment },
          stdio: ["ignore", "pipe", "pipe"],
        });
        child.stdout.on("data", (data: Buffer) => stdout.write(data.toString("utf8")));
        child.stderr.on("data", (data: Buffer) => stderr.write(data.toString("utf8")));
        child.once("error", reject);
        child.once("close", (code) => resolve(code ?? 1));
      }),
  };
}
