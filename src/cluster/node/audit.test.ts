import { test } from "node:test";
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseFlags } from "#base/flags.ts";
import { silentLogger } from "#base/log.ts";
import { MetricsRegistry } from "#base/metrics.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { cryptoRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import { openHarness } from "#testkit/requests.ts";
import { auditFlags, auditOfFlags, openAuditor } from "./audit.ts";

const of = (...args: string[]) => auditOfFlags(parseFlags(auditFlags, args).values);

test("flags say where events go, with upstream's defaults", () => {
  assert.equal(of(), undefined);
  const config = of("--audit-policy-file=/p", "--audit-webhook-config-file=/k");
  assert.equal(config?.logPath, undefined);
  assert.deepEqual(config?.webhook, {
    configFile: "/k",
    mode: "batch",
    initialBackoffMs: 10_000,
    batch: {
      bufferSize: 10_000,
      batchSizeMax: 400,
      batchWaitMs: 30_000,
      throttle: { perSecond: 10, burst: 15 },
    },
  });
});

test("flags that cannot be meant are refused", () => {
  const webhook = ["--audit-policy-file=/p", "--audit-webhook-config-file=/k"];
  const cases: [args: string[], error: RegExp][] = [
    [["--audit-policy-file=/p"], /belongs together with/],
    [["--audit-webhook-config-file=/k"], /belongs together with/],
    [[...webhook, "--audit-webhook-mode=loud"], /invalid audit webhook mode loud, allowed modes/],
    [[...webhook, "--audit-webhook-version=audit.k8s.io/v1beta1"], /use audit.k8s.io\/v1/],
    [[...webhook, "--audit-webhook-batch-max-size=0"], /max batch size 0, must be a positive/],
    [[...webhook, "--audit-webhook-initial-backoff=soon"], /soon is no duration/],
  ];
  for (const [args, message] of cases) assert.throws(() => of(...args), { message });
});

test("what was done is in the file and at the webhook when the server has ended", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "kijabi-audit-"));
  t.after(() => rm(folder, { recursive: true }));
  const received: { kind: string; items: { stage: string }[] }[] = [];
  const webhook = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      assert.equal(request.url, "/events?timeout=30s");
      received.push(JSON.parse(body));
      response.end();
    });
  });
  webhook.listen(0, "127.0.0.1");
  await once(webhook, "listening");
  t.after(() => webhook.close());
  const { port } = webhook.address() as AddressInfo;
  const [policy, kubeconfig, log] = ["policy", "kubeconfig", "log"].map((name) =>
    join(folder, name),
  );
  assert(policy && kubeconfig && log);
  const rules = "rules: [{level: Metadata, omitStages: [RequestReceived]}]";
  await writeFile(policy, `{apiVersion: audit.k8s.io/v1, kind: Policy, ${rules}}`);
  await writeFile(
    kubeconfig,
    `{current-context: c, contexts: [{name: c, context: {cluster: c, user: u}}], ` +
      `clusters: [{name: c, cluster: {server: "http://127.0.0.1:${port}/events"}}]}`,
  );
  const config = of(
    `--audit-policy-file=${policy}`,
    `--audit-webhook-config-file=${kubeconfig}`,
    `--audit-log-path=${log}`,
  );
  assert(config);
  const scope = new Scope({ onFailure: (_task, error) => assert.fail(String(error)) });
  const auditor = await openAuditor(config, {
    clock: systemClock({ unref: true }),
    random: cryptoRandom,
    logger: silentLogger,
    metrics: new MetricsRegistry(),
    scope,
  });
  await using api = await openHarness({ auditor });
  for (let n = 0; n < 3; n++) await api.send("GET", "/api/v1/namespaces/default/configmaps");
  assert.equal(received.length, 0);
  await scope.close();
  assert.deepEqual(
    received.map(({ kind, items }) => [kind, items.length]),
    [["EventList", 3]],
  );
  const lines = (await readFile(log, "utf8")).trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    received[0]?.items,
  );
});
