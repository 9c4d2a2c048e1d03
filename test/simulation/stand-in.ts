import type { Store, StoreEvent } from "#storage/store.ts";
import type { World } from "./world.ts";

/** The store, with some of its methods replaced. */
export function standIn(store: Store, changes: Partial<Store>): Store {
  return {
    ...(store.shared && { shared: true }),
    get: (key, options) => store.get(key, options),
    range: (query, signal) => store.range(query, signal),
    commit: (commit) => store.commit(commit),
    watch: (query, signal) => store.watch(query, signal),
    current: () => store.current(),
    compact: (at) => store.compact(at),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    ...changes,
  };
}

/** What a watch delivers takes its time, in order: nobody has promised that it does not. */
export function slowWatches(world: World, store: Store, usualMs: number): Store {
  if (usualMs === 0) return store;
  return standIn(store, {
    watch: (query, signal) => delayed(world, usualMs, store.watch(query, signal), signal),
  });
}

async function* delayed(
  world: World,
  usualMs: number,
  events: AsyncIterable<StoreEvent>,
  signal: AbortSignal,
): AsyncGenerator<StoreEvent, void, undefined> {
  for await (const event of events) {
    await world.sleep(world.dice.delayMs(usualMs));
    if (signal.aborted) return;
    yield event;
  }
}
