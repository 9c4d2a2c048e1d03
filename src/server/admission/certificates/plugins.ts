import { fromBase64, text } from "#base/bytes.ts";
import { parseCertificateRequest } from "#pki/certificate.ts";
import { semanticEqual } from "#machinery/deep-equal.ts";
import { CertificateSigningRequest } from "#api/certificates/v1.ts";
import { groups } from "../../authn/identity.ts";
import type { Authorizer } from "../../authz/authorizer.ts";
import { maySign } from "../../authz/signers.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { isAbout, metadataOf, objectAs, refusal } from "../refusal.ts";

const group = "certificates.k8s.io";
const resource = "certificatesigningrequests";
const clientSigner = "kubernetes.io/kube-apiserver-client";

/** Who approves or denies a request must be allowed to do so for its signer. */
export function certificateApproval(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: "CertificateApproval",
    async validate(request) {
      if (request.operation !== "UPDATE") return;
      if (!isAbout(request, group, resource, "approval")) return;
      await requireSignerAccess(request, authorizer, "approve");
    },
  };
}

/** Who writes the certificate must be allowed to sign for the signer. */
export function certificateSigning(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: "CertificateSigning",
    async validate(request) {
      if (request.operation !== "UPDATE") return;
      if (!isAbout(request, group, resource, "status")) return;
      const { status } = objectAs(request, CertificateSigningRequest);
      const { status: old } = request.oldObject as unknown as CertificateSigningRequest;
      const isSigning = status?.certificate !== old?.certificate;
      const hadFailed = old?.conditions?.some(({ type }) => type === "Failed") ?? false;
      const isFailing = status?.conditions?.some(({ type }) => type === "Failed") ?? false;
      if (!isSigning && hadFailed === isFailing) return;
      await requireSignerAccess(request, authorizer, "sign");
    },
  };
}

/** No client certificate of the API makes a member of `system:masters`. */
export function certificateSubjectRestriction(): AdmissionPlugin {
  return {
    name: "CertificateSubjectRestriction",
    async validate(request) {
      if (request.operation !== "CREATE" || !isAbout(request, group, resource)) return;
      const { spec } = objectAs(request, CertificateSigningRequest);
      if (spec.signerName !== clientSigner) return;
      const problem = (why: string) => refusal(request, `failed to parse CSR: ${why}`);
      const { subject } = await parseCertificateRequest(text(fromBase64(spec.request))).catch(
        (error: unknown) => {
          throw problem(error instanceof Error ? error.message : String(error));
        },
      );
      if (!subject.organizations.includes(groups.masters)) return;
      throw refusal(
        request,
        `use of ${clientSigner} signer with ${groups.masters} group is not allowed`,
      );
    },
  };
}

/** Who says which authorities to trust for a signer must be allowed to speak for it. */
export function clusterTrustBundleAttest(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: "ClusterTrustBundleAttest",
    async validate(request) {
      if (request.operation !== "CREATE" && request.operation !== "UPDATE") return;
      if (!isAbout(request, group, "clustertrustbundles")) return;
      const { object, oldObject } = request;
      const { signerName } = (object?.["spec"] ?? {}) as { readonly signerName?: string };
      if (!signerName) return;
      // Storage migration and garbage collection change nothing that matters.
      if (oldObject && semanticEqual(withoutOwners(object), withoutOwners(oldObject))) return;
      if (await maySign(authorizer, request.user, "attest", signerName)) return;
      throw refusal(request, `user not permitted to attest for signerName "${signerName}"`);
    },
  };
}

function withoutOwners(object: Readonly<Record<string, unknown>> | undefined) {
  const { ownerReferences, finalizers, managedFields, resourceVersion, ...metadata } =
    metadataOf(object);
  void [ownerReferences, finalizers, managedFields, resourceVersion];
  return { ...object, metadata };
}

async function requireSignerAccess(
  request: AdmissionRequest,
  authorizer: Authorizer,
  verb: "approve" | "sign",
): Promise<void> {
  const { signerName } = (request.oldObject as unknown as CertificateSigningRequest).spec;
  if (await maySign(authorizer, request.user, verb, signerName)) return;
  throw refusal(request, `user not permitted to ${verb} requests with signerName "${signerName}"`);
}
