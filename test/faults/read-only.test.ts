import assert from "node:assert/strict";
import { dirname } from "node:path";
import { test } from "node:test";
import type { ApiStatus } from "../support/api.ts";
import { eventually } from "../support/eventually.ts";
import { Writers, configMaps, listOf } from "./load.ts";
import { Place, mountMissing } from "./place.ts";

test(
  "a file system that becomes read-only",
  { skip: mountMissing, timeout: 120_000 },
  async (context) => {
    const place = await Place.make(context);
    await place.mountImage(24);
    const folder = dirname(place.paths.store);
    const server = await place.makeServer();
    await server.start();
    const writers = new Writers(server);
    await eventually(() => assert.ok(writers.acknowledged.size > 50), { intervalMs: 20 });
    await writers.stop();
    await place.makeReadOnly();
    const late = new Writers(server, { name: "late" });
    await eventually(() => assert.ok(late.refused.size > 0), { intervalMs: 20 });

    const assertWhole = async () => {
      const stored = new Map(
        (await listOf(server)).items.map((item) => [item.metadata.name, item]),
      );
      for (const [name, { metadata }] of writers.acknowledged) {
        assert.deepEqual(stored.get(name)?.metadata, metadata, `${name} was acknowledged`);
      }
    };

    await context.test("writes are refused, by what refuses and where to look", async () => {
      await eventually(async () => {
        const readyz = await server.api.send({ path: "/readyz" });
        assert.match(readyz.text, /^\[-\]storage failed/m);
      });
      const [[status, text] = [0, ""], ...others] = late.refused;
      assert.deepEqual([status, others], [500, []]);
      const { message, reason } = JSON.parse(text) as ApiStatus;
      assert.equal(reason, "InternalError");
      assert.ok(message.includes(`${place.paths.store} `), message);
      assert.ok(message.includes(`find out why the file system of ${folder} refuses`), message);
    });

    await context.test("reads go on", async () => {
      await late.stop();
      assert.equal(late.acknowledged.size, 0);
      await assertWhole();
      assert.equal((await server.api.send({ path: "/livez" })).status, 200);
    });

    await context.test(
      "a start there says so, and where it is repaired nothing is lost",
      async () => {
        await server.stop();
        const why = await server.startInVain();
        assert.ok(why.includes(`${place.paths.store} cannot be read or written`), why);
        assert.ok(why.includes(`find out why the file system of ${folder} refuses`), why);
        await place.remount();
        await server.start();
        await assertWhole();
        await server.api.create(configMaps, { metadata: { name: "last" } });
      },
    );
  },
);
