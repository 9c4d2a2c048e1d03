import { bytes, int32, list, map, object, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { Condition, ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/**
 * Certificates of authorities that the whole cluster may trust. A pod gets them by a
 * clusterTrustBundle projection.
 */
export abstract class ClusterTrustBundle extends kind(
  "io.k8s.api.certificates.v1beta1.ClusterTrustBundle",
  {
    group: "certificates.k8s.io",
    version: "v1beta1",
    kind: "ClusterTrustBundle",
    resource: "clustertrustbundles",
    singular: "clustertrustbundle",
    namespaced: false,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** The certificates, and the signer that they belong to. */
    spec: object(2, () => ClusterTrustBundleSpec),
  },
) {}

/** Certificates to trust. */
export abstract class ClusterTrustBundleSpec extends message(
  "io.k8s.api.certificates.v1beta1.ClusterTrustBundleSpec",
  {
    /**
     * The signer whose certificates they verify, such as example.com/signer. Then the object's name
     * begins with the signer's, slashes as colons: example.com:signer:v1; and who writes it needs
     * the right to attest for the signer. Empty: of no signer, and no colon in the name. Cannot be
     * changed.
     */
    signerName: string(1).optional(),
    /**
     * The certificates in PEM: each once, without headers, and each of an authority. At most 1 MiB.
     * Readers may reorder them.
     */
    trustBundle: string(2),
  },
) {}

export abstract class ClusterTrustBundleList extends kind(
  "io.k8s.api.certificates.v1beta1.ClusterTrustBundleList",
  { group: "certificates.k8s.io", version: "v1beta1", kind: "ClusterTrustBundleList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => ClusterTrustBundle),
  },
) {}

/**
 * Asks a signer for a certificate of a pod. Kubelets make one for each podCertificate projection.
 */
export abstract class PodCertificateRequest extends kind(
  "io.k8s.api.certificates.v1beta1.PodCertificateRequest",
  {
    group: "certificates.k8s.io",
    version: "v1beta1",
    kind: "PodCertificateRequest",
    resource: "podcertificaterequests",
    singular: "podcertificaterequest",
    namespaced: true,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** What is asked for, and for which pod. Cannot be changed. */
    spec: object(2, () => PodCertificateRequestSpec),
    /** What the signer decided, and the certificate. */
    status: object(3, () => PodCertificateRequestStatus).default({}),
  },
) {}

/** A certificate that is asked for, and the pod that it is for. */
export abstract class PodCertificateRequestSpec extends message(
  "io.k8s.api.certificates.v1beta1.PodCertificateRequestSpec",
  {
    /** Who is to sign it. Names under kubernetes.io are Kubernetes' own. */
    signerName: string(1),
    /** The pod that gets the certificate. */
    podName: string(2),
    /** The pod's unique id. */
    podUID: string(3),
    /** The service account that the pod runs as. */
    serviceAccountName: string(4),
    /** The service account's unique id. */
    serviceAccountUID: string(5),
    /** The node that the pod runs on. */
    nodeName: string(6),
    /** The node's unique id. */
    nodeUID: string(7),
    /**
     * For how long the certificate may be valid at most: from an hour (3600) to 91 days (7862400),
     * or to a day for signers under kubernetes.io. Default 86400. The signer may choose less, but
     * no less than an hour.
     */
    maxExpirationSeconds: int32(8).default(86400),
    /**
     * Deprecated: use stubPKCS10Request. The public key in PKIX form, in base64: RSA of 3072 or 4096
     * bits, ECDSA on P256, P384 or P521, or Ed25519.
     */
    pkixPublicKey: bytes(9).always().optional(),
    /**
     * Deprecated: use stubPKCS10Request. The pod's unique id, signed by the key of pkixPublicKey, to
     * show that the kubelet has it. In base64. RSA signs by PSS.
     */
    proofOfPossession: bytes(10).always().optional(),
    /**
     * A request in PKCS #10 (DER), in base64, signed by the pod's key. Only the public key in it
     * counts: RSA of 3072 or 4096 bits, ECDSA on P256, P384 or P521, or Ed25519. Required, unless the
     * deprecated fields are used.
     */
    stubPKCS10Request: bytes(12).always().optional(),
    /**
     * What the pod's author tells the signer. Nobody verifies it. Keys must have a domain; signers
     * should deny requests with keys that they do not know.
     */
    unverifiedUserAnnotations: map(11, string).optional(),
  },
) {}

/** What became of a request. Final once it is issued, denied or failed. */
export abstract class PodCertificateRequestStatus extends message(
  "io.k8s.api.certificates.v1beta1.PodCertificateRequestStatus",
  {
    /** Issued, Denied or Failed: one of them at most, and True. */
    conditions: list(1, () => Condition)
      .mapBy("type")
      .merge("type")
      .optional(),
    /**
     * The certificate in PEM, for the key of the request, and after it those between it and the
     * root. Set when it is issued.
     */
    certificateChain: string(2).optional(),
    /** From when the certificate is valid: what it says itself. */
    notBefore: time(4).explicit().optional(),
    /** When the kubelet should ask for the next one: ten minutes after notBefore or later. */
    beginRefreshAt: time(5).explicit().optional(),
    /** Until when the certificate is valid: what it says itself. */
    notAfter: time(6).explicit().optional(),
  },
) {}

export abstract class PodCertificateRequestList extends kind(
  "io.k8s.api.certificates.v1beta1.PodCertificateRequestList",
  { group: "certificates.k8s.io", version: "v1beta1", kind: "PodCertificateRequestList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => PodCertificateRequest),
  },
) {}
