import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { SignJWT } from "jose/jwt/sign";
import { exportJWK } from "jose/key/export";
import { utf8 } from "#base/bytes.ts";
import { VirtualClock } from "#base/clock.ts";
import type { ApiRequest } from "#client/transport.ts";
import { createSigningKey } from "#pki/keys.ts";
import { celExpressions } from "../../settings/cel-expressions.ts";
import { jwtAuthenticator } from "./authenticator.ts";
import { parseAuthenticationConfiguration } from "./configuration.ts";

const url = "https://login.example.com";

function configuration(jwt: string, rest = ""): string {
  return `apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\n${jwt}${rest}`;
}

const minimal = `
jwt:
- issuer: {url: "${url}", audiences: [cluster]}
  claimMappings:
    username: {claim: sub, prefix: "login:"}
`;

const parse = (content: string) =>
  parseAuthenticationConfiguration(content, {
    expressions: celExpressions,
    disallowedIssuers: ["https://kubernetes.default.svc"],
  });

async function issuer() {
  let key = await createSigningKey();
  const asked: string[] = [];
  const sign = (claims: Record<string, unknown>) =>
    new SignJWT({ iss: url, aud: "cluster", exp: 2_000_000_000, sub: "ann", ...claims })
      .setProtectedHeader({ alg: key.algorithm, kid: key.keyId })
      .sign(key.privateKey);
  const documents = async (path: string): Promise<object | undefined> => {
    if (path === "/.well-known/openid-configuration") {
      return { issuer: url, jwks_uri: `${url}/keys?all=1` };
    }
    if (path !== "/keys") return undefined;
    const jwk = await exportJWK(key.publicKey);
    return { keys: [{ ...jwk, kid: key.keyId, alg: key.algorithm, use: "sig" }] };
  };
  return {
    asked,
    sign,
    rotate: async () => {
      key = await createSigningKey();
    },
    outgoing: {
      to: ({ server }: { server: string }) => ({
        async send({ path, query }: ApiRequest) {
          asked.push(`${server}${path}${query.toString() && "?"}${query.toString()}`);
          const document = await documents(path);
          const bytes = utf8(JSON.stringify(document ?? {}));
          const body = { kind: "bytes" as const, contentType: "application/json", bytes };
          return { status: document ? 200 : 404, headers: {}, body };
        },
      }),
    },
  };
}

describe("tokens of other issuers", () => {
  const mapped = (mappings: string, rules = "") => `
jwt:
- issuer: {url: "${url}", audiences: [cluster, other], audienceMatchPolicy: MatchAny}
  claimMappings: {${mappings}}
${rules}`;
  const byName = 'username: {claim: sub, prefix: ""}';
  const table: {
    what: string;
    config?: string;
    claims?: Record<string, unknown>;
    user?: object;
    error?: string;
  }[] = [
    { what: "say who it is", user: { name: "login:ann", groups: [] } },
    {
      what: "are meant for one of several audiences",
      claims: { aud: ["x", "other"] },
      config: mapped(byName),
      user: { name: "ann", groups: [] },
    },
    {
      what: "are meant for others",
      claims: { aud: ["x"] },
      error: 'oidc: verify token: oidc: expected audience "cluster" got ["x"]',
    },
    {
      what: "are over",
      claims: { exp: 1_700_000_000 },
      error: "oidc: verify token: oidc: token is expired (Token Expiry: 2023-11-14T22:13:20.000Z)",
    },
    {
      what: "are for later",
      claims: { nbf: 1_900_000_000 },
      error: "oidc: verify token: oidc: current time is before the nbf (not before) time",
    },
    {
      what: "have groups, a uid and an id",
      config: mapped(`${byName}, groups: {claim: roles, prefix: "oidc:"}, uid: {claim: oid}`),
      claims: { roles: ["dev", "ops"], oid: "7", jti: "t-1" },
      user: {
        name: "ann",
        uid: "7",
        groups: ["oidc:dev", "oidc:ops"],
        extra: { "authentication.kubernetes.io/credential-id": ["JTI=t-1"] },
      },
    },
    {
      what: "have one group",
      config: mapped(`${byName}, groups: {claim: roles, prefix: ""}`),
      claims: { roles: "dev" },
      user: { name: "ann", groups: ["dev"] },
    },
    {
      what: "have groups that are none",
      config: mapped(`${byName}, groups: {claim: roles, prefix: ""}`),
      claims: { roles: [1] },
      error: 'oidc: parse groups claim "roles": not a list of strings',
    },
    {
      what: "have a verified address",
      config: mapped('username: {claim: email, prefix: ""}'),
      claims: { email: "ann@example.com", email_verified: true },
      user: { name: "ann@example.com", groups: [] },
    },
    {
      what: "have an address that nobody verified",
      config: mapped('username: {claim: email, prefix: ""}'),
      claims: { email: "ann@example.com", email_verified: false },
      error: "oidc: email not verified",
    },
    {
      what: "lack a claim",
      config: mapped(byName, "  claimValidationRules: [{claim: hd, requiredValue: example.com}]"),
      error: "oidc: required claim hd not present in ID token",
    },
    {
      what: "have a claim of another value",
      config: mapped(byName, "  claimValidationRules: [{claim: hd, requiredValue: example.com}]"),
      claims: { hd: "x" },
      error: "oidc: required claim hd value does not match. Got = x, want = example.com",
    },
    {
      what: "are mapped by expressions",
      config: mapped(
        "username: {expression: claims.login}, groups: {expression: claims.roles}, " +
          "extra: [{key: example.com/team, valueExpression: claims.team}]",
      ),
      claims: { login: "bob", roles: ["a", ""], team: "blue" },
      user: { name: "bob", groups: ["a"], extra: { "example.com/team": ["blue"] } },
    },
    {
      what: "have no value for an expression",
      config: mapped("username: {expression: claims.login}"),
      error: "oidc: error evaluating username claim expression: no such key: login",
    },
    {
      what: "fail a condition on claims",
      config: mapped(
        byName,
        "  claimValidationRules: [{expression: claims.active == true, message: the account is closed}]",
      ),
      claims: { active: false },
      error:
        "oidc: error evaluating claim validation expression: validation expression " +
        "'claims.active == true' failed: the account is closed",
    },
    {
      what: "fail a condition on the user",
      config: mapped(
        byName,
        "  userValidationRules: [{expression: user.groups.size() > 0, message: in no group}]",
      ),
      error:
        "oidc: error evaluating user info validation rule: validation expression " +
        "'user.groups.size() > 0' failed: in no group",
    },
  ];
  for (const { what, config = minimal, claims = {}, user, error } of table) {
    it(what, async () => {
      const { sign, outgoing } = await issuer();
      const [first] = parse(configuration(config)).jwt;
      assert.ok(first);
      const authenticator = jwtAuthenticator(first, { outgoing, clock: new VirtualClock() });
      const answer = authenticator.authenticateToken(await sign(claims), ["api"]);
      if (error === undefined) return assert.deepEqual(await answer, { user, audiences: ["api"] });
      await assert.rejects(answer, { name: "InvalidTokenError", message: error });
      return undefined;
    });
  }

  it("of unknown issuers are left to others", async () => {
    const { sign, outgoing, asked } = await issuer();
    const [first] = parse(configuration(minimal)).jwt;
    assert.ok(first);
    const authenticator = jwtAuthenticator(first, { outgoing, clock: new VirtualClock() });
    const foreign = await sign({ iss: "https://other.example.com" });
    assert.equal(await authenticator.authenticateToken(foreign, []), undefined);
    assert.equal(await authenticator.authenticateToken("abc", []), undefined);
    assert.deepEqual(asked, []);
  });

  it("are checked with keys that are asked for once, and again for a new key", async () => {
    const { sign, outgoing, asked, rotate } = await issuer();
    const clock = new VirtualClock();
    const [first] = parse(configuration(minimal)).jwt;
    assert.ok(first);
    const authenticator = jwtAuthenticator(first, { outgoing, clock });
    const token = await sign({});
    await Promise.all([1, 2, 3].map(() => authenticator.authenticateToken(token, [])));
    const documents = [`${url}/.well-known/openid-configuration`, `${url}/keys?all=1`];
    assert.deepEqual(asked, documents);
    await rotate();
    const next = await sign({});
    const refused = { message: /failed to verify id token signature/ };
    await assert.rejects(authenticator.authenticateToken(next, []), refused);
    assert.deepEqual(asked, documents, "not so soon");
    await clock.advance(10_000);
    assert.equal((await authenticator.authenticateToken(next, []))?.user.name, "login:ann");
    assert.deepEqual(asked, [...documents, ...documents]);
    await assert.rejects(authenticator.authenticateToken(token, []), refused);
  });

  it("cannot be checked where the issuer does not answer for itself", async () => {
    const { sign, outgoing } = await issuer();
    const other = minimal.replace(url, "https://alias.example.com");
    const [first] = parse(configuration(other)).jwt;
    assert.ok(first);
    const authenticator = jwtAuthenticator(first, { outgoing, clock: new VirtualClock() });
    const token = await sign({ iss: "https://alias.example.com" });
    await assert.rejects(authenticator.authenticateToken(token, []), {
      message: "oidc: authenticator not initialized",
    });
    assert.match(
      authenticator.problem?.message ?? "",
      /issuer URL provided to client did not match/,
    );
  });
});

describe("the authentication configuration", () => {
  const username = 'claimMappings: {username: {claim: sub, prefix: ""}}';
  const wrong: [content: string, error: string | RegExp][] = [
    ["jwt: [", /yaml: line/],
    ["jwt: []\nfoo: 1", 'strict decoding error: unknown field "foo"'],
    [`jwt: [{issuer: {uri: x}, ${username}}]`, /unknown field "jwt\[0\].issuer.uri"/],
    [
      `jwt: [{issuer: {}, ${username}}]`,
      "AuthenticationConfiguration: [jwt[0].issuer.url: Required value, " +
        "jwt[0].issuer.audiences: Required value: at least one jwt[0].issuer.audiences is required]",
    ],
    [
      `jwt: [{issuer: {url: "http://u:p@x/?a#b", audiences: [a, a]}, ${username}}]`,
      /scheme must be https.*username or password.*a query.*a fragment.*Duplicate value: "a".*MatchAny for multiple/,
    ],
    [
      `jwt: [{issuer: {url: "https://kubernetes.default.svc", audiences: [a]}, ${username}}]`,
      /URL must not overlap with disallowed issuers: \[https:\/\/kubernetes.default.svc\]/,
    ],
    [
      `jwt: [{issuer: {url: "${url}", audiences: [a]}, claimMappings: {username: {claim: sub}}}]`,
      /username.prefix: Required value: prefix is required when claim is set/,
    ],
    [
      `jwt: [{issuer: {url: "${url}", audiences: [a]}, claimMappings: {username: {expression: claims.email}}}]`,
      /claims.email_verified must be used in/,
    ],
    [
      `jwt: [{issuer: {url: "${url}", audiences: [a]}, claimMappings: {username: {expression: foo.bar}}}]`,
      /username.expression: Invalid value: "foo.bar": compilation failed: .*undeclared reference to .foo./s,
    ],
    [
      `jwt: [{issuer: {url: "${url}", audiences: [a]}, claimMappings: {username: {claim: a, prefix: ""}, extra: [{key: a.k8s.io/B, valueExpression: claims.x}]}}]`,
      /extra\[0\].key: Invalid value: "a.k8s.io\/B": must be lowercase.*reserved for Kubernetes use/,
    ],
    [
      "anonymous: {enabled: false, conditions: [{path: /livez}]}",
      "anonymous.conditions: enabled should be set to true when conditions are defined",
    ],
  ];
  for (const [content, message] of wrong) {
    it(`is refused: ${content}`, () => {
      assert.throws(() => parse(configuration(content)), { name: "SettingsError", message });
    });
  }

  it("may be about anonymous requests only", () => {
    const paths = "anonymous: {enabled: true, conditions: [{path: /livez}, {path: /readyz}]}";
    assert.deepEqual(parse(configuration(paths)), {
      jwt: [],
      anonymous: { enabled: true, paths: ["/livez", "/readyz"] },
    });
  });

  it("is of another kind", () => {
    assert.throws(
      () => parse("apiVersion: v1\nkind: Pod"),
      /expected a AuthenticationConfiguration of .* but the file has v1, Kind=Pod/,
    );
  });
});
