import type {
  LocalSubjectAccessReview,
  ResourceAttributes,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
  SubjectAccessReviewSpec,
  SubjectAccessReviewStatus,
  SubjectRulesReviewStatus,
} from "#api/authorization/v1.ts";
import { badRequest, invalid } from "#machinery/status.ts";
import { invalid as invalidField } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import type { UserInfo } from "../pipeline/request.ts";
import type { Attributes, Authorizer } from "./authorizer.ts";

/** May that user do this? */
export async function reviewSubjectAccess(
  review: SubjectAccessReview,
  authorizer: Authorizer,
): Promise<SubjectAccessReview> {
  requireValid("SubjectAccessReview", validateSpec(review.spec));
  return { ...review, status: await decide(userOf(review.spec), review.spec, authorizer) };
}

/** May I do this? `kubectl auth can-i`. */
export async function reviewSelfAccess(
  review: SelfSubjectAccessReview,
  user: UserInfo,
  authorizer: Authorizer,
): Promise<SelfSubjectAccessReview> {
  requireValid("SelfSubjectAccessReview", validateAsked(review.spec));
  return { ...review, status: await decide(user, review.spec, authorizer) };
}

/** May that user do this in the namespace that the request is in? */
export async function reviewLocalAccess(
  review: LocalSubjectAccessReview,
  namespace: string,
  authorizer: Authorizer,
): Promise<LocalSubjectAccessReview> {
  const errors = validateSpec(review.spec);
  const asked = review.spec.resourceAttributes;
  if (asked && (asked.namespace ?? "") !== namespace) {
    errors.push(
      invalidField(
        "spec.resourceAttributes.namespace",
        asked.namespace ?? "",
        "must match metadata.namespace",
      ),
    );
  }
  if (review.spec.nonResourceAttributes) {
    errors.push(
      invalidField(
        "spec.nonResourceAttributes",
        review.spec.nonResourceAttributes,
        "disallowed on this kind of request",
      ),
    );
  }
  requireValid("LocalSubjectAccessReview", errors);
  return { ...review, status: await decide(userOf(review.spec), review.spec, authorizer) };
}

/** What may I do here? `kubectl auth can-i --list`. */
export async function reviewSelfRules(
  review: SelfSubjectRulesReview,
  user: UserInfo,
  rules: {
    rulesFor(user: UserInfo, namespace: string): Promise<SubjectRulesReviewStatus>;
  },
): Promise<SelfSubjectRulesReview> {
  const { namespace } = review.spec;
  if (!namespace) throw badRequest("no namespace on request");
  return { ...review, status: await rules.rulesFor(user, namespace) };
}

async function decide(
  user: UserInfo,
  spec: Pick<SubjectAccessReviewSpec, "resourceAttributes" | "nonResourceAttributes">,
  authorizer: Authorizer,
): Promise<SubjectAccessReviewStatus> {
  const { decision, reason } = await authorizer.authorize(attributesFor(user, spec));
  return {
    allowed: decision === "allow",
    ...(decision === "deny" && { denied: true }),
    ...(reason && { reason }),
  };
}

function attributesFor(
  user: UserInfo,
  spec: Pick<SubjectAccessReviewSpec, "resourceAttributes" | "nonResourceAttributes">,
): Attributes {
  const asked: ResourceAttributes = spec.resourceAttributes ?? {};
  const { path = "", verb = asked.verb ?? "" } = spec.nonResourceAttributes ?? {};
  return {
    user,
    verb,
    path,
    isResource: spec.resourceAttributes !== undefined,
    group: asked.group ?? "",
    version: asked.version || "*",
    resource: asked.resource ?? "",
    subresource: asked.subresource ?? "",
    namespace: asked.namespace ?? "",
    name: asked.name ?? "",
    fieldSelector: fieldSelectorOf(asked),
  };
}

function fieldSelectorOf({ fieldSelector }: ResourceAttributes): string | undefined {
  if (!fieldSelector) return undefined;
  if (fieldSelector.rawSelector) return fieldSelector.rawSelector;
  return fieldSelector.requirements
    ?.filter(({ operator, values }) => operator === "In" && values?.length === 1)
    .map(({ key, values }) => `${key}=${values?.[0]}`)
    .join(",");
}

function userOf(spec: SubjectAccessReviewSpec): UserInfo {
  return {
    name: spec.user ?? "",
    ...(spec.uid && { uid: spec.uid }),
    groups: spec.groups ?? [],
    ...(spec.extra && { extra: spec.extra }),
  };
}

function validateSpec(spec: SubjectAccessReviewSpec): FieldError[] {
  const errors = validateAsked(spec);
  if (!spec.user && !spec.groups?.length) {
    errors.push(
      invalidField("spec.user", spec.user ?? "", "at least one of user or group must be specified"),
    );
  }
  return errors;
}

function validateAsked(
  spec: Pick<SubjectAccessReviewSpec, "resourceAttributes" | "nonResourceAttributes">,
): FieldError[] {
  const { resourceAttributes, nonResourceAttributes } = spec;
  const text = (both: boolean) =>
    both
      ? "cannot be specified in combination with resourceAttributes"
      : "exactly one of nonResourceAttributes or resourceAttributes must be specified";
  if (resourceAttributes && nonResourceAttributes) {
    return [invalidField("spec.nonResourceAttributes", nonResourceAttributes, text(true))];
  }
  if (!resourceAttributes && !nonResourceAttributes) {
    return [invalidField("spec.resourceAttributes", null, text(false))];
  }
  return [];
}

function requireValid(kind: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid({ group: "authorization.k8s.io", kind }, "", errors);
}
