import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

/**
 * Compares with the file, or writes it when the tests run with UPDATE_GOLDEN=1: then look at what
 * changed.
 */
export function golden(file: URL, text: string): void {
  if (process.env["UPDATE_GOLDEN"]) {
    mkdirSync(new URL(".", file), { recursive: true });
    writeFileSync(file, text);
  }
  assert.equal(text, readFileSync(file, "utf8"));
}
