import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";

/** Mounts a file system of memory. `sizeBytes` bounds it; without it the kernel's default holds. */
export async function mountTmpfs(
  folder: string,
  options: { readonly sizeBytes?: number },
  signal: AbortSignal,
): Promise<void> {
  const size = options.sizeBytes === undefined ? [] : ["-o", `size=${options.sizeBytes}`];
  await command("mount", ["-t", "tmpfs", ...size, "tmpfs", folder], signal);
}

/** Makes what `source` names appear at `target` too. Magic links of /proc are followed as such. */
export async function bindMount(
  source: string,
  target: string,
  signal: AbortSignal,
): Promise<void> {
  await command("mount", ["--no-canonicalize", "--bind", source, target], signal);
}

/** Where something is mounted, in the order in which it was. */
export function mountPoints(): readonly string[] {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) =>
      (line.split(" ")[4] ?? "").replace(/\\([0-7]{3})/g, (_, octal: string) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      ),
    );
}

export function mountsBelow(folder: string): readonly string[] {
  return mountPoints().filter((point) => point === folder || point.startsWith(`${folder}/`));
}

/**
 * Unmounts all at and below a folder, the last one first; what is busy goes from here at once and
 * is freed later. Nothing is mounted there when it resolves.
 */
export async function unmountBelow(folder: string, signal?: AbortSignal): Promise<void> {
  for (const point of [...mountsBelow(folder)].reverse()) {
    try {
      await command("umount", [point], signal);
    } catch {
      signal?.throwIfAborted();
      // Some went with another one; what is busy gets detached, which fails for reasons of its own.
      if (mountsBelow(folder).includes(point)) await command("umount", ["-l", point], signal);
    }
  }
  const left = mountsBelow(folder);
  if (left.length > 0) throw new Error(`still mounted: ${left.join(", ")}`);
}

/** The text of its error is what the program said, without the program's name. */
function command(name: string, parameters: readonly string[], signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(name, parameters, { ...(signal && { signal }) }, (error, _, stderr) => {
      if (!error) return resolve();
      if (signal?.aborted) return reject(signal.reason);
      reject(new Error(stderr.trim() || error.message, { cause: error }));
    });
  });
}
