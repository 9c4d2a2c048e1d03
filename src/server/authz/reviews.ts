import type {
  LocalSubjectAccessReview,
  NonResourceAttributes,
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
import { selectorsOfReview, validateSelectors } from "./selectors.ts";

/** May that user do this? */
export async function reviewSubjectAccess(
  review: SubjectAccessReview,
  authorizer: Authorizer,
): Promise<SubjectAccessReview> {
  requireValid([...validateSpec(review.spec), ...validateMetadata(review.metadata)]);
  return { ...review, status: await decide(userOf(review.spec), review.spec, authorizer) };
}

/** May I do this? `kubectl auth can-i`. */
export async function reviewSelfAccess(
  review: SelfSubjectAccessReview,
  user: UserInfo,
  authorizer: Authorizer,
): Promise<SelfSubjectAccessReview> {
  requireValid([...validateAsked(review.spec), ...validateMetadata(review.metadata)]);
  return { ...review, status: await decide(user, review.spec, authorizer) };
}

/** May that user do this in the namespace that the request is in? */
export async function reviewLocalAccess(
  review: LocalSubjectAccessReview,
  namespace: string,
  authorizer: Authorizer,
): Promise<LocalSubjectAccessReview> {
  const { metadata } = review;
  if ((metadata.namespace || namespace) !== namespace) {
    throw badRequest(
      "the namespace of the provided object does not match the namespace sent on the request",
    );
  }
  const errors = validateSpec(review.spec);
  if (Object.keys(without(metadata, "namespace")).length > 0) {
    const { name, namespace: own, ...rest } = metadata;
    const shown = { ...(name && { name }), ...(own && { namespace: own }), ...rest };
    errors.push(invalidField("metadata", shown, "must be empty except for namespace"));
  }
  const asked = review.spec.resourceAttributes;
  if (asked && (asked.namespace ?? "") !== namespace) {
    const path = "spec.resourceAttributes.namespace";
    errors.push(invalidField(path, asked.namespace ?? "", "must match metadata.namespace"));
  }
  const { nonResourceAttributes } = review.spec;
  if (nonResourceAttributes) {
    const problem = "disallowed on this kind of request";
    errors.push(invalidField(nonResourcePath, shown(nonResourceAttributes), problem));
  }
  requireValid(errors);
  return {
    ...review,
    metadata: { ...metadata, namespace },
    status: await decide(userOf(review.spec), review.spec, authorizer),
  };
}

/** What may I do here? `kubectl auth can-i --list`. The answer does not repeat the question. */
export async function reviewSelfRules(
  review: SelfSubjectRulesReview,
  user: UserInfo,
  rules: {
    rulesFor(user: UserInfo, namespace: string): Promise<SubjectRulesReviewStatus>;
  },
): Promise<SelfSubjectRulesReview> {
  const { namespace } = review.spec;
  if (!namespace) throw badRequest("no namespace on request");
  return { ...review, spec: {}, status: await rules.rulesFor(user, namespace) };
}

type Question = Pick<SubjectAccessReviewSpec, "resourceAttributes" | "nonResourceAttributes">;

async function decide(
  user: UserInfo,
  spec: Question,
  authorizer: Authorizer,
): Promise<SubjectAccessReviewStatus> {
  const { resourceAttributes, nonResourceAttributes } = spec;
  const { selectors, problems } = selectorsOfReview(resourceAttributes ?? {});
  const attributes = attributesFor(user, resourceAttributes, nonResourceAttributes);
  const decision = await authorizer.authorize({ ...attributes, selectors });
  if (decision.decision !== "allow" && decision.error) problems.unshift(decision.error);
  return {
    allowed: decision.decision === "allow",
    ...(decision.decision === "deny" && { denied: true }),
    ...(decision.reason && { reason: decision.reason }),
    ...(problems.length > 0 && { evaluationError: problems.join("; ") }),
  };
}

function attributesFor(
  user: UserInfo,
  asked: ResourceAttributes | undefined,
  nonResource: NonResourceAttributes | undefined,
): Attributes {
  return {
    user,
    verb: asked?.verb ?? nonResource?.verb ?? "",
    path: nonResource?.path ?? "",
    isResource: asked !== undefined,
    group: asked?.group ?? "",
    version: asked?.version || "*",
    resource: asked?.resource ?? "",
    subresource: asked?.subresource ?? "",
    namespace: asked?.namespace ?? "",
    name: asked?.name ?? "",
  };
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

const nonResourcePath = "spec.nonResourceAttributes";

function validateAsked({ resourceAttributes, nonResourceAttributes }: Question): FieldError[] {
  if (resourceAttributes && nonResourceAttributes) {
    const problem = "cannot be specified in combination with resourceAttributes";
    return [invalidField(nonResourcePath, shown(nonResourceAttributes), problem)];
  }
  if (!resourceAttributes && !nonResourceAttributes) {
    const problem = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
    return [invalidField("spec.resourceAttributes", null, problem)];
  }
  if (!resourceAttributes) return [];
  return validateSelectors(resourceAttributes, "spec.resourceAttributes");
}

/** A review is no object that is kept: it has nothing to be called by. */
function validateMetadata(metadata: object): FieldError[] {
  if (Object.keys(without(metadata, "")).length === 0) return [];
  return [invalidField("metadata", metadata, "must be empty")];
}

function without(metadata: object, field: string): object {
  const given = Object.entries(metadata).filter(
    ([key, value]) => key !== field && value !== undefined && value !== "",
  );
  return Object.fromEntries(given);
}

/** Upstream shows it as its own structure. */
function shown({ path = "", verb = "" }: NonResourceAttributes): object {
  return { Path: path, Verb: verb };
}

/** Upstream knows the kind no more when it refuses a review. */
function requireValid(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid({ group: "authorization.k8s.io", kind: "" }, "", errors);
}
