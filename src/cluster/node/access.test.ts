import { test } from "node:test";
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseFlags } from "#base/flags.ts";
import { silentLogger } from "#base/log.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { Scope } from "#base/scope.ts";
import { InvalidTokenError } from "#server/authn/token.ts";
import { accessFlags, accessFlagsOf, readAccess } from "./access.ts";
import type { ConfigurationFile } from "./reload.ts";

const configuration = (kind: string, rest: string) =>
  `apiVersion: apiserver.config.k8s.io/v1\nkind: ${kind}\n${rest}\n`;

async function withFiles(
  files: Record<string, string>,
  flags: (folder: string) => string[],
  follow: (file: ConfigurationFile) => void = () => {},
) {
  await using scope = new Scope({ onFailure: (_task, error) => assert.fail(String(error)) });
  const folder = await mkdtemp(join(tmpdir(), "access-"));
  scope.onClose(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const { values } = parseFlags(accessFlags, flags(folder));
  return await readAccess(values, {
    scope,
    clock: systemClock({ unref: true }),
    logger: silentLogger,
    follow,
    disallowedIssuers: ["https://kubernetes.default.svc"],
  });
}

test("without flags everybody may ask, and Node and RBAC decide", async () => {
  const { options, requestHeaderAuthority } = await withFiles({}, () => []);
  assert.deepEqual(options.anonymous, { enabled: true });
  assert.equal(options.authorizers, undefined);
  assert.equal(requestHeaderAuthority, undefined);
});

test("files say who is known and who decides", async () => {
  const { options, requestHeaderAuthority } = await withFiles(
    {
      "tokens.csv": "secret,ann,1,dev\n",
      "authentication.yaml": configuration(
        "AuthenticationConfiguration",
        "anonymous: {enabled: true, conditions: [{path: /livez}]}",
      ),
      "authorization.yaml": configuration(
        "AuthorizationConfiguration",
        "authorizers: [{type: RBAC, name: rbac}]",
      ),
      "ca.crt": "the proxies' authority",
    },
    (folder) => [
      `--token-auth-file=${folder}/tokens.csv`,
      `--authentication-config=${folder}/authentication.yaml`,
      `--authorization-config=${folder}/authorization.yaml`,
      `--requestheader-client-ca-file=${folder}/ca.crt`,
      "--requestheader-allowed-names=front-proxy-client,other",
      "--requestheader-username-headers=X-User",
    ],
  );
  assert.equal(options.tokens?.get("secret")?.name, "ann");
  assert.deepEqual(options.anonymous?.paths, ["/livez"]);
  assert.deepEqual(options.authorizers, [{ type: "RBAC", name: "rbac" }]);
  assert.equal(requestHeaderAuthority, "the proxies' authority");
  assert.deepEqual(options.requestHeader, {
    allowedNames: ["front-proxy-client", "other"],
    userHeaders: ["x-user"],
    uidHeaders: ["x-remote-uid"],
    groupHeaders: ["x-remote-group"],
    extraPrefixes: ["x-remote-extra-"],
  });
});

test("what a server is given counts for more than what its profile says", () => {
  const { values, given } = parseFlags(accessFlags, ["--token-auth-file=/own"]);
  const profile = ["--token-auth-file=/profile", "--anonymous-auth=false"];
  const flags = accessFlagsOf(profile, values, given);
  assert.equal(flags["token-auth-file"], "/own");
  assert.equal(flags["anonymous-auth"], false);
});

test("what cannot be meant is refused", async () => {
  const authorization = configuration(
    "AuthorizationConfiguration",
    "authorizers: [{type: RBAC, name: rbac}]",
  );
  const anonymous = configuration("AuthenticationConfiguration", "anonymous: {enabled: true}");
  const cases: [flags: (folder: string) => string[], error: RegExp][] = [
    [() => ["--authorization-mode=ABAC"], /authorization-mode "ABAC" is not a valid mode/],
    [
      (folder) => ["--authorization-mode=RBAC", `--authorization-config=${folder}/authorization`],
      /can not be specified with --authorization-mode/,
    ],
    [
      (folder) => ["--anonymous-auth=false", `--authentication-config=${folder}/anonymous`],
      /exclude each other/,
    ],
    [(folder) => [`--authentication-config=${folder}/authorization`], /expected a Authentication/],
    [(folder) => [`--token-auth-file=${folder}/missing`], /ENOENT/],
  ];
  for (const [flags, error] of cases) {
    await assert.rejects(withFiles({ authorization, anonymous }, flags), error);
  }
});

test("who decides can be changed in the file, but what the server needs stays", async () => {
  const authorizers = (list: string) =>
    configuration("AuthorizationConfiguration", `authorizers: [${list}]`);
  const [node, rbac] = ["{type: Node, name: node}", "{type: RBAC, name: rbac}"];
  const followed: ConfigurationFile[] = [];
  const { options } = await withFiles(
    { authorization: authorizers(`${node}, ${rbac}`) },
    (folder) => [`--authorization-config=${folder}/authorization`],
    (file) => followed.push(file),
  );
  const decided: string[][] = [];
  options.bindAuthorizers?.((list) => void decided.push(list.map(({ name }) => name)));
  const [file] = followed;
  assert.equal(file?.subject, "authorization");
  const apply = async (content: string) => await file?.apply(content);
  await apply(authorizers(`${rbac}, ${node}, {type: AlwaysAllow, name: alwaysallow}`));
  assert.deepEqual(decided, [["rbac", "node", "alwaysallow"]]);
  await assert.rejects(
    apply(authorizers(rbac)),
    /^SettingsError: missing required types: \[Node\]$/,
  );
  await assert.rejects(
    apply(authorizers(`{type: Node, name: mine}, ${rbac}`)),
    /expected name node for authorizer Node instead of mine/,
  );
  assert.equal(decided.length, 1);
});

test("issuers can be changed in the file, and anonymous requests cannot", async () => {
  const issuer = (url: string) =>
    `{issuer: {url: "${url}", audiences: [a]}, claimMappings: {username: {claim: sub, prefix: ""}}}`;
  const of = (...jwt: string[]) =>
    configuration("AuthenticationConfiguration", `jwt: [${jwt.join(", ")}]`);
  const followed: ConfigurationFile[] = [];
  const { options } = await withFiles(
    { authentication: of(issuer("https://127.0.0.1:1/one")) },
    (folder) => [`--authentication-config=${folder}/authentication`],
    (file) => followed.push(file),
  );
  const clock = systemClock({ unref: true });
  const tokens = options.tokenAuthenticators?.({ clock, audiences: ["here"] }) ?? [];
  const base64 = (value: object) => btoa(JSON.stringify(value)).replaceAll("=", "");
  const knows = async (iss: string) => {
    const token = `${base64({ alg: "ES256" })}.${base64({ iss })}.c2ln`;
    // An issuer that is known and does not answer makes its tokens bad; others' are left alone.
    const asked = Promise.all(tokens.map((each) => each.authenticateToken(token, ["here"])));
    return await asked.then(
      () => false,
      (error: unknown) => error instanceof InvalidTokenError,
    );
  };
  assert.equal(await knows("https://127.0.0.1:1/one"), true);
  assert.equal(await knows("https://127.0.0.1:1/two"), false);
  const [file] = followed;
  const apply = async (content: string) => await file?.apply(content);
  await assert.rejects(
    apply(`${of(issuer("https://127.0.0.1:1/two"))}anonymous: {enabled: false}\n`),
    /anonymous: Forbidden: changed from initial configuration file/,
  );
  assert.equal(await knows("https://127.0.0.1:1/two"), false);
  await apply(of(issuer("https://127.0.0.1:1/two")));
  assert.equal(await knows("https://127.0.0.1:1/two"), true);
  assert.equal(await knows("https://127.0.0.1:1/one"), false);
});
