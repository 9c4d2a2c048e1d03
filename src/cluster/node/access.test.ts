import { test } from "node:test";
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseFlags } from "#base/flags.ts";
import { Scope } from "#base/scope.ts";
import { accessFlags, accessFlagsOf, readAccess } from "./access.ts";

const configuration = (kind: string, rest: string) =>
  `apiVersion: apiserver.config.k8s.io/v1\nkind: ${kind}\n${rest}\n`;

async function withFiles(files: Record<string, string>, flags: (folder: string) => string[]) {
  await using scope = new Scope({ onFailure: (_task, error) => assert.fail(String(error)) });
  const folder = await mkdtemp(join(tmpdir(), "access-"));
  scope.onClose(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const { values } = parseFlags(accessFlags, flags(folder));
  return await readAccess(values, { scope, disallowedIssuers: ["https://kubernetes.default.svc"] });
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
