import { required } from "#base/invariant.ts";
import { Progress } from "./feed.ts";
import type { Change } from "./feed.ts";
import type { Entry, StoreEvent } from "./store.ts";

/** A change as stores log it. */
export interface StoreChange extends Change {
  /** The key as it is now; undefined after a delete. */
  readonly entry: Entry | undefined;
}

export function eventOf(change: StoreChange | Progress): StoreEvent {
  if (change instanceof Progress) return { type: "progress", revision: change.revision };
  const { key, revision, entry, previous } = change;
  if (entry) return { type: "put", entry, previous };
  return {
    type: "delete",
    key,
    revision,
    previous: required(previous, "only what exists is deleted"),
  };
}
