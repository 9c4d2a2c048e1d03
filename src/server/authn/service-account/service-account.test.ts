import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { VirtualClock } from "#base/clock.ts";
import { seededRandom } from "#base/random.ts";
import { createSigningKey } from "#pki/keys.ts";
import type { TokenRequest } from "#api/authentication/v1.ts";
import type { ServiceAccount } from "#api/core/v1.ts";
import { createTokenReviewer } from "../reviews.ts";
import type { BoundObject, BoundObjects } from "./bound-objects.ts";
import { discoveryDocuments } from "./discovery.ts";
import { createTokenIssuer } from "./issuer.ts";
import { serviceAccountAuthenticator } from "./verifier.ts";

const issuer = "https://kubernetes.default.svc.cluster.local";
const audiences = [issuer];
const noMetadata = {} as TokenRequest["metadata"];

async function setUp() {
  const key = await createSigningKey();
  const clock = new VirtualClock();
  const stored = new Map<string, BoundObject>([
    ["ServiceAccount/default/app", { uid: "u1" }],
    ["Pod/default/app-1", { uid: "p1", serviceAccountName: "app", nodeName: "node-a" }],
    ["Pod/default/other", { uid: "p2", serviceAccountName: "default" }],
    ["Node//node-a", { uid: "n1" }],
  ]);
  const objects: BoundObjects = {
    find: async (kind, namespace, name) => stored.get(`${kind}/${namespace}/${name}`),
  };
  const tokens = createTokenIssuer({
    key,
    issuer,
    audiences,
    objects,
    clock,
    random: seededRandom(1),
  });
  const authenticator = serviceAccountAuthenticator({
    keys: [key],
    issuers: [issuer],
    objects,
    clock,
  });
  const reviewer = createTokenReviewer({ tokens: [authenticator], audiences });
  const review = async (token: string, asked?: string[]) => {
    const spec = { token, ...(asked && { audiences: asked }) };
    const kinds = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview" } as const;
    const answer = await reviewer.review({ ...kinds, metadata: noMetadata, spec, status: {} });
    return answer.status;
  };
  return { key, clock, stored, tokens, authenticator, review };
}

const account = {
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { namespace: "default", name: "app", uid: "u1" },
} as ServiceAccount;

const request = (spec: Partial<TokenRequest["spec"]> = {}): TokenRequest => ({
  apiVersion: "authentication.k8s.io/v1",
  kind: "TokenRequest",
  metadata: noMetadata,
  spec: { expirationSeconds: 3600, ...spec },
  status: {},
});

const payloadOf = (token: string | undefined) =>
  JSON.parse(Buffer.from(token?.split(".")[1] ?? "", "base64url").toString()) as Record<
    string,
    unknown
  >;

describe("tokens of service accounts", () => {
  it("say who they are for, and are believed", async () => {
    const { tokens, review } = await setUp();
    const { status } = await tokens.issue(account, request());
    assert.equal(status.expirationTimestamp, "2026-01-01T01:00:00Z");
    assert.deepEqual(await review(status.token ?? ""), {
      authenticated: true,
      user: {
        username: "system:serviceaccount:default:app",
        uid: "u1",
        groups: [
          "system:serviceaccounts",
          "system:serviceaccounts:default",
          "system:authenticated",
        ],
        extra: {
          "authentication.kubernetes.io/credential-id": [
            `JTI=${String(payloadOf(status.token)["jti"])}`,
          ],
        },
      },
      audiences,
    });
  });

  it("of pods carry the pod and its node, and live a year", async () => {
    const { tokens, review } = await setUp();
    const { status } = await tokens.issue(
      account,
      request({
        expirationSeconds: 3607,
        boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "app-1", uid: "p1" },
      }),
    );
    assert.equal(status.expirationTimestamp, "2026-01-01T01:00:07Z");
    const payload = payloadOf(status.token);
    const issuedAt = Date.UTC(2026, 0, 1) / 1000;
    assert.equal(payload["exp"], issuedAt + 365 * 24 * 3600);
    assert.deepEqual(payload["kubernetes.io"], {
      namespace: "default",
      pod: { name: "app-1", uid: "p1" },
      node: { name: "node-a", uid: "n1" },
      serviceaccount: { name: "app", uid: "u1" },
      warnafter: issuedAt + 3607,
    });
    const { user } = await review(status.token ?? "");
    assert.deepEqual(user?.extra?.["authentication.kubernetes.io/pod-name"], ["app-1"]);
    assert.deepEqual(user?.extra?.["authentication.kubernetes.io/node-uid"], ["n1"]);
  });

  const ends: [
    what: string,
    change: (world: Awaited<ReturnType<typeof setUp>>) => unknown,
    RegExp,
  ][] = [
    [
      "the account is gone",
      ({ stored }) => stored.delete("ServiceAccount/default/app"),
      /not found/,
    ],
    [
      "the account is another",
      ({ stored }) => stored.set("ServiceAccount/default/app", { uid: "u2" }),
      /service account UID \(u2\) does not match claim \(u1\)/,
    ],
    ["the pod is gone", ({ stored }) => stored.delete("Pod/default/app-1"), /has been invalidated/],
    [
      "the pod was deleted a while ago",
      ({ stored }) =>
        stored.set("Pod/default/app-1", { uid: "p1", deletionTimestamp: "2025-12-31T23:58:00Z" }),
      /has been invalidated/,
    ],
    ["it expired", ({ clock }) => clock.advance((3600 + 61) * 1000), /has expired/],
  ];
  for (const [what, change, error] of ends) {
    it(`end when ${what}`, async () => {
      const world = await setUp();
      const { status } = await world.tokens.issue(
        account,
        request({ boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "app-1" } }),
      );
      assert.equal((await world.review(status.token ?? "")).authenticated, true);
      await change(world);
      const answer = await world.review(status.token ?? "");
      assert.equal(answer.authenticated, undefined);
      assert.match(answer.error ?? "", error);
      assert.match(answer.error ?? "", /^\[invalid bearer token, /);
    });
  }

  it("are for their audiences only", async () => {
    const { tokens, review } = await setUp();
    const { status } = await tokens.issue(account, request({ audiences: ["vault"] }));
    const token = status.token ?? "";
    assert.match((await review(token)).error ?? "", /is invalid for the target audiences/);
    assert.deepEqual((await review(token, ["vault", "x"])).audiences, ["vault"]);
  });

  it("are refused when changed, or signed by others", async () => {
    const { tokens, review } = await setUp();
    const other = await setUp();
    const token = (await tokens.issue(account, request())).status.token ?? "";
    const [header, , signature] = token.split(".");
    const payload = Buffer.from(
      JSON.stringify({ ...payloadOf(token), exp: 9_999_999_999 }),
    ).toString("base64url");
    assert.match(
      (await review(`${header}.${payload}.${signature}`)).error ?? "",
      /signature is wrong/,
    );
    const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${payload}.`;
    assert.match((await review(unsigned)).error ?? "", /signature is wrong/);
    assert.match((await other.review(token)).error ?? "", /unknown key/);
    assert.equal((await review("not-a-jwt")).error, "invalid bearer token");
  });

  const refused: [TokenRequest["spec"], RegExp][] = [
    [{ expirationSeconds: 60 }, /may not specify a duration less than 10 minutes/],
    [{ expirationSeconds: 2 ** 33 }, /may not specify a duration larger than 2\^32 seconds/],
    [
      { expirationSeconds: 600, boundObjectRef: { kind: "Pod", name: "missing" } },
      /pods "missing" not found/,
    ],
    [
      { expirationSeconds: 600, boundObjectRef: { kind: "Pod", name: "app-1", uid: "x" } },
      /The object might have been deleted and then recreated/,
    ],
    [
      { expirationSeconds: 600, boundObjectRef: { kind: "Pod", name: "other" } },
      /to pod running with different serviceaccount name/,
    ],
    [
      {
        expirationSeconds: 600,
        boundObjectRef: { apiVersion: "apps/v1", kind: "Pod", name: "app-1" },
      },
      /cannot bind token to object of type apps\/v1, Kind=Pod/,
    ],
    [
      { expirationSeconds: 600, boundObjectRef: { kind: "ConfigMap", name: "x" } },
      /cannot bind token to object of type \/, Kind=ConfigMap/,
    ],
  ];
  for (const [spec, error] of refused) {
    it(`are not issued: ${error.source}`, async () => {
      const { tokens } = await setUp();
      await assert.rejects(tokens.issue(account, request(spec)), error);
    });
  }

  it("can be checked by others", async () => {
    const { key } = await setUp();
    const documents = await discoveryDocuments({
      issuer,
      serverUrl: "https://10.0.0.1",
      keys: [key],
    });
    assert.deepEqual(documents.configuration, {
      issuer,
      jwks_uri: "https://10.0.0.1/openid/v1/jwks",
      response_types_supported: ["id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["ES256"],
    });
    const { keys } = documents.keys as { keys: Record<string, string>[] };
    assert.deepEqual(Object.keys(keys[0] ?? {}).sort(), [
      "alg",
      "crv",
      "kid",
      "kty",
      "use",
      "x",
      "y",
    ]);
  });
});
