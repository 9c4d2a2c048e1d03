import { execFile } from "node:child_process";

/** A program ended with another code than 0. The message has what it said. */
export class CommandError extends Error {
  override name = "CommandError";
  readonly command: string;
  readonly exitCode: number | undefined;
  readonly stderr: string;

  constructor(options: { command: string; exitCode: number | undefined; stderr: string }) {
    const said = options.stderr.trim() || `exit code ${options.exitCode ?? "none"}`;
    super(`${options.command}: ${said}`);
    this.command = options.command;
    this.exitCode = options.exitCode;
    this.stderr = options.stderr;
  }
}

/** Runs a program to its end and returns what it wrote; `CommandError` when it failed. */
export function run(
  program: string,
  args: readonly string[],
  options: { readonly input?: string; readonly environment?: Readonly<NodeJS.ProcessEnv> } = {},
  signal?: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const settings = { maxBuffer: 64 << 20, env: options.environment ?? process.env, signal };
    const child = execFile(program, args, settings, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      if (signal?.aborted) return reject(signal.reason);
      const exitCode = typeof error.code === "number" ? error.code : undefined;
      const said = exitCode === undefined && !stderr ? error.message : stderr;
      reject(new CommandError({ command: [program, ...args].join(" "), exitCode, stderr: said }));
    });
    // A program that ends without reading its input is judged by its exit code.
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.input ?? "");
  });
}
