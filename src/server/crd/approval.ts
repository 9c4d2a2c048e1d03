export const approvalAnnotation = "api-approved.kubernetes.io";

/** Groups of the Kubernetes project itself: definitions in them say who has agreed to them. */
export function isProtectedGroup(group: string): boolean {
  return ["k8s.io", "kubernetes.io"].some((one) => group === one || group.endsWith(`.${one}`));
}

export interface Approval {
  readonly state: "approved" | "bypassed" | "missing" | "invalid";
  readonly reason: string;
}

const more = "see https://github.com/kubernetes/enhancements/pull/1111";

export function approvalOf(annotations: Readonly<Record<string, string>> | undefined): Approval {
  const given = annotations?.[approvalAnnotation] ?? "";
  const must = `protected groups must have approval annotation ${JSON.stringify(approvalAnnotation)}`;
  if (given === "") return { state: "missing", reason: `${must}, ${more}` };
  if (given.startsWith("unapproved")) {
    return { state: "bypassed", reason: `not approved: ${JSON.stringify(given)}` };
  }
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/\s]+/i.test(given)) {
    return { state: "approved", reason: `approved in ${given}` };
  }
  const reason = `${must} with either a URL or a reason starting with "unapproved", ${more}`;
  return { state: "invalid", reason };
}
