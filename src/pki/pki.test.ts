import assert from "node:assert/strict";
import { X509Certificate, createPrivateKey, generateKeyPairSync } from "node:crypto";
import { describe, it } from "node:test";
import { utf8 } from "#base/bytes.ts";
import {
  certificateFingerprint,
  createCertificateAuthority,
  createCertificateRequest,
  isSignedBy,
  issueCertificate,
  loadCertificateAuthority,
  parseCertificate,
  parseCertificateRequest,
  signCertificateRequest,
} from "./certificate.ts";
import {
  bitString,
  explicit,
  implicit,
  integer,
  objectId,
  octetString,
  sequence,
  set,
  utf8String,
} from "./der.ts";
import { formatIpAddress, parseIpAddress } from "./ip-address.ts";
import { createSigningKey, loadSigningKey, loadVerificationKey } from "./keys.ts";
import { decodePem, encodePem } from "./pem.ts";

const now = Date.UTC(2026, 0, 1);

describe("certificates", () => {
  it("are what Node's own X.509 code reads and verifies", async () => {
    const authority = await createCertificateAuthority({ commonName: "kubernetes", now });
    const issued = await issueCertificate(authority, {
      commonName: "system:node:a",
      organizations: ["system:nodes", "other"],
      dnsNames: ["a", "localhost"],
      ipAddresses: ["10.96.0.1", "::1"],
      usages: "both",
      now,
      days: 30,
    });
    const root = new X509Certificate(authority.certificatePem);
    const leaf = new X509Certificate(issued.certificatePem);
    assert.equal(root.ca, true);
    assert.ok(root.verify(root.publicKey));
    assert.ok(leaf.verify(root.publicKey));
    assert.ok(leaf.checkIssued(root));
    assert.ok(leaf.checkPrivateKey(createPrivateKey(issued.privateKeyPem)));
    // As Go writes several values of one part: in one set, which DER sorts.
    assert.equal(leaf.subject, "O=other + O=system:nodes\nCN=system:node:a");
    assert.equal(
      leaf.subjectAltName,
      "DNS:a, DNS:localhost, IP Address:10.96.0.1, IP Address:0:0:0:0:0:0:0:1",
    );
    assert.deepEqual(leaf.keyUsage, ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
    assert.equal(leaf.validToDate.getTime(), now + 30 * 86_400_000);
    const fingerprint = leaf.fingerprint256.replaceAll(":", "").toLowerCase();
    assert.equal(await certificateFingerprint(issued.certificatePem), fingerprint);
  });

  it("are read back as they were written", async () => {
    const authority = await createCertificateAuthority({ commonName: "ca", now });
    const { certificate } = await issueCertificate(authority, {
      commonName: "admin",
      organizations: ["system:masters"],
      ipAddresses: ["fd00::10"],
      usages: "client",
      now,
    });
    assert.deepEqual(certificate.subject, {
      commonName: "admin",
      organizations: ["system:masters"],
    });
    assert.equal(certificate.issuer.commonName, "ca");
    assert.equal(certificate.isCertificateAuthority, false);
    assert.deepEqual(certificate.usages, ["client"]);
    assert.deepEqual(certificate.ipAddresses, ["fd00::10"]);
    assert.equal(authority.certificate.isCertificateAuthority, true);
    const other = await createCertificateAuthority({ commonName: "ca", now });
    assert.equal(await isSignedBy(certificate, authority.certificate), true);
    assert.equal(await isSignedBy(certificate, other.certificate), false);
  });

  it("refuse an authority whose key is another's", async () => {
    const one = await createCertificateAuthority({ commonName: "one", now });
    const two = await createCertificateAuthority({ commonName: "two", now });
    const loaded = await loadCertificateAuthority(one);
    assert.equal(loaded.key.keyId, one.key.keyId);
    await assert.rejects(
      loadCertificateAuthority({ ...one, privateKeyPem: two.privateKeyPem }),
      /does not belong/,
    );
  });

  it("read certificates with times after 2049", async () => {
    const { certificate } = await createCertificateAuthority({
      commonName: "old",
      now,
      days: 36_500,
    });
    assert.equal(certificate.notAfter, now + 36_500 * 86_400_000);
  });

  it("are made from requests, unless the request was tampered with", async () => {
    const authority = await createCertificateAuthority({ commonName: "kubernetes", now });
    const key = await createSigningKey();
    const pem = await createCertificateRequest(key, {
      commonName: "system:node:b",
      organizations: ["system:nodes"],
      dnsNames: ["b"],
    });
    const request = await parseCertificateRequest(pem);
    assert.deepEqual(request.subject, {
      commonName: "system:node:b",
      organizations: ["system:nodes"],
    });
    const profile = {
      keyUsages: ["digitalSignature"],
      purposes: ["client", "server"],
      notBefore: now,
      notAfter: now + 3_600_000,
    } as const;
    const signed = parseCertificate(await signCertificateRequest(authority, request, profile));
    assert.deepEqual(signed.dnsNames, ["b"]);
    assert.deepEqual(signed.usages, ["server", "client"]);
    assert.equal(signed.notAfter, now + 3_600_000);
    const lines = pem.split("\n");
    const line = lines[2] ?? "";
    lines[2] = (line.startsWith("A") ? "B" : "A") + line.slice(1);
    await assert.rejects(parseCertificateRequest(lines.join("\n")));
  });

  it("are made for keys of other kinds than our own, with all that their requests say", async () => {
    const authority = await createCertificateAuthority({ commonName: "kubernetes", now });
    const name = (type: string, value: string) => set(sequence(objectId(type), utf8String(value)));
    const subject = sequence(
      name("2.5.4.3", "ann"),
      name("2.5.4.7", "Busan"),
      name("2.5.4.10", "dev"),
      name("2.5.4.6", "KR"),
    );
    const names = sequence(
      implicit(1, utf8("ann@example.com")),
      implicit(2, utf8("example.com")),
      implicit(6, utf8("spiffe://example.com/ann")),
    );
    const extensions = sequence(sequence(objectId("2.5.29.17"), octetString(names)));
    const attributes = explicit(0, sequence(objectId("1.2.840.113549.1.9.14"), set(extensions)));
    const p384 = { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" };
    const kinds = [
      [{ name: "Ed25519" }, "1.3.101.112"],
      [p384, "1.2.840.10045.4.3.3"],
      [{ ...p384, namedCurve: "P-521", hash: "SHA-512" }, "1.2.840.10045.4.3.4"],
    ] as const;
    for (const [parameters, algorithm] of kinds) {
      const { privateKey, publicKey } = (await crypto.subtle.generateKey(parameters, true, [
        "sign",
        "verify",
      ])) as { privateKey: CryptoKey; publicKey: CryptoKey };
      const publicKeyInfo = new Uint8Array(await crypto.subtle.exportKey("spki", publicKey));
      const version = integer(new Uint8Array([0]));
      const body = sequence(version, subject, publicKeyInfo, attributes);
      const raw = new Uint8Array(await crypto.subtle.sign(parameters, privateKey, body));
      const half = raw.length / 2;
      const signature =
        "hash" in parameters
          ? sequence(integer(raw.subarray(0, half)), integer(raw.subarray(half)))
          : raw;
      const der = sequence(body, sequence(objectId(algorithm)), bitString(signature));
      const request = await parseCertificateRequest(encodePem("CERTIFICATE REQUEST", der));
      const profile = {
        keyUsages: ["keyEncipherment", "decipherOnly"],
        purposes: [],
        notBefore: now,
        notAfter: now + 100 * 365 * 86_400_000,
      } as const;
      const leaf = new X509Certificate(await signCertificateRequest(authority, request, profile));
      assert.equal(leaf.subject, "C=KR\nO=dev\nL=Busan\nCN=ann");
      assert.equal(
        leaf.subjectAltName,
        "DNS:example.com, email:ann@example.com, URI:spiffe://example.com/ann",
      );
      assert.deepEqual(
        leaf.publicKey.export({ type: "spki", format: "der" }),
        Buffer.from(publicKeyInfo),
      );
      assert.equal(leaf.validToDate.getTime(), authority.certificate.notAfter);
      // keyUsage of the two bits, in two bytes of which the last seven bits are unused.
      assert.ok(leaf.raw.toString("hex").includes("0603551d0f0101ff04050303072080"));
    }
  });
});

describe("keys", () => {
  it("load from each form of PEM", async () => {
    const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
    for (const [pair, type, algorithm] of [
      [ec, "pkcs8", "ES256"],
      [ec, "sec1", "ES256"],
      [rsa, "pkcs8", "RS256"],
      [rsa, "pkcs1", "RS256"],
    ] as const) {
      const pem = pair.privateKey.export({ type: type as "pkcs8", format: "pem" });
      const key = await loadSigningKey(pem);
      assert.equal(key.algorithm, algorithm);
      const spki = pair.publicKey.export({ type: "spki", format: "pem" });
      assert.equal(key.publicKeyPem, spki);
      assert.equal((await loadVerificationKey(spki)).keyId, key.keyId);
    }
  });

  it("refuse curves that tokens and certificates do not use", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
    const pem = privateKey.export({ type: "pkcs8", format: "pem" });
    await assert.rejects(loadSigningKey(pem), /use P-256/);
  });
});

describe("IP addresses", () => {
  const table: [written: string, shortest: string][] = [
    ["10.0.0.1", "10.0.0.1"],
    ["::", "::"],
    ["::1", "::1"],
    ["fd00:0:0:0:1:0:0:1", "fd00::1:0:0:1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["::ffff:10.0.0.1", "::ffff:a00:1"],
  ];
  for (const [written, shortest] of table) {
    it(`${written} is ${shortest}`, () => {
      assert.equal(formatIpAddress(parseIpAddress(written)), shortest);
    });
  }
  for (const wrong of ["10.0.0", "256.0.0.1", "1:2:3", "::1::", "g::1", "1:2:3:4:5:6:7:8:9"]) {
    it(`refuses ${wrong}`, () => assert.throws(() => parseIpAddress(wrong), /is not an IP/));
  }
});

it("a PEM block with damaged content is none", () => {
  const whole = encodePem("CERTIFICATE", new Uint8Array([1, 2, 3, 4]));
  const damaged = whole.replace("AQIDBA==", "AQI�BA==");
  assert.notEqual(damaged, whole);
  assert.deepEqual(
    decodePem(`${damaged}${whole}`).map(({ der }) => [...der]),
    [[1, 2, 3, 4]],
  );
});
