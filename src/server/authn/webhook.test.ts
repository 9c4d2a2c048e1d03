import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { VirtualClock } from "#base/clock.ts";
import { fakeWebhook } from "../webhook/fake-webhook.test-support.ts";
import { tokenWebhook } from "./webhook.ts";

const user = { username: "ann", uid: "1", groups: ["dev"], extra: { "a/b": ["c"] } };
const ann = { name: "ann", uid: "1", groups: ["dev"], extra: { "a/b": ["c"] } };

function setUp(status: object | number) {
  const clock = new VirtualClock();
  const webhook = fakeWebhook(() =>
    typeof status === "number" ? { code: status } : { code: 200, body: { status } },
  );
  const { transport, reviews } = webhook;
  const audiences = ["api"];
  const options = { transport, clock, version: "v1" as const, cacheMs: 120_000, audiences };
  return { clock, reviews, authenticator: tokenWebhook(options) };
}

describe("a webhook that knows tokens", () => {
  const table: {
    what: string;
    status: object | number;
    wanted?: string[];
    expected: object | undefined | RegExp;
  }[] = [
    {
      what: "knows whose it is",
      status: { authenticated: true, user },
      expected: { user: ann, audiences: ["api"] },
    },
    {
      what: "knows for whom it is meant",
      status: { authenticated: true, user, audiences: ["x", "y"] },
      wanted: ["y", "z"],
      expected: { user: ann, audiences: ["y"] },
    },
    {
      what: "says that it is meant for others",
      status: { authenticated: true, user, audiences: ["x"] },
      expected: undefined,
    },
    {
      what: "knows nothing of audiences, when another one is asked for",
      status: { authenticated: true, user },
      wanted: ["other"],
      expected: undefined,
    },
    { what: "does not know it", status: { authenticated: false }, expected: undefined },
    { what: "says what is wrong", status: { error: "revoked" }, expected: /^revoked$/ },
    { what: "fails", status: 400, expected: /answered with 400/ },
  ];
  for (const { what, status, wanted = ["api"], expected } of table) {
    it(what, async () => {
      const { authenticator, reviews } = setUp(status);
      const answer = authenticator.authenticateToken("secret", wanted);
      if (expected instanceof RegExp) {
        await assert.rejects(answer, { name: "InvalidTokenError", message: expected });
      } else assert.deepEqual(await answer, expected);
      assert.deepEqual(reviews[0]?.spec, { token: "secret", audiences: wanted });
    });
  }

  it("is asked once in a while", async () => {
    const { authenticator, reviews, clock } = setUp({ authenticated: true, user });
    await authenticator.authenticateToken("secret", ["api"]);
    await authenticator.authenticateToken("secret", ["api"]);
    assert.equal(reviews.length, 1);
    await clock.advance(120_000);
    await authenticator.authenticateToken("secret", ["api"]);
    assert.equal(reviews.length, 2);
  });
});
