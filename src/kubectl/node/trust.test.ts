import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import tls from "node:tls";
import { createCertificateAuthority, issueCertificate } from "#pki/certificate.ts";
import { trustNobody, trustThisMachine } from "./trust.ts";

const before = tls.getCACertificates("default");
after(() => tls.setDefaultCACertificates(before));

async function serve() {
  const now = Date.now();
  const authority = await createCertificateAuthority({ commonName: "test-ca", now });
  const dnsNames = ["localhost"];
  const issued = await issueCertificate(authority, {
    commonName: "server",
    dnsNames,
    usages: "server",
    now,
  });
  const server = tls.createServer({ key: issued.privateKeyPem, cert: issued.certificatePem });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    authority: authority.certificatePem,
    async connect(options: tls.ConnectionOptions): Promise<void> {
      const socket = tls.connect({ host: "127.0.0.1", port, servername: "localhost", ...options });
      try {
        await once(socket, "secureConnect");
      } finally {
        socket.destroy();
      }
    },
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, "close");
    },
  };
}

test("who trusts nobody still trusts the authority that a connection names", async () => {
  await using server = await serve();
  trustNobody();
  assert.deepEqual(tls.getCACertificates("default"), []);
  await server.connect({ ca: server.authority });
  await assert.rejects(server.connect({}), { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
});

test("the machine's authorities come back, and no others", async () => {
  await using server = await serve();
  trustNobody();
  trustThisMachine();
  assert.ok(tls.getCACertificates("default").length > 0);
  await assert.rejects(server.connect({}), { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
});
