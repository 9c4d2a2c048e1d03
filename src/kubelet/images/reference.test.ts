import assert from "node:assert/strict";
import { test } from "node:test";
import { credentialsFor } from "./credentials.ts";
import type { RegistryAuths } from "./credentials.ts";
import { parseImageReference, pullPolicyOf } from "./reference.ts";
import { unreachableError } from "./registry-trouble.ts";

const digest = `sha256:${"ab".repeat(32)}`;

test("image names are read with their defaults", () => {
  const cases: [string, string | undefined][] = [
    ["nginx", "docker.io library/nginx nginx:latest"],
    ["nginx:1.25", "docker.io library/nginx nginx:1.25"],
    ["library/nginx", "docker.io library/nginx library/nginx:latest"],
    ["ghcr.io/a/b/c", "ghcr.io a/b/c ghcr.io/a/b/c:latest"],
    ["localhost/x", "localhost x localhost/x:latest"],
    ["localhost:5000/x:y", "localhost:5000 x localhost:5000/x:y"],
    [`busybox@${digest}`, `docker.io library/busybox busybox@${digest}`],
    [`busybox:1@${digest}`, `docker.io library/busybox busybox:1@${digest}`],
    ["", undefined],
    ["Nginx", undefined],
    ["nginx:", undefined],
    ["nginx:a b", undefined],
    ["nginx@sha256:12", undefined],
    ["https://example.com/x", undefined],
    ["a//b", undefined],
  ];
  for (const [image, expected] of cases) {
    const reference = parseImageReference(image);
    const told = reference && `${reference.registry} ${reference.repository} ${reference.text}`;
    assert.equal(told, expected, image);
  }
});

test("a container that names no policy gets upstream's default", () => {
  const policy = (image: string) => {
    const reference = parseImageReference(image);
    assert.ok(reference);
    return pullPolicyOf({}, reference);
  };
  assert.equal(policy("nginx"), "Always");
  assert.equal(policy("nginx:latest"), "Always");
  assert.equal(policy("nginx:1"), "IfNotPresent");
  assert.equal(policy(`nginx@${digest}`), "IfNotPresent");
});

test("sign-ins are found by registry, port and path", () => {
  const credential = (username: string) => ({
    username,
    password: "",
    identityToken: "",
    registryToken: "",
  });
  const auths: RegistryAuths = {
    "https://index.docker.io/v1/": credential("hub"),
    "example.com": credential("any"),
    "example.com/team": credential("team"),
    "*.example.org": credential("glob"),
    "registry:5000": credential("port"),
  };
  const cases: [string, string[]][] = [
    ["nginx", ["hub"]],
    ["example.com/team/x", ["team", "any"]],
    ["example.com/other", ["any"]],
    ["a.example.org/x", ["glob"]],
    ["a.b.example.org/x", []],
    ["registry:5000/x", ["port"]],
    ["registry.local:5000/x", []],
  ];
  for (const [image, expected] of cases) {
    const reference = parseImageReference(image);
    assert.ok(reference);
    const users = credentialsFor(reference, [auths]).map(({ username }) => username);
    assert.deepEqual(users, expected, image);
  }
});

test("only what never answered counts as unreachable", () => {
  const failed = (reason: string) =>
    `failed to pull and unpack image "docker.io/library/nginx:latest": failed to resolve ` +
    `reference "docker.io/library/nginx:latest": failed to do request: Head ` +
    `"https://registry-1.docker.io/v2/library/nginx/manifests/404": ${reason}`;
  const unreachable = [
    "dial tcp: lookup registry-1.docker.io on 10.96.0.10:53: no such host",
    "dial tcp: lookup registry-1.docker.io on 10.0.0.2:53: read udp 10.0.0.5:40100->10.0.0.2:53: i/o timeout",
    "dial tcp 10.4.29.1:443: connect: connection refused",
    "dial tcp 34.194.164.123:443: i/o timeout",
    "dial tcp 34.194.164.123:443: connect: network is unreachable",
    "net/http: TLS handshake timeout",
  ];
  for (const reason of unreachable) {
    assert.equal(unreachableError(failed(reason)), reason);
  }
  const answered = [
    failed("tls: failed to verify certificate: x509: certificate signed by unknown authority"),
    'failed to resolve reference "docker.io/a/b:c": docker.io/a/b:c: not found',
    'failed to resolve reference "x": unexpected status from HEAD request to https://x/v2/: 403 Forbidden',
    "failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized",
    "pull access denied, repository does not exist or may require authorization",
    "no space left on device",
  ];
  for (const message of answered) assert.equal(unreachableError(message), undefined, message);
});
