import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition,
} from "#api/certificates/v1.ts";
import { fromBase64, text } from "#base/bytes.ts";
import { parseCertificateRequest } from "#pki/certificate.ts";
import type { CertificateRequest } from "#pki/certificate.ts";

/** Those whose requests are signed here. */
export const signers = {
  client: "kubernetes.io/kube-apiserver-client",
  kubeletClient: "kubernetes.io/kube-apiserver-client-kubelet",
  kubeletServing: "kubernetes.io/kubelet-serving",
  legacy: "kubernetes.io/legacy-unknown",
} as const;

export type Decision = "Approved" | "Denied" | "Failed";

export function conditionOf(
  { status }: CertificateSigningRequest,
  type: Decision,
): CertificateSigningRequestCondition | undefined {
  return status.conditions?.find((condition) => condition.type === type);
}

/** What somebody asks to be signed. Throws when it is not what it should be. */
export function read({ spec }: CertificateSigningRequest): Promise<CertificateRequest> {
  return parseCertificateRequest(text(fromBase64(spec.request)));
}

/** Why this is not what a kubelet asks for to be known by; undefined when it is. */
export function kubeletClientProblem(
  request: CertificateRequest,
  usages: readonly string[],
): string | undefined {
  if (!isOfNodes(request)) return "subject organization is not system:nodes";
  const { dnsNames, emailAddresses, ipAddresses, uris } = request;
  if (dnsNames.length > 0) return "DNS subjectAltNames are not allowed";
  if (emailAddresses) return "Email subjectAltNames are not allowed";
  if (ipAddresses.length > 0) return "IP subjectAltNames are not allowed";
  if (uris) return "URI subjectAltNames are not allowed";
  return nodeNameProblem(request) ?? usageProblem(usages, "client auth");
}

/** Why this is not what a kubelet asks for to serve with; undefined when it is. */
export function kubeletServingProblem(
  request: CertificateRequest,
  usages: readonly string[],
): string | undefined {
  if (!isOfNodes(request)) return "subject organization is not system:nodes";
  const { dnsNames, emailAddresses, ipAddresses, uris } = request;
  if (dnsNames.length + ipAddresses.length === 0) return "DNS or IP subjectAltName is required";
  if (emailAddresses) return "Email subjectAltNames are not allowed";
  if (uris) return "URI subjectAltNames are not allowed";
  return usageProblem(usages, "server auth") ?? nodeNameProblem(request);
}

function isOfNodes({ subject: { organizations } }: CertificateRequest): boolean {
  return organizations.length === 1 && organizations[0] === "system:nodes";
}

function nodeNameProblem({ subject }: CertificateRequest): string | undefined {
  if (subject.commonName.startsWith("system:node:")) return undefined;
  return "subject common name does not begin with system:node:";
}

/** Keys that are not RSA's encipher nothing: they may leave that out. */
function usageProblem(usages: readonly string[], purpose: string): string | undefined {
  const needed = ["digital signature", "key encipherment", purpose].sort();
  const isAllowed = usages.every((usage) => needed.includes(usage));
  const isComplete = ["digital signature", purpose].every((usage) => usages.includes(usage));
  return isAllowed && isComplete ? undefined : `usages did not match [${needed.join(" ")}]`;
}
