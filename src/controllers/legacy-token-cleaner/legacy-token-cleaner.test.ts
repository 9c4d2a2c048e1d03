import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigMap, Pod, Secret, ServiceAccount } from "#api/core/v1.ts";
import type { Draft } from "#schema/message.ts";
import { podTemplate, startCluster } from "../testing/cluster.ts";
import { Dialogue, view } from "../testing/dialogue.ts";
import { golden } from "../testing/node/golden.ts";
import { legacyTokenCleaner } from "./controller.ts";
import { planTokens } from "./plan.ts";
import type { TokenState } from "./plan.ts";

const dayMs = 24 * 60 * 60_000;
const now = Date.parse("2028-06-15T12:00:00Z");
const lastUsed = "kubernetes.io/legacy-token-last-used";
const invalidSince = "kubernetes.io/legacy-token-invalid-since";

interface Token {
  readonly made?: string;
  readonly labels?: Record<string, string>;
  readonly going?: boolean;
  readonly accountUid?: string;
  readonly account?: string;
}

function secretOf(token: Token): Secret {
  const { account = "robot", accountUid = "uid-robot", going, labels = {}, made } = token;
  return {
    metadata: {
      namespace: "default",
      name: "robot-token",
      creationTimestamp: `${made ?? "2020-01-01"}T00:00:00Z`,
      labels,
      annotations: {
        "kubernetes.io/service-account.name": account,
        ...(accountUid && { "kubernetes.io/service-account.uid": accountUid }),
      },
      ...(going && { deletionTimestamp: "2028-01-01T00:00:00Z" }),
    },
  } as unknown as Secret;
}

test("which tokens are no longer valid, and which go", () => {
  const cases: [string, Token, Partial<TokenState>, string | undefined][] = [
    ["never used", {}, {}, "invalidate"],
    ["used long ago", { labels: { [lastUsed]: "2027-06-15" } }, {}, "invalidate"],
    ["used within a year", { labels: { [lastUsed]: "2027-06-16" } }, {}, undefined],
    ["a day that is none", { labels: { [lastUsed]: "lately" } }, {}, undefined],
    ["made within a year", { made: "2027-06-20" }, {}, undefined],
    ["on its way out", { going: true }, {}, undefined],
    ["of nobody", { account: "" }, {}, undefined],
    ["of an account that is gone", { account: "other" }, {}, undefined],
    ["of another account of that name", { accountUid: "old" }, {}, undefined],
    ["of an account without a uid", { accountUid: "" }, {}, "invalidate"],
    ["mounted", {}, { isMounted: () => true }, undefined],
    ["uses are noted for less than a year", {}, { since: "2027-06-16" }, undefined],
    ["uses are noted for a year", {}, { since: "2027-06-15" }, "invalidate"],
    ["nobody knows since when", {}, { since: undefined }, undefined],
    ["invalid for less than a year", { labels: { [invalidSince]: "2027-06-16" } }, {}, undefined],
    ["invalid for a year", { labels: { [invalidSince]: "2027-06-15" } }, {}, "delete"],
    ["invalid since a day that is none", { labels: { [invalidSince]: "x" } }, {}, "invalidate"],
    [
      "invalid, and used all the same",
      { labels: { [invalidSince]: "2026-01-01", [lastUsed]: "2028-06-01" } },
      {},
      undefined,
    ],
  ];
  const account = (secrets: object[]) =>
    ({ metadata: { name: "robot", uid: "uid-robot" }, secrets }) as unknown as ServiceAccount;
  const stateOf = (token: Token, secrets = [{ name: "robot-token" }]): TokenState => ({
    secrets: [secretOf(token)],
    accountOf: (_, name) => (name === "robot" ? account(secrets) : undefined),
    isMounted: () => false,
    since: "2020-01-01",
    now,
  });
  for (const [name, token, more, expected] of cases) {
    const [plan] = planTokens({ ...stateOf(token), ...more });
    // Of 365 days: 2028 is a leap year.
    assert.equal(plan?.step, expected, name);
  }
  assert.deepEqual(planTokens(stateOf({}, [])), [], "one that somebody made by hand");
});

test("two years of tokens", async () => {
  const cluster = await startCluster([legacyTokenCleaner], {
    async prepare(client) {
      const secrets = ["unused", "mounted"].map((name) => ({ name }));
      const place = { namespace: "default", name: "robot" };
      const { metadata } = await client.create(ServiceAccount, { metadata: place, secrets });
      const since = "2026-01-01";
      await client.create(ConfigMap, {
        metadata: {
          namespace: "kube-system",
          name: "kube-apiserver-legacy-service-account-token-tracking",
        },
        data: { since },
      });
      for (const name of ["unused", "mounted", "by-hand"]) {
        const annotations = {
          "kubernetes.io/service-account.name": "robot",
          "kubernetes.io/service-account.uid": metadata.uid,
        };
        const secret: Draft<Secret> = {
          metadata: { namespace: "default", name, annotations },
          type: "kubernetes.io/service-account-token",
        };
        await client.create(Secret, secret);
      }
      const { spec } = podTemplate({});
      const volumes = [{ name: "token", secret: { secretName: "mounted" } }];
      await client.create(Pod, {
        metadata: { namespace: "default", name: "user" },
        spec: { ...spec, volumes },
      } as Draft<Pod>);
    },
  });
  const dialogue = new Dialogue(cluster, [
    view(Secret, ({ metadata: { labels = {} } }) => JSON.stringify(labels)),
  ]);
  const nothing = () => Promise.resolve();
  await dialogue.ask("a year", nothing, 365 * dayMs);
  await dialogue.ask("some days", nothing, 3 * dayMs);
  await dialogue.ask("another year", nothing, 366 * dayMs);
  golden(new URL("testdata/years.txt", import.meta.url), await dialogue.end());
  await cluster.stop();
});
