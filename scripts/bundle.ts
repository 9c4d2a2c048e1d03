import { rm } from "node:fs/promises";
import { join } from "node:path";
import { rolldown } from "rolldown";

/**
 * `npm run bundle` puts what is published into dist/: few files to open at a start, with what each
 * command alone needs in a file of its own. Sources run as they are; nothing here is needed to work
 * on them.
 */
const root = join(import.meta.dirname, "..");
const programs = { kubectl: "src/bin/kubectl.ts" };

export async function bundle(directory = join(root, "dist")): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  const build = await rolldown({
    input: programs,
    cwd: root,
    platform: "node",
    external: [/^node:/],
  });
  try {
    await build.write({
      dir: directory,
      format: "esm",
      entryFileNames: "[name].mjs",
      chunkFileNames: "chunks/[name]-[hash].mjs",
      minify: true,
    });
  } finally {
    await build.close();
  }
}

if (import.meta.main) await bundle();
