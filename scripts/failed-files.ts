import type { TestEvent } from "node:test/reporters";

/** A reporter for `node --test`: the files whose tests failed, a line each, and nothing else. */
export default async function* failedFiles(
  source: AsyncIterable<TestEvent>,
): AsyncGenerator<string> {
  for await (const { type, data } of source) {
    if (type === "test:summary" && data.file && !data.success) yield `${data.file}\n`;
  }
}
