import type {
  FlowSchema,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
  Subject,
} from "#api/flowcontrol/v1.ts";
import type { Attributes } from "../authz/authorizer.ts";
import type { UserInfo } from "../pipeline/request.ts";

/** Schemas in the order in which they are asked: by precedence, then by name. */
export function inOrder(schemas: readonly FlowSchema[]): FlowSchema[] {
  return schemas.toSorted((left, right) => {
    const byPrecedence =
      (left.spec.matchingPrecedence ?? 1000) - (right.spec.matchingPrecedence ?? 1000);
    return byPrecedence || (left.metadata.name < right.metadata.name ? -1 : 1);
  });
}

/** What a schema says of one user: the rules that have the user as a subject. */
export interface UserRules {
  readonly schema: FlowSchema;
  readonly rules: readonly PolicyRulesWithSubjects[];
}

/** Of the schemas, in their order, those with a rule about the user. */
export function rulesAbout(schemas: readonly FlowSchema[], user: UserInfo): UserRules[] {
  return schemas.flatMap((schema) => {
    const rules = (schema.spec.rules ?? []).filter(({ subjects }) =>
      subjects.some((subject) => isSubject(subject, user)),
    );
    return rules.length > 0 ? { schema, rules } : [];
  });
}

/** Whether one of the rules is about such a request. */
export function fits(rules: UserRules["rules"], attributes: Attributes): boolean {
  return rules.some(({ resourceRules = [], nonResourceRules = [] }) => {
    if (attributes.isResource) return resourceRules.some((rule) => isOfResource(rule, attributes));
    return nonResourceRules.some(
      ({ verbs, nonResourceURLs }) =>
        has(verbs, attributes.verb) && nonResourceURLs.some((url) => covers(url, attributes.path)),
    );
  });
}

/** Which flow of its schema a request belongs to: those of one user, or in one namespace. */
export function flowOf({ metadata, spec }: FlowSchema, attributes: Attributes): string {
  switch (spec.distinguisherMethod?.type) {
    case "ByUser":
      return `${metadata.name} ${attributes.user.name}`;
    case "ByNamespace":
      return `${metadata.name} ${attributes.namespace}`;
    default:
      return metadata.name;
  }
}

function isSubject(subject: Subject, user: UserInfo): boolean {
  switch (subject.kind) {
    case "User":
      return has([subject.user?.name ?? ""], user.name);
    case "Group":
      return subject.group?.name === "*" || user.groups.includes(subject.group?.name ?? "");
    case "ServiceAccount": {
      const { namespace = "", name = "" } = subject.serviceAccount ?? {};
      const prefix = `system:serviceaccount:${namespace}:`;
      return name === "*" ? user.name.startsWith(prefix) : user.name === prefix + name;
    }
    default:
      return false;
  }
}

function isOfResource(rule: ResourcePolicyRule, attributes: Attributes): boolean {
  const { verb, group, resource, subresource, namespace } = attributes;
  const combined = subresource ? `${resource}/${subresource}` : resource;
  if (!has(rule.verbs, verb) || !has(rule.apiGroups, group) || !has(rule.resources, combined)) {
    return false;
  }
  return namespace === "" ? (rule.clusterScope ?? false) : has(rule.namespaces ?? [], namespace);
}

const has = (words: readonly string[], word: string) => words.includes("*") || words.includes(word);

function covers(url: string, path: string): boolean {
  if (url === "*" || url === path) return true;
  return url.endsWith("/*") && path.startsWith(url.slice(0, -1));
}
