import { readFileSync } from "node:fs";
import { CommandError, run } from "./run.ts";

/** Unmounts everything at and below the folders, the last mounted first. */
export async function unmountBelow(
  folders: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  for (const mount of mountsBelow(folders).reverse()) {
    await run("umount", [mount], {}, signal).catch(async (error: unknown) => {
      if (!(error instanceof CommandError)) throw error;
      if (!mountsBelow(folders).includes(mount)) return; // went with another one
      await run("umount", ["-l", mount], {}, signal); // busy: gone from here at once, freed later
    });
  }
}

/** In the order in which they were mounted. */
export function mountsBelow(folders: readonly string[]): string[] {
  const lines = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  const points = lines.map((line) =>
    (line.split(" ")[4] ?? "").replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    ),
  );
  return points.filter((point) =>
    folders.some((folder) => point === folder || point.startsWith(`${folder}/`)),
  );
}
