import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Bytes } from "#base/bytes.ts";
import { verifySnapshot } from "./snapshot.ts";
import type { SnapshotFacts } from "./snapshot.ts";

/** A file of that name is there whole or not at all, and what it holds has been read again. */
export async function writeSnapshot(
  file: string,
  chunks: AsyncIterable<Bytes>,
): Promise<SnapshotFacts> {
  const partial = `${file}${partialEnd}`;
  try {
    await writeDurably(partial, chunks);
    const facts = await verifySnapshot(partial);
    await rename(partial, file);
    await syncFolder(dirname(file));
    return facts;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Of a file that is being written, or was when its writer ended. */
export const partialEnd = ".partial";

/** For its owner only: there are Secrets in it. */
async function writeDurably(file: string, chunks: AsyncIterable<Bytes>): Promise<void> {
  await rm(file, { force: true });
  const handle = await open(file, "wx", 0o600);
  try {
    for await (const chunk of chunks) await handle.writeFile(chunk);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
