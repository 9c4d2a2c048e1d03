import { text, utf8 } from "#base/bytes.ts";
import { cryptoRandom } from "#base/random.ts";
import { required } from "#base/invariant.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { Pod } from "#api/core/v1.ts";
import type { Draft } from "#schema/message.ts";
import { SqliteStore } from "#storage/node/sqlite/sqlite-store.ts";
import { pod } from "./objects.ts";
import { benchNamespace } from "./open.ts";
import type { BenchServer } from "./open.ts";

const prefix = `/registry/pods/${benchNamespace}/`;
/** The one that the server makes; the others are its copies, under names of their own. */
const modelName = "pod-model00000";
const commitsAtOnce = 2_000;

/**
 * Fills the store with pods `pod-0000000000`, … , as the server itself would have stored them, in
 * much less time. The server is another process afterwards.
 */
export async function seedPods(server: BenchServer, count: number): Promise<{ bytes: number }> {
  await server.client.create(Pod, pod(modelName) as Draft<Pod>);
  let bytes = 0;
  await server.whileStopped(async ({ store: path }) => {
    await using store = await SqliteStore.open({ path, clock: systemClock() });
    const { entries } = await store.range({ prefix });
    const model = required(entries[0], "the server has stored the pod");
    const template = text(model.value);
    const uid = required(/"uid":"([^"]+)"/.exec(template)?.[1], "a stored object has a uid");
    for (let first = 0; first < count; first += commitsAtOnce) {
      const size = Math.min(commitsAtOnce, count - first);
      await Promise.all(
        Array.from({ length: size }, (_, index) => {
          const name = `pod-${String(first + index).padStart(10, "0")}`;
          const own = template.replace(modelName, name).replace(uid, cryptoRandom.uuid());
          const value = utf8(own);
          bytes += value.length;
          return store.commit({ key: prefix + name, value });
        }),
      );
    }
    await store.commit({ key: model.key, value: undefined });
    // As after some minutes of rest: what was before is history.
    await store.compact(await store.current());
  });
  return { bytes };
}

/** Writes the ConfigMaps that there are again, one after the other: so much history. */
export async function seedHistory(server: BenchServer, revisions: number): Promise<void> {
  await server.whileStopped(async ({ store: path }) => {
    await using store = await SqliteStore.open({ path, clock: systemClock() });
    const { entries } = await store.range({ prefix: `/registry/configmaps/${benchNamespace}/` });
    for (let written = 0; written < revisions; written += entries.length) {
      await Promise.all(entries.map(({ key, value }) => store.commit({ key, value })));
    }
  });
}
