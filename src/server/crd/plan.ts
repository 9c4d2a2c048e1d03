import type {
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionStatus,
} from "#api/apiextensions/v1.ts";
import { fromBase64, text } from "#base/bytes.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { approvalOf, isProtectedGroup } from "./approval.ts";
import type { Approval } from "./approval.ts";
import { conditionOf, withCondition } from "./conditions.ts";
import type { ConditionDraft } from "./conditions.ts";

/** Holds a definition that is being deleted until its instances are gone. */
export const cleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

type Names = CustomResourceDefinitionNames;

/**
 * The status that a definition should have, given all the others: which of its names it may use,
 * and whether it is served. Undefined where it has that already.
 */
export function planStatus(
  crd: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
  now: string,
): CustomResourceDefinitionStatus | undefined {
  let { conditions } = crd.status;
  const set = (draft: ConditionDraft) => {
    conditions = withCondition(conditions, draft, now);
  };
  const { names, conflict } = planNames(crd, others);
  const isNaming = !deepEqual(trimmed(crd.spec.names), trimmed(crd.status.acceptedNames));
  const namesAccepted = conflict ?? noConflict;
  if (isNaming || !conditionOf(crd, "NamesAccepted")) set(namesAccepted);
  const isAccepted = isNaming
    ? namesAccepted.status === "True"
    : conditionOf(crd, "NamesAccepted")?.status !== "False";
  const established = planEstablished(crd, isAccepted);
  if (established) set(established);
  if (isProtectedGroup(crd.spec.group))
    set(approvalCondition(approvalOf(crd.metadata.annotations)));
  const status = { ...crd.status, acceptedNames: names, ...(conditions && { conditions }) };
  return deepEqual(status, crd.status) ? undefined : status;
}

const noConflict: ConditionDraft = {
  type: "NamesAccepted",
  status: "True",
  reason: "NoConflicts",
  message: "no conflicts found",
};

/** An empty list of short names is none. */
function trimmed(names: Names | undefined): object {
  const entries = Object.entries(names ?? {});
  return Object.fromEntries(
    entries.filter(([, value]) => value && !(Array.isArray(value) && value.length === 0)),
  );
}

/** The names that no other definition of the group has taken; of several conflicts, the last. */
function planNames(
  crd: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
): { readonly names: Names; readonly conflict: ConditionDraft | undefined } {
  const accepted: Names = crd.status.acceptedNames ?? { plural: "", kind: "" };
  const requested = crd.spec.names;
  const resources = new Set<string>();
  const kinds = new Set<string>();
  for (const { spec, status, metadata } of others) {
    if (spec.group !== crd.spec.group || metadata.name === crd.metadata.name) continue;
    const {
      plural,
      singular = "",
      shortNames = [],
      kind,
      listKind = "",
    } = status.acceptedNames ?? accepted;
    for (const name of [plural, singular, ...shortNames]) resources.add(name);
    kinds.add(kind).add(listKind);
  }
  let conflict: ConditionDraft | undefined;
  const refuse = (reason: string, taken: readonly string[]) => {
    const texts = taken.map((name) => `${JSON.stringify(name)} is already in use`);
    const message = texts.length > 1 ? `[${texts.join(", ")}]` : (texts[0] ?? "");
    conflict = { type: "NamesAccepted", status: "False", reason, message };
  };
  const names: Names = { ...accepted };
  for (const [field, used, reason] of [
    ["plural", resources, "PluralConflict"],
    ["singular", resources, "SingularConflict"],
    ["kind", kinds, "KindConflict"],
    ["listKind", kinds, "ListKindConflict"],
  ] as const) {
    // Short names come between: what is told of is the conflict that was found last.
    if (field === "kind") {
      const mine = new Set(accepted.shortNames ?? []);
      const wanted = requested.shortNames ?? [];
      const taken = wanted.filter((name) => !mine.has(name) && resources.has(name));
      if (taken.length) refuse("ShortNamesConflict", taken);
      else if (requested.shortNames) names.shortNames = requested.shortNames;
      else delete names.shortNames;
    }
    const name = requested[field] ?? "";
    if (name !== accepted[field] && used.has(name)) refuse(reason, [name]);
    else if (name) names[field] = name;
  }
  if (requested.categories) names.categories = requested.categories;
  else delete names.categories;
  return { names, conflict };
}

/** Undefined where nothing is to change: once established, a definition stays so. */
function planEstablished(
  crd: CustomResourceDefinition,
  isAccepted: boolean,
): ConditionDraft | undefined {
  const type = "Established";
  const existing = conditionOf(crd, type);
  if (existing?.status === "True") return undefined;
  if (!isAccepted) {
    const message = "not all names are accepted";
    return existing ? undefined : { type, status: "False", reason: "NotAccepted", message };
  }
  const bundle = crd.spec.conversion?.webhook?.clientConfig?.caBundle;
  if (bundle && !isCertificateBundle(bundle)) {
    const message = "The conversion webhook CABundle is invalid";
    return { type, status: "False", reason: "InvalidCABundle", message };
  }
  const message = "the initial names have been accepted";
  return { type, status: "True", reason: "InitialNamesAccepted", message };
}

const approvals: Readonly<Record<Approval["state"], readonly ["True" | "False", string]>> = {
  approved: ["True", "ApprovedAnnotation"],
  bypassed: ["False", "UnapprovedAnnotation"],
  missing: ["False", "MissingAnnotation"],
  invalid: ["False", "InvalidAnnotation"],
};

function approvalCondition({ state, reason: message }: Approval): ConditionDraft {
  const [status, reason] = approvals[state];
  return { type: "KubernetesAPIApprovalPolicyConformant", status, reason, message };
}

/** Whether base64 holds certificates in PEM. White space alone counts as none, and as fine. */
export function isCertificateBundle(base64: string): boolean {
  try {
    const pem = text(fromBase64(base64));
    return (
      pem.trim() === "" || /-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/.test(pem)
    );
  } catch {
    return false; // No base64: no certificates.
  }
}

/** What is left to do for a definition that is being deleted. */
export const terminating = {
  inProgress: {
    type: "Terminating",
    status: "True",
    reason: "InstanceDeletionInProgress",
    message: "CustomResource deletion is in progress",
  },
  completed: {
    type: "Terminating",
    status: "False",
    reason: "InstanceDeletionCompleted",
    message: "removed all instances",
  },
  neverEstablished: {
    type: "Terminating",
    status: "False",
    reason: "NeverEstablished",
    message: "resource was never established",
  },
  failed: (why: string): ConditionDraft => ({
    type: "Terminating",
    status: "True",
    reason: "InstanceDeletionFailed",
    message: `could not issue all deletes: ${why}`,
  }),
} as const;
