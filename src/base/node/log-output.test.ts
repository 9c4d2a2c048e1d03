import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { logOutput } from "./log-output.ts";

test("lines that cannot be written are counted, and the log goes on", () => {
  const folder = mkdtempSync(join(tmpdir(), "kijabi-log-"));
  const file = join(folder, "log");
  const descriptor = openSync(file, "w");
  try {
    const write = logOutput(descriptor);
    write("first\n");
    closeSync(descriptor);
    write("second\n");
    write("third\n");
    // The lowest that is free: the same one.
    assert.equal(openSync(file, "a"), descriptor);
    write("fourth\n");
    write("fifth\n");
    const expected =
      "first\n\n(2 lines are missing here: they could not be written)\nfourth\nfifth\n";
    assert.equal(readFileSync(file, "utf8"), expected);
  } finally {
    closeSync(descriptor);
    rmSync(folder, { recursive: true });
  }
});
