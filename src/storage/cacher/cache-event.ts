import type { Change } from "../feed.ts";
import type { Entry, Revision } from "../store.ts";

/** What a watch of the cacher delivers. */
export type CacheEvent = ObjectEvent | Bookmark;

/** Everything up to `revision` has been delivered. */
export interface Bookmark {
  readonly type: "bookmark";
  readonly revision: Revision;
  /** Set on the one that ends the current state of a watch with `initial`. */
  readonly initialEventsEnd: boolean;
}

/** A change of one object. All watchers get the same event, so none may change it. */
export class ObjectEvent implements Change {
  readonly type: "added" | "modified" | "deleted";
  /**
   * The object as it is now. After a delete: as it was last, but with the delete's revision as
   * `modified`, which is the resourceVersion that the event carries.
   */
  readonly entry: Entry;
  /** The object before the change; undefined only when it was added. */
  readonly previous: Entry | undefined;
  /** When the cacher heard of it, by the monotonic clock. */
  readonly heardAt: number;
  /** What the object takes as it is now. */
  readonly bytes: number;

  constructor(
    type: ObjectEvent["type"],
    event: { entry: Entry; previous: Entry | undefined; heardAt: number; bytes?: number },
  ) {
    this.type = type;
    this.entry = event.entry;
    this.previous = event.previous;
    this.heardAt = event.heardAt;
    this.bytes = event.bytes ?? 0;
  }

  get key(): string {
    return this.entry.key;
  }

  get revision(): Revision {
    return this.entry.modified;
  }
}
