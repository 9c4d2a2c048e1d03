import { bytes, int32, list, mapOfLists, object, oneOf, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

export abstract class CertificateSigningRequest extends kind(
  "io.k8s.api.certificates.v1.CertificateSigningRequest",
  {
    group: "certificates.k8s.io",
    version: "v1",
    kind: "CertificateSigningRequest",
    resource: "certificatesigningrequests",
    singular: "certificatesigningrequest",
    namespaced: false,
    shortNames: ["csr"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    spec: object(2, () => CertificateSigningRequestSpec),
    status: object(3, () => CertificateSigningRequestStatus).default({}),
  },
) {}

export abstract class CertificateSigningRequestSpec extends message(
  "io.k8s.api.certificates.v1.CertificateSigningRequestSpec",
  {
    request: bytes(1),
    username: string(2).optional(),
    uid: string(3).optional(),
    groups: list(4, string).optional(),
    usages: list(5, string).optional(),
    extra: mapOfLists(6).optional(),
    signerName: string(7),
    expirationSeconds: int32(8).optional(),
  },
) {}

export abstract class CertificateSigningRequestStatus extends message(
  "io.k8s.api.certificates.v1.CertificateSigningRequestStatus",
  {
    conditions: list(1, () => CertificateSigningRequestCondition)
      .mapBy("type")
      .optional(),
    certificate: bytes(2).optional(),
  },
) {}

export abstract class CertificateSigningRequestCondition extends message(
  "io.k8s.api.certificates.v1.CertificateSigningRequestCondition",
  {
    type: string(1),
    reason: string(2).optional(),
    message: string(3).optional(),
    lastUpdateTime: time(4).optional(),
    lastTransitionTime: time(5).optional(),
    status: oneOf(6, "True", "False", "Unknown"),
  },
) {}

export abstract class CertificateSigningRequestList extends kind(
  "io.k8s.api.certificates.v1.CertificateSigningRequestList",
  { group: "certificates.k8s.io", version: "v1", kind: "CertificateSigningRequestList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => CertificateSigningRequest),
  },
) {}
