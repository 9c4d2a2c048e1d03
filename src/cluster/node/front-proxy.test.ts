import { test } from "node:test";
import assert from "node:assert/strict";
import { createCertificateAuthority } from "#pki/certificate.ts";
import { usualRequestHeaders } from "#server/authn/request-header.ts";
import { proxyTrust } from "./front-proxy.ts";

test("the server itself is among the trusted proxies", async () => {
  const frontProxyAuthority = await createCertificateAuthority({ commonName: "fp", now: 0 });
  const own = frontProxyAuthority.certificatePem;
  const trustOf = (allowedNames?: readonly string[]) =>
    proxyTrust(
      allowedNames
        ? {
            options: { requestHeader: { ...usualRequestHeaders, allowedNames } },
            requestHeaderAuthority: "theirs\n",
          }
        : { options: {} },
      { frontProxyAuthority },
    );
  assert.deepEqual(trustOf(), { options: usualRequestHeaders, authority: own });
  assert.equal(trustOf(["edge"]).authority, `theirs\n${own}`);
  assert.deepEqual(trustOf(["edge"]).options.allowedNames, ["edge", "front-proxy-client"]);
  assert.deepEqual(trustOf([]).options.allowedNames, []);
});
