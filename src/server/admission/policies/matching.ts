import type { MatchResources, NamedRuleWithOperations } from "#api/admissionregistration/v1.ts";
import type { AdmissionRequest } from "../admission.ts";
import { invocationOf } from "../matching/equivalent.ts";
import type { Invocation } from "../matching/equivalent.ts";
import { isOwnConfiguration, matchesNamedRule, placeOf } from "../matching/rules.ts";
import { matchesObject } from "../matching/selectors.ts";
import type { RequestNamespace } from "../matching/selectors.ts";

const excludedGroups = new Map([
  ["authentication.k8s.io", ["selfsubjectreviews", "tokenreviews"]],
  [
    "authorization.k8s.io",
    [
      "localsubjectaccessreviews",
      "selfsubjectaccessreviews",
      "selfsubjectrulesreviews",
      "subjectaccessreviews",
    ],
  ],
]);

/** What no policy is asked about: itself, and questions that decide who may do anything. */
export function isExcluded(request: AdmissionRequest): boolean {
  const { resourceGroup, resource } = request;
  const isReview = excludedGroups.get(resourceGroup)?.includes(resource) ?? false;
  return isReview || isOwnConfiguration(request);
}

/** How a policy or binding wants to see the request; undefined when it is not about it. */
export async function matchedInvocation(
  { resourceRules = [], excludeResourceRules = [], ...selectors }: MatchResources,
  request: AdmissionRequest,
  namespace: RequestNamespace,
): Promise<Invocation | undefined> {
  const { matchPolicy } = selectors;
  const find = (rules: readonly NamedRuleWithOperations[]) =>
    invocationOf(request, { rules, matchPolicy }, matchesNamedRule);
  if (find(excludeResourceRules)) return undefined;
  const invocation = resourceRules.length === 0 ? asItIs(request) : find(resourceRules);
  if (!invocation || !matchesObject(selectors.objectSelector, request)) return undefined;
  return (await namespace.matches(selectors.namespaceSelector)) ? invocation : undefined;
}

function asItIs(request: AdmissionRequest): Invocation {
  const { type, object, oldObject } = request;
  return {
    place: placeOf(request),
    type,
    object,
    oldObject,
    replace: (next) => request.replace(next),
  };
}
