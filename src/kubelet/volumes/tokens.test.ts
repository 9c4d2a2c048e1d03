import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "#api/core/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { TokenCache } from "./tokens.ts";

test("a token is renewed at 80 % of its life, and kept while no new one is to be had", async () => {
  const clock = new VirtualClock();
  let count = 0;
  let broken = false;
  const cache = new TokenCache({
    clock,
    logger: silentLogger,
    source: {
      async request(_pod, { expirationSeconds }) {
        if (broken) throw new Error("no API server");
        count++;
        return { token: `t${count}`, expiresAtMs: clock.now() + expirationSeconds * 1000 };
      },
    },
  });
  const pod = { metadata: { uid: "u" }, spec: { serviceAccountName: "sa" } } as unknown as Pod;
  const { signal } = new AbortController();
  const get = (expirationSeconds: number) =>
    cache.get(pod, { audience: "", expirationSeconds }, signal);
  assert.equal(await get(3600), "t1");
  await clock.advance(2879_000);
  assert.equal(await get(3600), "t1");
  await clock.advance(1000);
  broken = true;
  assert.equal(await get(3600), "t1");
  await clock.advance(720_000);
  await assert.rejects(get(3600), /no API server/);
  broken = false;
  assert.equal(await get(3600), "t2");
  // A year is too long to keep a token.
  assert.equal(await get(31_536_000), "t3");
  await clock.advance(24 * 3_600_000);
  assert.equal(await get(31_536_000), "t4");
  cache.forget("u");
  assert.equal(await get(31_536_000), "t5");
});
