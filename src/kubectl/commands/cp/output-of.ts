import type { Bytes } from "#base/bytes.ts";
import { ByteQueue } from "#streaming/byte-queue.ts";
import type { Session } from "../../streams/session.ts";

const unreadMax = 256 * 1024;

/** What a command writes, as it is read; its failure is thrown at the end. */
export async function* outputOf(
  run: (stdout: Session["stdout"], signal: AbortSignal) => Promise<void>,
): AsyncGenerator<Bytes> {
  const queue = new ByteQueue({ capacity: unreadMax });
  const stop = new AbortController();
  const stdout: Session["stdout"] = {
    write: (data) => {
      if (typeof data !== "string") queue.push(data);
    },
    drained: () => queue.room(),
  };
  const finished = run(stdout, stop.signal).then(
    () => queue.end(),
    (error: unknown) => queue.end(error),
  );
  try {
    yield* queue;
  } finally {
    stop.abort(new Error("nobody reads any more"));
    await finished;
  }
}
