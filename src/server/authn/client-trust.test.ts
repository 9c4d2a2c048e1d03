import { test } from "node:test";
import assert from "node:assert/strict";
import { createCertificateAuthority } from "#pki/certificate.ts";
import { clientTrustData } from "./client-trust.ts";
import { usualRequestHeaders } from "./request-header.ts";

const now = Date.parse("2026-01-01T00:00:00Z");
const year = 366 * 86_400_000;

const pem = async (commonName: string, from = now) =>
  (await createCertificateAuthority({ commonName, now: from })).certificatePem;

test("other servers are told whom to trust, in upstream's keys", async () => {
  const [clientAuthority, authority] = [await pem("clients"), await pem("proxies")];
  const requestHeader = { ...usualRequestHeaders, authority };
  assert.deepEqual(clientTrustData({}, { clientAuthority, requestHeader }, now), {
    "client-ca-file": clientAuthority,
    "requestheader-client-ca-file": authority,
    "requestheader-allowed-names": '["front-proxy-client"]',
    "requestheader-username-headers": '["X-Remote-User"]',
    "requestheader-uid-headers": '["X-Remote-Uid"]',
    "requestheader-group-headers": '["X-Remote-Group"]',
    "requestheader-extra-headers-prefix": '["X-Remote-Extra-"]',
  });
  assert.deepEqual(clientTrustData({}, { clientAuthority }, now), {
    "client-ca-file": clientAuthority,
  });
});

test("what another server has put there stays, until it has run out", async () => {
  const [mine, theirs] = [await pem("mine"), await pem("theirs")];
  const expired = await pem("expired", now - 50 * year);
  const existing = {
    "client-ca-file": expired + theirs,
    "requestheader-allowed-names": '["edge","front-proxy-client"]',
  };
  const requestHeader = { ...usualRequestHeaders, authority: mine };
  const data = clientTrustData(existing, { clientAuthority: mine, requestHeader }, now);
  assert.equal(data["client-ca-file"], theirs + mine);
  assert.equal(data["requestheader-allowed-names"], '["edge","front-proxy-client"]');
  assert.deepEqual(clientTrustData(data, { clientAuthority: mine, requestHeader }, now), data);
});
