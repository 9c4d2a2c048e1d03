import { allow, noOpinion } from "./authorizer.ts";
import type { Authorizer } from "./authorizer.ts";
import { aggregate } from "./rbac/rbac.ts";
import { groups } from "../authn/identity.ts";

/** Asks in order until one allows or denies. Reasons of those without an opinion are kept. */
export function unionAuthorizer(...authorizers: readonly Authorizer[]): Authorizer {
  return {
    async authorize(attributes) {
      const reasons: string[] = [];
      const errors: string[] = [];
      for (const authorizer of authorizers) {
        const answer = authorizer.authorize(attributes);
        const decision = answer instanceof Promise ? await answer : answer;
        if (decision.decision !== "noOpinion") return decision;
        if (decision.reason) reasons.push(decision.reason);
        if (decision.error !== undefined) errors.push(decision.error);
      }
      const reason = reasons.join("\n");
      return errors.length > 0
        ? { ...noOpinion(reason), error: aggregate(errors) }
        : noOpinion(reason);
    },
  };
}

/** Members of `system:masters` may do everything, also while there are no roles yet. */
export const mastersAuthorizer: Authorizer = {
  authorize({ user }) {
    return user.groups.includes(groups.masters) ? allow() : noOpinion();
  },
};

/** `AlwaysAllow`: whoever gets in may do everything. */
export const alwaysAllow: Authorizer = { authorize: () => allow() };

/** `AlwaysDeny`: for tests of clients. Those behind it are still asked. */
export const alwaysDeny: Authorizer = {
  authorize: () => noOpinion("Everything is forbidden."),
};
