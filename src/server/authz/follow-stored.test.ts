import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { text, utf8 } from "#base/bytes.ts";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { Scope } from "#base/scope.ts";
import { Cacher } from "#storage/cacher/cacher.ts";
import { MemoryStore } from "#storage/memory/memory-store.ts";
import { CompactedError, revision } from "#storage/store.ts";
import { followStored } from "./follow-stored.ts";
import type { Stored } from "./follow-stored.ts";

const prefix = "/registry/pods/";

describe("what follows stored objects", () => {
  it("hears of the state, of each change, and begins anew where the watch is lost", async () => {
    const clock = new VirtualClock();
    await using cacher = new Cacher({ store: new MemoryStore({ clock }), clock });
    const put = (name: string, value: string | undefined) =>
      cacher.commit({ key: prefix + name, value: value === undefined ? value : utf8(value) });
    await put("default/a", "1");
    await put("default/b", "1");

    let lost = Promise.withResolvers<never>();
    let watches = 0;
    const stored: Stored = {
      async *watchBatches(query, signal) {
        watches++;
        const losing = lost.promise;
        const events = cacher.watchBatches(query, signal)[Symbol.asyncIterator]();
        try {
          for (;;) {
            const next = await Promise.race([events.next(), losing]);
            if (next.done) return;
            yield next.value;
          }
        } finally {
          void events.return(undefined);
        }
      },
    };
    const seen = new Map<string, string>();
    let synced = 0;
    const follower = {
      get isEmpty() {
        return seen.size === 0;
      },
      put: ({ key, value }: { key: string; value: Uint8Array }) => void seen.set(key, text(value)),
      remove: (key: string) => void seen.delete(key),
      retain: (keys: ReadonlySet<string>) => {
        for (const key of seen.keys()) if (!keys.has(key)) seen.delete(key);
      },
    };
    const expected = (state: Record<string, string>) => {
      const found = Object.fromEntries([...seen].map(([key, value]) => [key.slice(-1), value]));
      assert.deepEqual(found, state);
    };
    await using scope = new Scope({ onFailure: (_, error) => assert.fail(String(error)) });
    scope.run("follow", (signal) =>
      followStored(
        { stored, prefix, follower, clock, logger: silentLogger, onSynced: () => synced++ },
        signal,
      ),
    );
    await clock.advance(1);
    assert.equal(synced, 1);
    expected({ a: "1", b: "1" });
    await put("default/a", "2");
    await put("default/c", "1");
    await put("default/b", undefined);
    await clock.advance(1);
    expected({ a: "2", c: "1" });

    lost.reject(new CompactedError(revision(1)));
    await put("default/a", undefined);
    await put("default/d", "1");
    lost = Promise.withResolvers();
    await clock.advance(1_000);
    assert.equal(watches, 2);
    assert.equal(synced, 2);
    expected({ c: "1", d: "1" });
  });
});
