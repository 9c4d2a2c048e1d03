import { spawn } from "node:child_process";
import { once } from "node:events";

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly input?: string;
  readonly environment?: Readonly<NodeJS.ProcessEnv>;
  /** After which the program is ended; the wait for it is then an error. */
  readonly timeoutMs?: number;
  /** What the program must end with, 0 where nothing is said; `"any"` leaves it to the caller. */
  readonly expectCode?: number | "any";
}

const timeoutDefaultMs = 120_000;

/** Runs a program to its end. Throws, with all that it said, when it ends otherwise than expected. */
export async function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { input, environment, timeoutMs = timeoutDefaultMs, expectCode = 0 } = options;
  const child = spawn(program, [...args], {
    env: environment ?? process.env,
    stdio: ["pipe", "pipe", "pipe"],
    timeout: timeoutMs,
    killSignal: "SIGKILL",
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  // A program that ends without reading its input is judged by its exit code.
  child.stdin.on("error", () => {});
  child.stdin.end(input ?? "");
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  const line = [program, ...args].join(" ");
  const said = `stdout:\n${stdout}\nstderr:\n${stderr}`;
  if (code === null) {
    throw new Error(`${line} was ended by ${signal} (allowed: ${timeoutMs} ms)\n${said}`);
  }
  if (expectCode !== "any" && code !== expectCode) {
    throw new Error(`${line} ended with ${code}, not ${expectCode}\n${said}`);
  }
  return { code, stdout, stderr };
}
