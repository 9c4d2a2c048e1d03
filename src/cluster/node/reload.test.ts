import { test } from "node:test";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withTimeout } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { MetricsRegistry } from "#base/metrics.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { Scope } from "#base/scope.ts";
import { followConfiguration } from "./reload.ts";

test("what is taken over, and what is not, is counted under upstream's names", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "kijabi-reload-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "authorization.yaml");
  const write = async (content: string) => {
    await writeFile(`${path}.new`, content);
    await rename(`${path}.new`, path);
  };
  const clock = systemClock();
  const metrics = new MetricsRegistry();
  const scope = new Scope({ onFailure: (_task, error) => assert.fail(String(error)) });
  let taken = Promise.withResolvers<string>();
  const file = {
    subject: "authorization",
    path,
    content: "one",
    apply(content: string) {
      taken.resolve(content);
      if (content === "bad") throw new Error("bad");
    },
  } as const;
  const environment = { clock, logger: silentLogger, metrics, identity: "me", everyMs: 5 };
  await write("one");
  scope.run("follow", (signal) => followConfiguration(file, environment, signal));
  for (const content of ["bad", "two"]) {
    taken = Promise.withResolvers<string>();
    await write(content);
    assert.equal(await withTimeout(clock, 10_000, undefined, () => taken.promise), content);
  }
  await new Promise((resolve) => setImmediate(resolve));
  const hash = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;
  const lines = metrics.render().split("\n");
  const prefix = "apiserver_authorization_config_controller";
  for (const status of ["failure", "success"]) {
    const labels = `{status="${status}",apiserver_id_hash="${hash("me")}"}`;
    assert.ok(lines.includes(`${prefix}_automatic_reloads_total${labels} 1`), status);
    const at = lines.find((line) =>
      line.startsWith(`${prefix}_automatic_reload_last_timestamp_seconds${labels}`),
    );
    assert.ok(Math.abs(Number(at?.split(" ").at(-1)) - clock.now() / 1000) < 10, String(at));
  }
  assert.deepEqual(
    lines.filter((line) => line.startsWith(`${prefix}_last_config_info`)),
    [`${prefix}_last_config_info{apiserver_id_hash="${hash("me")}",hash="${hash("two")}"} 1`],
  );
  await scope.close();
});
