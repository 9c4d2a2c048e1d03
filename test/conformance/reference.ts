import { existsSync, readFileSync } from "node:fs";

const folder = new URL("../../../shared/reference/", import.meta.url);

/** Why tests that need a file of the reference are skipped; false when it is there. */
export function skipWithout(name: string): string | false {
  return existsSync(new URL(name, folder)) ? false : `the reference's ${name} is not here`;
}

export function readReference(name: string): string {
  return readFileSync(new URL(name, folder), "utf8");
}

/** The lines of a table, without its head. */
export function readRows(name: string): string[][] {
  return readAllRows(name).slice(1);
}

/** Of a table without a line of headings. */
export function readAllRows(name: string): string[][] {
  const lines = readReference(name).trimEnd().split("\n");
  return lines.map((line) => line.split("\t"));
}

/** Alpha and beta versions are served only where somebody asks for them. */
export const isStable = (version: string): boolean => /^v\d+$/.test(version);
