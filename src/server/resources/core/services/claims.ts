import { text, utf8 } from "#base/bytes.ts";
import { revision } from "#storage/store.ts";
import type { Store } from "#storage/store.ts";

/** What services have of which there is one each. */
export type ClaimKind = "serviceips" | "servicenodeports";

/**
 * Reservations that all servers over one store see. They bridge the time from choosing a value to
 * storing the service that has it; by themselves they end a while later.
 */
export interface Claims {
  /** False when another owner has claimed the value. */
  claim(kind: ClaimKind, value: string, owner: string): Promise<boolean>;
  /** Ends the owner's claim, if it is still there. */
  release(kind: ClaimKind, value: string, owner: string): Promise<void>;
}

/** Longer than any write takes that may still succeed. */
const claimSeconds = 60;

export function storeClaims(store: Pick<Store, "get" | "commit">): Claims {
  const keyOf = (kind: ClaimKind, value: string) => `/registry/ranges/${kind}/${value}`;
  return {
    async claim(kind, value, owner) {
      let expected = revision(0);
      for (;;) {
        const result = await store.commit({
          key: keyOf(kind, value),
          value: utf8(owner),
          expected,
          ttlSeconds: claimSeconds,
        });
        if (result.ok) return true;
        const { current } = result;
        if (current && text(current.value) !== owner) return false;
        // Its own from before is renewed, what has just gone is taken anew.
        expected = current?.modified ?? revision(0);
      }
    },
    async release(kind, value, owner) {
      const key = keyOf(kind, value);
      const entry = await store.get(key);
      if (!entry || text(entry.value) !== owner) return;
      // If somebody was faster, then it is not the owner's any more.
      await store.commit({ key, value: undefined, expected: entry.modified });
    },
  };
}
