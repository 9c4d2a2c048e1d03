import { rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

/**
 * `npm run bundle` puts what is published into dist/: few files to open at a start, with what each
 * command alone needs in a file of its own. Sources run as they are; nothing here is needed to work
 * on them.
 */
const root = join(import.meta.dirname, "..");

export async function bundle(directory = join(root, "dist")): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await build({
    entryPoints: { kubectl: "src/bin/kubectl.ts" },
    absWorkingDir: root,
    outdir: directory,
    outExtension: { ".js": ".mjs" },
    chunkNames: "chunks/[name]-[hash]",
    platform: "node",
    format: "esm",
    bundle: true,
    splitting: true,
    minify: true,
    logLevel: "warning",
    // Packages of the older form ask for Node's own modules by `require`.
    banner: {
      js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);',
    },
  });
}

if (import.meta.main) await bundle();
