import type { CertificateSigningRequest } from "#api/certificates/v1.ts";
import type { CertificateRequest } from "#pki/certificate.ts";
import { kubeletClientProblem, signers } from "../requests.ts";

/** A right that lets the request be approved without anybody looking at it. */
export interface Right {
  /** Of certificatesigningrequests, to create it. */
  readonly subresource: string;
  readonly message: string;
}

/** The rights of which whoever asks needs one; none for what only people can decide. */
export function plan({ spec }: CertificateSigningRequest, asked: CertificateRequest): Right[] {
  if (spec.signerName !== signers.kubeletClient) return [];
  if (kubeletClientProblem(asked, spec.usages ?? []) !== undefined) return [];
  const rights: Right[] = [
    {
      subresource: "nodeclient",
      message: "Auto approving kubelet client certificate after SubjectAccessReview.",
    },
  ];
  // A node that renews its own certificate needs less than who asks for any node.
  if (spec.username === asked.subject.commonName) {
    rights.unshift({
      subresource: "selfnodeclient",
      message: "Auto approving self kubelet client certificate after SubjectAccessReview.",
    });
  }
  return rights;
}
