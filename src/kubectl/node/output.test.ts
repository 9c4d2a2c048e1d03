import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

const output = JSON.stringify(join(import.meta.dirname, "output.ts"));

/** A program that writes; `$lines` is how many lines of 1,000 bytes. */
const writes = (lines: number, before = "") => `
  ${before};
  const { leave, standardOutput } = await import(${output});
  const stdout = standardOutput("stdout");
  for (let line = 0; line < ${lines}; line++) stdout.write(String(line).padEnd(999) + "\\n");
  stdout.write(new TextEncoder().encode("끝\\n"));
  await stdout.drained();
  await leave(3);
`;

function start(script: string, stdio: "pipe" | "ignore" = "pipe") {
  const args = ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script];
  return spawn(process.execPath, args, { stdio: ["ignore", stdio, "inherit"] });
}

const cases = [
  { name: "at once", before: "" },
  // Node makes the pipe one that does not block, so that a full one is told.
  { name: "through the stream, where the reader is behind", before: "process.stdout" },
];

for (const { name, before } of cases) {
  test(`all that is written arrives before the end: ${name}`, async () => {
    const child = start(writes(3_000, before));
    const closed = once(child, "close");
    // More than any pipe holds waits for a reader that is late.
    await sleep(300);
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    assert.deepEqual(await closed, [3, null]);
    const lines = text.split("\n");
    assert.equal(lines.length, 3_002);
    assert.equal(lines[2_999], "2999".padEnd(999));
    assert.equal(lines[3_000], "끝");
  });
}

for (const { name, before } of cases) {
  test(`a reader that went away is no failure: ${name}`, async () => {
    const child = start(writes(3_000, before));
    const closed = once(child, "close");
    child.stdout?.destroy();
    assert.deepEqual(await closed, [3, null]);
  });
}

test("nobody may be there to read", async () => {
  assert.deepEqual(await once(start(writes(1), "ignore"), "close"), [3, null]);
});
