import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { VirtualClock } from "#base/clock.ts";
import { StatusError } from "#machinery/status.ts";
import type { ApiRequest } from "#client/transport.ts";
import type { Connection } from "../pipeline/request.ts";
import { createAuthenticator } from "./authentication.ts";
import { withoutBearerProtocol } from "./bearer-token.ts";
import { nodeOf, parseServiceAccountUserName } from "./identity.ts";
import { selfSubjectReview } from "./reviews.ts";
import { usualRequestHeaders } from "./request-header.ts";
import { parseTokenFile, staticTokenAuthenticator } from "./static-tokens.ts";

const users = parseTokenFile('secret,ann,1,"dev,ops"\nplain,bob,2\n');
const authenticator = createAuthenticator({
  requestHeader: usualRequestHeaders,
  tokens: [staticTokenAuthenticator(users)],
  audiences: ["api"],
  anonymous: { enabled: true, paths: ["/readyz"] },
});

const request = (path: string, headers: Record<string, string> = {}): ApiRequest => ({
  method: "GET",
  path,
  query: new URLSearchParams(),
  headers,
  body: { kind: "none" },
});

const certificate = {
  commonName: "admin",
  organizations: ["system:masters"],
  fingerprint: "ab12",
};

describe("authentication", () => {
  const component = { name: "system:kube-scheduler", groups: [] };
  const encoded = btoa("secret").replace(/=+$/, "");
  const table: [what: string, request: ApiRequest, connection: Connection, user: object | 401][] = [
    [
      "a component of this process",
      request("/api"),
      { user: component },
      { name: "system:kube-scheduler", groups: ["system:authenticated"] },
    ],
    [
      "a client certificate",
      request("/api"),
      { clientCertificate: certificate },
      {
        name: "admin",
        groups: ["system:masters", "system:authenticated"],
        extra: { "authentication.kubernetes.io/credential-id": ["X509SHA256=ab12"] },
      },
    ],
    [
      "a bearer token",
      request("/api", { authorization: "Bearer secret" }),
      {},
      { name: "ann", uid: "1", groups: ["dev", "ops", "system:authenticated"] },
    ],
    [
      "a bearer token in another case",
      request("/api", { authorization: "bearer plain" }),
      {},
      { name: "bob", uid: "2", groups: ["system:authenticated"] },
    ],
    [
      "a WebSocket's subprotocol",
      request("/api", {
        "sec-websocket-protocol": `v5.channel.k8s.io, base64url.bearer.authorization.k8s.io.${encoded}`,
      }),
      {},
      { name: "ann", uid: "1", groups: ["dev", "ops", "system:authenticated"] },
    ],
    [
      "nobody, where that is allowed",
      request("/readyz"),
      {},
      { name: "system:anonymous", groups: ["system:unauthenticated"] },
    ],
    [
      "whom a proxy names",
      request("/api", {
        "x-remote-user": "cleo",
        "x-remote-uid": "3",
        "x-remote-group": "dev,ops\nqa",
        "x-remote-extra-acme.com%2fproject": "p\nq",
      }),
      { proxyCertificate: { commonName: "front-proxy-client" }, clientCertificate: certificate },
      {
        name: "cleo",
        uid: "3",
        groups: ["dev,ops", "qa", "system:authenticated"],
        extra: { "acme.com/project": ["p", "q"] },
      },
    ],
    [
      "a proxy that may not name anybody",
      request("/api", { "x-remote-user": "cleo", authorization: "Bearer plain" }),
      { proxyCertificate: { commonName: "other" } },
      { name: "bob", uid: "2", groups: ["system:authenticated"] },
    ],
    [
      "a client who pretends to be a proxy",
      request("/readyz", { "x-remote-user": "cleo" }),
      {},
      { name: "system:anonymous", groups: ["system:unauthenticated"] },
    ],
    [
      "a proxy that names nobody",
      request("/readyz"),
      { proxyCertificate: { commonName: "front-proxy-client" } },
      401,
    ],
    ["nobody, elsewhere", request("/api"), {}, 401],
    ["a wrong token", request("/api", { authorization: "Bearer wrong" }), {}, 401],
    [
      "a wrong token where anonymous is allowed",
      request("/readyz", { authorization: "Bearer wrong" }),
      {},
      401,
    ],
    ["other schemes", request("/api", { authorization: "Basic c2VjcmV0" }), {}, 401],
  ];
  for (const [what, asked, connection, expected] of table) {
    it(what, async () => {
      const answer = authenticator.authenticate(asked, connection);
      if (expected !== 401) return assert.deepEqual(await answer, expected);
      await assert.rejects(answer, (error) => {
        assert.ok(error instanceof StatusError);
        assert.equal(error.message, "Unauthorized");
        return error.code === 401;
      });
      return undefined;
    });
  }

  it("warns of a token that it does not take", async () => {
    const warnings: string[] = [];
    const asked = request("/readyz", { authorization: "Bearer  secret" });
    const user = await authenticator.authenticate(asked, {}, (text) => warnings.push(text));
    assert.equal(user?.name, "system:anonymous");
    assert.match(warnings.join(), /contains extra space before the bearer token/);
  });

  it("tells somebody who he is, and repeats nothing of what he asked", () => {
    const type = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" } as const;
    const none = { resourceVersion: "", uid: "", creationTimestamp: "" };
    const metadata = { ...none, name: "x", labels: { a: "b" } };
    const user = { name: "ann", groups: ["dev"], extra: { "a/b": ["c"] } };
    const clock = new VirtualClock();
    assert.deepEqual(selfSubjectReview({ ...type, metadata, status: {} }, user, clock), {
      ...type,
      metadata: {
        name: "",
        resourceVersion: "",
        uid: "",
        creationTimestamp: "2026-01-01T00:00:00Z",
      },
      status: { userInfo: { username: "ann", groups: ["dev"], extra: { "a/b": ["c"] } } },
    });
  });

  it("takes the token out of the subprotocols", () => {
    const header = "base64url.bearer.authorization.k8s.io.abc, v4.channel.k8s.io";
    assert.equal(withoutBearerProtocol(header), "v4.channel.k8s.io");
  });

  it("reads who a user is from the name", () => {
    const name = "system:serviceaccount:ns:sa";
    assert.deepEqual(parseServiceAccountUserName(name), { namespace: "ns", name: "sa" });
    assert.equal(parseServiceAccountUserName("system:serviceaccount:ns"), undefined);
    assert.equal(nodeOf({ name: "system:node:a", groups: ["system:nodes"] }), "a");
    assert.equal(nodeOf({ name: "system:node:a", groups: [] }), undefined);
  });

  it("says which line of a token file is wrong", () => {
    assert.throws(() => parseTokenFile("a,b,c\nx,y"), /line 2/);
    assert.throws(() => parseTokenFile("a,b,c\na,d,e"), /line 2: token occurs twice/);
  });
});
