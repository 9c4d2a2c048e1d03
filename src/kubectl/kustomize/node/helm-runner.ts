import { spawn } from "node:child_process";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HelmResult, HelmRunner } from "../plugins/helm.ts";

/** Runs the machine's helm. */
export const helmRunner: HelmRunner = {
  async temporaryDirectory() {
    const path = await mkdtemp(join(tmpdir(), "kustomize-helm-"));
    return {
      path,
      [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
    };
  },

  async writeFile(path, content) {
    await writeFile(path, content);
  },

  async isDirectory(path) {
    const found = await stat(path).catch(() => undefined);
    return found?.isDirectory() ?? false;
  },

  run({ command, args, environment }, signal) {
    return new Promise<HelmResult>((resolve) => {
      const child = spawn(command, args, {
        env: { ...process.env, ...environment },
        stdio: ["ignore", "pipe", "pipe"],
        signal,
      });
      const stdout: Buffer[] = [];
      const stderr: Buffer[] = [];
      child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
      child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
      const finish = (problem: string) =>
        resolve({
          stdout: Buffer.concat(stdout).toString(),
          stderr: Buffer.concat(stderr).toString(),
          problem,
        });
      child.on("error", (error) => finish(startProblem(command, error)));
      child.on("close", (code, killedBy) => {
        finish(code === 0 ? "" : killedBy ? `signal: ${killedBy}` : `exit status ${code ?? -1}`);
      });
    });
  },
};

/** As Go tells that a program could not be started. */
function startProblem(command: string, error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "ENOENT") return error.message;
  return command.includes("/")
    ? `fork/exec ${command}: no such file or directory`
    : `exec: "${command}": executable file not found in $PATH`;
}
