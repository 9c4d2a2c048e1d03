import { text, utf8 } from "#base/bytes.ts";
import type { ApiResponse } from "#client/transport.ts";
import type { TxnRequest } from "#storage/node/etcd/messages.ts";
import { revision } from "#storage/store.ts";
import type { Store, StoreEvent } from "#storage/store.ts";
import type { Tamper } from "./network.ts";
import { standIn } from "./stand-in.ts";
import type { Breakage } from "./simulation.ts";
import type { Dice } from "./world.ts";

/**
 * What the system would do if it had a certain bug. Each must be noticed: a check that lets one of
 * them pass is worth nothing.
 */
export const breakages: Readonly<Record<string, Breakage>> = {
  "a lost fsync": { losesSyncChance: 0.2 },
  "a skipped event": {
    store: withEvents((dice, events) => withoutSome(dice, events)),
  },
  "a repeated event": {
    store: withEvents((dice, events) => withSomeTwice(dice, events)),
  },
  "progress that runs ahead": {
    backend: "etcd",
    store: withEvents((_dice, events) => withEarlyProgress(events)),
  },
  "a guard that is not looked at": {
    store: (store, dice) =>
      standIn(store, {
        commit: ({ expected, ...commit }) =>
          store.commit({ ...commit, ...(!dice.chance(0.2) && expected && { expected }) }),
      }),
  },
  "a snapshot that is not of its revision": {
    store: (store) =>
      standIn(store, {
        async range({ revision: at, ...query }, signal) {
          const newest = await store.range(query, signal);
          return { ...newest, revision: at ?? newest.revision };
        },
      }),
  },
  "a create that comes true after it was given up": {
    backend: "etcd",
    member: (link) => ({
      ...link,
      call: (call, request, ...rest) => link.call(call, withoutFence(request), ...rest),
    }),
  },
  "a stale read": { network: staleReads },
  "a list that misses an object": { network: () => shorterLists },
};

type Change = (dice: Dice, events: AsyncIterable<StoreEvent>) => AsyncIterable<StoreEvent>;

function withEvents(change: Change): (store: Store, dice: Dice) => Store {
  return (store, dice) =>
    standIn(store, { watch: (query, signal) => change(dice, store.watch(query, signal)) });
}

async function* withoutSome(dice: Dice, events: AsyncIterable<StoreEvent>) {
  for await (const event of events) {
    if (event.type === "progress" || !dice.chance(0.05)) yield event;
  }
}

async function* withSomeTwice(dice: Dice, events: AsyncIterable<StoreEvent>) {
  for await (const event of events) {
    yield event;
    if (dice.chance(0.05)) yield event;
  }
}

async function* withEarlyProgress(events: AsyncIterable<StoreEvent>): AsyncIterable<StoreEvent> {
  for await (const event of events) {
    if (event.type !== "progress") yield event;
    else yield { type: "progress", revision: revision(event.revision + 1) };
  }
}

/** Creates are guarded by their own key only. */
function withoutFence<Q>(request: Q): Q {
  const transaction: Partial<TxnRequest> = request as object;
  const { compare } = transaction;
  return compare && compare.length > 1 ? { ...request, compare: compare.slice(0, 1) } : request;
}

/** Answers to gets of one object, out of somebody's cache. */
function staleReads(dice: Dice): Tamper {
  const answers = new Map<string, ApiResponse>();
  return (request, response) => {
    const isGet = request.method === "GET" && /\/configmaps\/\w+$/.test(request.path);
    if (!isGet || response.status !== 200) return response;
    const old = answers.get(request.path);
    if (old && dice.chance(0.2)) return old;
    answers.set(request.path, response);
    return response;
  };
}

const shorterLists: Tamper = (request, response) => {
  const { body } = response;
  const isList = request.path.endsWith("/configmaps") && request.method === "GET";
  if (!isList || response.status !== 200 || body.kind !== "bytes") return response;
  const list = JSON.parse(text(body.bytes)) as { items: unknown[] };
  list.items.pop();
  return { ...response, body: { ...body, bytes: utf8(JSON.stringify(list)) } };
};
