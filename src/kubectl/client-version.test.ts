import { test } from "node:test";
import assert from "node:assert/strict";
import { checkSameVersion, clientVersion } from "./client-version.ts";

const platform = { os: "linux", arch: "amd64" };

test("a server of the same version is matched, whoever built it", () => {
  const { gitVersion } = clientVersion(platform);
  checkSameVersion(platform, { gitVersion });
  checkSameVersion(platform, { gitVersion: gitVersion.replace(/\+.*/, "+other") });
});

test("a server of another version is told", () => {
  assert.throws(() => checkSameVersion(platform, { gitVersion: "v1.35.2" }), {
    message: /^server version \(v1\.35\.2\) differs from client version \(v1\./,
  });
});
