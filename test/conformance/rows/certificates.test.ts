import assert from "node:assert/strict";
import { toBase64, utf8 } from "#base/bytes.ts";
import { createCertificateRequest } from "#pki/certificate.ts";
import { createSigningKey } from "#pki/keys.ts";
import type { Loose } from "#testkit/requests.ts";
import { conformance, discovered, operations } from "./row.ts";

const group = "certificates.k8s.io/v1";

conformance(
  "Certificates API [Privileged:ClusterAdmin] should support CSR API operations",
  async (row) => {
    const collection = `/apis/${group}/certificatesigningrequests`;
    for (const below of ["", "/approval", "/status"]) {
      await discovered(row, group, `certificatesigningrequests${below}`);
    }
    const pem = await createCertificateRequest(await createSigningKey(), { commonName: "ann" });
    const request = {
      apiVersion: group,
      kind: "CertificateSigningRequest",
      metadata: { name: "row-request" },
      spec: {
        request: toBase64(utf8(pem)),
        signerName: "example.com/row",
        usages: ["digital signature", "client auth"],
        expirationSeconds: 3600,
      },
    };
    await operations(row, collection, request);
    const path = `${collection}/row-request`;
    const created = await row.create(collection, request);
    const condition = { status: "True", reason: "Row", message: "seen" };
    created.status.conditions = [{ ...condition, type: "Approved" }];
    await row.replace(`${path}/approval`, created);
    const approved = await row.get(`${path}/approval`);
    assert.equal(approved.status.conditions[0].type, "Approved");
    // /status adds what is no decision; what /approval decided stays.
    approved.status.conditions.push({ ...condition, type: "StatusUpdate" });
    const updated = await row.replace(`${path}/status`, approved);
    const types = updated.status.conditions.map(({ type }: Loose) => type);
    assert.deepEqual(types, ["Approved", "StatusUpdate"]);
    await row.remove(path);
    await row.gone(path);
  },
);
