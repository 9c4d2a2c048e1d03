import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { VirtualClock } from "#base/clock.ts";
import type { Secret } from "#api/core/v1.ts";
import { bootstrapTokenAuthenticator } from "./bootstrap-tokens.ts";

const token = "abcdef.0123456789abcdef";
const good = {
  "token-id": "abcdef",
  "token-secret": "0123456789abcdef",
  "usage-bootstrap-authentication": "true",
};

describe("bootstrap tokens", () => {
  const table: {
    what: string;
    data?: Record<string, string | undefined>;
    secret?: object;
    token?: string;
    groups?: string[];
  }[] = [
    { what: "good", groups: ["system:bootstrappers"] },
    {
      what: "with more groups",
      data: { "auth-extra-groups": "system:bootstrappers:worker,system:bootstrappers:a:b" },
      groups: ["system:bootstrappers", "system:bootstrappers:a:b", "system:bootstrappers:worker"],
    },
    { what: "with a group that it may not give", data: { "auth-extra-groups": "system:masters" } },
    {
      what: "for later",
      data: { expiration: "2026-01-01T00:00:01Z" },
      groups: ["system:bootstrappers"],
    },
    { what: "expired", data: { expiration: "2026-01-01T00:00:00Z" } },
    { what: "with a time that is none", data: { expiration: "tomorrow" } },
    { what: "for other uses", data: { "usage-bootstrap-authentication": "false" } },
    { what: "with another id inside", data: { "token-id": "abcdee" } },
    { what: "with another secret", data: { "token-secret": "0123456789abcdee" } },
    { what: "without a secret", data: { "token-secret": undefined } },
    { what: "of another type", secret: { type: "Opaque" } },
    { what: "that is going", secret: { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } } },
    { what: "that nobody made", token: "fedcba.0123456789abcdef" },
    { what: "that is no such token", token: "abcdef.0123456789ABCDEF" },
  ];
  for (const { what, data, secret, token: asked = token, groups } of table) {
    it(what, async () => {
      const entries = Object.entries({ ...good, ...data }).filter(
        ([, value]) => value !== undefined,
      );
      const kept = {
        metadata: {},
        type: "bootstrap.kubernetes.io/token",
        data: Object.fromEntries(entries.map(([key, value]) => [key, btoa(value ?? "")])),
        ...secret,
      } as unknown as Secret;
      const authenticator = bootstrapTokenAuthenticator({
        clock: new VirtualClock(),
        findSecret: async (name) => (name === "bootstrap-token-abcdef" ? kept : undefined),
      });
      const identity = await authenticator.authenticateToken(asked, ["api"]);
      const user = groups && { name: "system:bootstrap:abcdef", groups };
      assert.deepEqual(identity, user && { user, audiences: ["api"] });
    });
  }
});
