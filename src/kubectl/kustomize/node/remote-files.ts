import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileError } from "../load/files.ts";
import type { RemoteFiles } from "../load/loader.ts";

/** Files of web servers, and repositories by the machine's git. */
export const remoteFiles: RemoteFiles = {
  async fetch(url, signal) {
    let response: Response;
    try {
      response = await fetch(url, { signal });
    } catch (error) {
      signal.throwIfAborted();
      const { cause } = error as Error;
      const reason = cause instanceof Error ? cause.message : String(error);
      throw new FileError(`Get "${url}": ${reason}`);
    }
    return { status: response.status, content: new Uint8Array(await response.arrayBuffer()) };
  },

  async clone({ url, ref, submodules, timeoutSeconds }, signal) {
    const directory = await mkdtemp(join(tmpdir(), "kustomize-"));
    const dispose = () => rm(directory, { recursive: true, force: true });
    const git = (...args: readonly string[]) =>
      runGit(
        args,
        directory,
        AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)]),
      );
    try {
      await git("init");
      await git("remote", "add", "origin", url);
      await git("fetch", "--depth=1", url, ref === "" ? "HEAD" : ref);
      await git("checkout", "FETCH_HEAD");
      if (submodules) await git("submodule", "update", "--init", "--recursive");
    } catch (error) {
      await dispose();
      signal.throwIfAborted();
      throw error;
    }
    return { directory, [Symbol.asyncDispose]: dispose };
  },
};

function runGit(args: readonly string[], directory: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", args, {
      cwd: directory,
      stdio: ["ignore", "pipe", "pipe"],
      signal,
    });
    const output: Buffer[] = [];
    const shown = `git ${args.join(" ")}`;
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") reject(new FileError("no 'git' program on path"));
      else reject(new FileError(`hit timeout running '${shown}'`));
    });
    child.on("close", (code) => {
      if (code === 0) resolve();
      else {
        const said = Buffer.concat(output).toString();
        reject(new FileError(`failed to run '${shown}': ${said}: exit status ${code ?? -1}`));
      }
    });
  });
}
