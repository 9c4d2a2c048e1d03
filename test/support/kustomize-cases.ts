import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/**
 * The corpus of kustomizations: a folder per case, built at its folder `overlay` if it has one.
 * `expected.yaml` is what is written out, `expected.txt` what is said besides, in which ROOT stands
 * for the case's folder. Both are the stock kubectl's own words.
 */
const corpus = resolve(import.meta.dirname, "../fixtures/kustomize");

export interface KustomizeCase {
  readonly name: string;
  readonly folder: string;
  readonly directory: string;
  /** Arguments for the stock one; ours are parsed from them. */
  readonly args: readonly string[];
  readonly output: string;
  readonly messages: string;
}

export const kustomizeCases: readonly KustomizeCase[] = readdirSync(corpus)
  .sort()
  .map((name) => {
    const folder = join(corpus, name);
    const overlay = join(folder, "overlay");
    const read = (file: string) =>
      existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8") : "";
    return {
      name,
      folder,
      directory: existsSync(overlay) ? overlay : folder,
      args: read("args.txt").replaceAll("ROOT", folder).split(/\s+/).filter(Boolean),
      output: read("expected.yaml"),
      messages: read("expected.txt"),
    };
  });

/** Messages without what differs from run to run. */
export function normalizedMessages(text: string, folder: string): string {
  return (
    text
      .replaceAll(folder, "ROOT")
      .replaceAll(/^I\d{4} [\d:.]+ +\d+ log\.go:\d+\] /gm, "")
      // Go prints the address of a generator.
      .replaceAll(/ &\{0xc[0-9a-f]+ <nil>\}/g, "")
      .replaceAll(/\n+/g, "\n")
      .trim()
  );
}
