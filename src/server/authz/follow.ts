import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import type { Client, Resource } from "#client/client.ts";
import { Reflector } from "#client/informer/reflector.ts";
import type { StateReader } from "#client/informer/reflector.ts";
import { keyOf } from "#client/object.ts";
import type { ApiObject } from "#client/object.ts";

/** Where the objects of one kind go. */
export interface Follower<T> {
  /** All of them; what it does not name is gone. */
  replace(objects: readonly T[]): void;
  put(object: T): void;
  remove(object: T): void;
}

/** The same for kinds of which there are many: they are put one after the other. */
export interface ManyFollower<T> {
  put(object: T): void;
  remove(object: T): void;
  /** What is not among these keys is gone. */
  retain(keys: ReadonlySet<string>): void;
}

/**
 * Keeps a follower up to date with everything of one kind, as an informer does, but keeps no
 * objects itself. `onSynced` is called after each list. Returns when the signal aborts.
 */
export async function follow<T extends ApiObject>(
  options: {
    readonly client: Client;
    readonly clock: Clock;
    readonly random: Random;
    readonly logger: Logger;
    readonly resource: Resource<T>;
    readonly follower: Follower<T> | ManyFollower<T>;
    readonly onSynced?: () => void;
  },
  signal: AbortSignal,
): Promise<void> {
  const { follower, onSynced, ...rest } = options;
  const reflector = new Reflector<T>({
    ...rest,
    sink: {
      replace(objects) {
        if ("replace" in follower) follower.replace(objects);
        onSynced?.();
      },
      ...("retain" in follower && { readState: () => putAll(follower, onSynced) }),
      changed(type, object) {
        if (type === "DELETED") follower.remove(object);
        else follower.put(object);
      },
      bookmark() {},
    },
  });
  await reflector.run(signal);
}

function putAll<T extends ApiObject>(
  follower: ManyFollower<T>,
  onSynced: (() => void) | undefined,
): StateReader<T> {
  const keys = new Set<string>();
  return {
    add(object) {
      keys.add(keyOf(object.metadata));
      follower.put(object);
    },
    end() {
      follower.retain(keys);
      onSynced?.();
    },
  };
}
