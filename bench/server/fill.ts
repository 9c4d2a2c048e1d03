import { silentLogger } from "#base/log.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { cryptoRandom } from "#base/random.ts";
import { openStore } from "../../src/cluster/node/store.ts";
import type { BenchServer } from "./open.ts";

/** One object as it lies in the store. */
export interface StoredItem {
  readonly key: string;
  readonly value: Uint8Array<ArrayBuffer>;
}

const commitsAtOnce = 2_000;

/** Writes objects into the store while the server is stopped; resolves with the bytes of them. */
export async function fillStore(
  server: BenchServer,
  count: number,
  itemOf: (index: number) => StoredItem,
): Promise<number> {
  let bytes = 0;
  await server.whileStopped(async (paths) => {
    const environment = { clock: systemClock(), random: cryptoRandom, logger: silentLogger };
    await using store = await openStore({}, paths, environment);
    for (let from = 0; from < count; from += commitsAtOnce) {
      const size = Math.min(commitsAtOnce, count - from);
      const items = Array.from({ length: size }, (_, index) => itemOf(from + index));
      for (const { value } of items) bytes += value.length;
      await Promise.all(items.map((item) => store.commit(item)));
    }
    // What is measured is the state, not how it came to be.
    await store.compact(await store.current());
  });
  return bytes;
}
