import type { SubjectRulesReviewStatus } from "#api/authorization/v1.ts";
import type { UserInfo } from "../../pipeline/request.ts";
import { allow, noOpinion } from "../authorizer.ts";
import type { Attributes, Authorizer, Decision } from "../authorizer.ts";
import { ruleAllows } from "./rules.ts";
import type { Rule } from "./rules.ts";
import type { Grant, RbacSource } from "./source.ts";

const cachedDecisionsMax = 16_384;

/** Allows what roles allow that are bound to the user; has no opinion on the rest. */
export class RbacAuthorizer implements Authorizer {
  readonly #source: RbacSource;
  readonly #decisions = new Map<string, Decision>();
  #decidedAt = -1;

  constructor(source: RbacSource) {
    this.#source = source;
  }

  authorize(attributes: Attributes): Decision {
    if (this.#decidedAt !== this.#source.version || this.#decisions.size >= cachedDecisionsMax) {
      this.#decisions.clear();
      this.#decidedAt = this.#source.version;
    }
    const key = cacheKey(attributes);
    let decision = this.#decisions.get(key);
    if (!decision) this.#decisions.set(key, (decision = this.#decide(attributes)));
    return decision;
  }

  /** Every rule that holds for the user in the namespace ("" for the whole cluster). */
  rulesFor(user: UserInfo, namespace: string): { rules: Rule[]; errors: string[] } {
    const rules: Rule[] = [];
    const errors: string[] = [];
    for (const { grant, granted } of this.#grants(user, namespace)) {
      if (granted) rules.push(...granted);
      else errors.push(missingRole(grant));
    }
    return { rules, errors };
  }

  #decide(attributes: Attributes): Decision {
    const errors = new Set<string>();
    for (const { grant, granted } of this.#grants(attributes.user, attributes.namespace)) {
      if (!granted) errors.add(missingRole(grant));
      else if (granted.some((rule) => ruleAllows(rule, attributes))) {
        return allow(`RBAC: allowed by ${describe(grant)}`);
      }
    }
    return noOpinion(errors.size > 0 ? `RBAC: ${aggregate([...errors])}` : "");
  }

  *#grants(
    user: UserInfo,
    namespace: string,
  ): Iterable<{ grant: Grant; granted: readonly Rule[] | undefined }> {
    for (const scope of namespace ? ["", namespace] : [""]) {
      for (const grant of this.#source.grantsFor(user, scope)) {
        yield { grant, granted: this.#source.rulesOf(grant.roleRef, scope) };
      }
    }
  }
}

/** The answer of a SelfSubjectRulesReview, as far as roles go. */
export function rulesReviewStatus(
  rbac: RbacAuthorizer,
  user: UserInfo,
  namespace: string,
): SubjectRulesReviewStatus {
  const { rules, errors } = rbac.rulesFor(user, namespace);
  const status: SubjectRulesReviewStatus = {
    resourceRules: [],
    nonResourceRules: [],
    // What roles could not tell is in the error; the list is as complete as they are.
    incomplete: false,
    ...(errors.length > 0 && { evaluationError: aggregate(errors) }),
  };
  for (const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } of rules) {
    if (resources?.length) {
      status.resourceRules.push({
        verbs: [...verbs],
        apiGroups: [...(apiGroups ?? [])],
        resources: [...resources],
        ...(resourceNames?.length && { resourceNames: [...resourceNames] }),
      });
    }
    if (nonResourceURLs?.length) {
      status.nonResourceRules.push({ verbs: [...verbs], nonResourceURLs: [...nonResourceURLs] });
    }
  }
  return status;
}

/** Go's text of several errors. */
export function aggregate(errors: readonly string[]): string {
  return errors.length === 1 ? (errors[0] ?? "") : `[${errors.join(", ")}]`;
}

function describe({ kind, name, namespace, roleRef, subject }: Grant): string {
  const binding = kind === "RoleBinding" ? `${name}/${namespace}` : name;
  const who =
    subject.kind === "ServiceAccount"
      ? `${subject.name}/${subject.namespace || namespace}`
      : subject.name;
  return `${kind} "${binding}" of ${roleRef.kind} "${roleRef.name}" to ${subject.kind} "${who}"`;
}

function missingRole({ roleRef }: Grant): string {
  return `${roleRef.kind.toLowerCase()}.rbac.authorization.k8s.io "${roleRef.name}" not found`;
}

function cacheKey(attributes: Attributes): string {
  const { user, verb, isResource, path } = attributes;
  const who = textOf(user);
  // Line feeds occur in none of these.
  if (!isResource) return `${who}${verb}\n${path}`;
  const { group, resource, subresource, namespace, name } = attributes;
  return `${who}${verb}\n\n${group}\n${resource}\n${subresource}\n${namespace}\n${name}`;
}

/** Most users ask often. */
const texts = new WeakMap<UserInfo, string>();

function textOf(user: UserInfo): string {
  let text = texts.get(user);
  if (text === undefined) {
    text = `${user.name}\n${user.groups.join("\n")}\n\n`;
    texts.set(user, text);
  }
  return text;
}
