import { bytes, int32, list, mapOfLists, object, oneOf, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/**
 * Asks for a certificate. Someone approves it, and then the signer issues it. Goes away after a
 * while: an hour once issued, a day while pending.
 */
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
    /** What is asked for, and by whom. Cannot be changed. */
    spec: object(2, () => CertificateSigningRequestSpec),
    /** Whether it is approved, and the certificate. */
    status: object(3, () => CertificateSigningRequestStatus).default({}),
  },
) {}

/** What certificate is asked for, and by whom. */
export abstract class CertificateSigningRequestSpec extends message(
  "io.k8s.api.certificates.v1.CertificateSigningRequestSpec",
  {
    /** The request, in PEM (PKCS #10), in base64. */
    request: bytes(1),
    /** Who asks. Set by the server, like uid, groups and extra. */
    username: string(2).optional(),
    /** The unique id of who asks. */
    uid: string(3).optional(),
    /** The groups of who asks. */
    groups: list(4, string).optional(),
    /** What the key is to be used for, such as digital signature, client auth, server auth. */
    usages: list(5, string).optional(),
    /** What else the authenticator said of who asks, by key. */
    extra: mapOfLists(6).optional(),
    /**
     * Who is to sign it, such as kubernetes.io/kube-apiserver-client. The signer says what it
     * accepts.
     */
    signerName: string(7),
    /**
     * How long the certificate should be valid, at least 600. The signer may choose another time.
     * Missing: the signer chooses.
     */
    expirationSeconds: int32(8).optional(),
  },
) {}

/** What became of a request. */
export abstract class CertificateSigningRequestStatus extends message(
  "io.k8s.api.certificates.v1.CertificateSigningRequestStatus",
  {
    /** Approved, Denied or Failed. */
    conditions: list(1, () => CertificateSigningRequestCondition)
      .mapBy("type")
      .optional(),
    /** The certificates, in PEM, in base64: the new one first. Cannot be changed once set. */
    certificate: bytes(2).optional(),
  },
) {}

/** A decision about a request. */
export abstract class CertificateSigningRequestCondition extends message(
  "io.k8s.api.certificates.v1.CertificateSigningRequestCondition",
  {
    /**
     * Approved or Denied (set at the subresource approval, cannot be taken back), or Failed (set by
     * the signer).
     */
    type: string(1),
    /** One word in upper camel case that says why, for programs. */
    reason: string(2).optional(),
    /** The same for people, in a sentence. */
    message: string(3).optional(),
    /** When the condition was last written. */
    lastUpdateTime: time(4).optional(),
    /** When the status last changed, not when it was last looked at. */
    lastTransitionTime: time(5).optional(),
    /** True. Approved, Denied and Failed are either there or not. */
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
