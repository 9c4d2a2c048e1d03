import { test } from "node:test";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { ConfigMap, Secret } from "#api/core/v1.ts";
import { toBase64, utf8 } from "#base/bytes.ts";
import { startCluster } from "../testing/cluster.ts";
import { bootstrapTokenCleaner } from "./cleaner.ts";
import { bootstrapSigner, sign, withSignatures } from "./signer.ts";
import { endOf, signingToken } from "./token.ts";

const now = Date.UTC(2026, 0, 1);
const hourMs = 3_600_000;
const good = {
  "token-id": "abcdef",
  "token-secret": "0123456789abcdef",
  "usage-bootstrap-signing": "true",
};

const secretOf = (values: Record<string, string>, name = "bootstrap-token-abcdef") =>
  ({
    metadata: { namespace: "kube-system", name },
    type: "bootstrap.kubernetes.io/token",
    data: Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, toBase64(utf8(value))]),
    ),
  }) as unknown as Secret;

test("which tokens sign", () => {
  const cases: [string, Secret, boolean][] = [
    ["one that may", secretOf(good), true],
    ["one that does yet", secretOf({ ...good, expiration: "2026-01-01T01:00:00Z" }), true],
    ["one that does no more", secretOf({ ...good, expiration: "2025-12-31T23:59:59Z" }), false],
    ["one whose end nobody knows", secretOf({ ...good, expiration: "tomorrow" }), false],
    ["one that may not", secretOf({ ...good, "usage-bootstrap-signing": "false" }), false],
    ["one of another name", secretOf(good, "bootstrap-token-123456"), false],
    ["one of no name", secretOf({ ...good, "token-id": "" }), false],
    ["one without a secret", secretOf({ ...good, "token-secret": "" }), false],
  ];
  for (const [name, secret, expected] of cases) {
    assert.equal(signingToken(secret, now) !== undefined, expected, name);
  }
});

test("when a token ends", () => {
  const cases: [string | undefined, number | undefined][] = [
    [undefined, undefined],
    ["2026-01-01T09:00:00+09:00", now],
    ["2026-01-01", -Infinity],
  ];
  for (const [expiration, expected] of cases) {
    assert.equal(endOf(secretOf({ ...good, ...(expiration && { expiration }) })), expected);
  }
});

test("signs as others check it", async () => {
  const signature = await sign("the content", { id: "abcdef", secret: "0123456789abcdef" });
  const [header = "", content, mac] = signature.split(".");
  assert.equal(content, "");
  assert.equal(Buffer.from(header, "base64url").toString(), '{"alg":"HS256","kid":"abcdef"}');
  const signed = `${header}.${Buffer.from("the content").toString("base64url")}`;
  const expected = createHmac("sha256", "0123456789abcdef").update(signed).digest("base64url");
  assert.equal(mac, expected);
  const data = { kubeconfig: "k", "jws-kubeconfig-old000": "x" };
  assert.deepEqual(withSignatures(data, [{ id: "abcdef", secret: "s" }], ["sig"]), {
    kubeconfig: "k",
    "jws-kubeconfig-abcdef": "sig",
  });
});

test("signatures come and go with their tokens, and tokens with their time", async () => {
  const cluster = await startCluster([bootstrapSigner, bootstrapTokenCleaner]);
  const { client } = cluster;
  const settle = async () => {
    // Signatures are made beside the event loop.
    for (let turn = 0; turn < 5; turn++) {
      await setTimeout(2);
      await cluster.advance(1);
    }
  };
  const place = { namespace: "kube-public", name: "cluster-info" };
  const keys = async () => Object.keys((await client.get(ConfigMap, place)).data ?? {});
  await client.create(ConfigMap, { metadata: place, data: { kubeconfig: "k" } });
  await client.create(Secret, secretOf({ ...good, expiration: "2026-01-01T01:00:00Z" }));
  await settle();
  assert.deepEqual(await keys(), ["kubeconfig", "jws-kubeconfig-abcdef"]);
  const before = (await client.get(ConfigMap, place)).data?.["jws-kubeconfig-abcdef"];

  await client.patch(ConfigMap, place, { type: "merge", patch: { data: { kubeconfig: "other" } } });
  await settle();
  const after = (await client.get(ConfigMap, place)).data?.["jws-kubeconfig-abcdef"];
  assert.ok(after && after !== before);

  const token = { namespace: "kube-system", name: "bootstrap-token-abcdef" };
  await cluster.advance(hourMs - 1_000);
  assert.ok(await client.find(Secret, token));
  await cluster.advance(2_000);
  assert.equal(await client.find(Secret, token), undefined);
  await settle();
  assert.deepEqual(await keys(), ["kubeconfig"]);
  await cluster.stop();
});
