/** Splits a stream of bytes into its lines; empty ones are left out. */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  // Parts of a line that is not complete yet; joined once, so that a long line costs no more.
  let pending: string[] = [];
  for await (const chunk of chunks) {
    const lines = decoder.decode(chunk, { stream: true }).split("\n");
    for (let index = 0; index < lines.length - 1; index++) {
      pending.push(lines[index] ?? "");
      const line = pending.join("");
      pending = [];
      if (line.trim() !== "") yield line;
    }
    pending.push(lines.at(-1) ?? "");
  }
  const last = pending.join("");
  if (last.trim() !== "") yield last;
}
