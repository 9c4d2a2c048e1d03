import type { Library } from "../environment.ts";
import { declare, method } from "../signature.ts";
import { opaqueType } from "../types.ts";
import { OpaqueValue, type Result } from "../values.ts";

export const authorizerType = opaqueType("kubernetes.authorization.Authorizer");
const pathCheckType = opaqueType("kubernetes.authorization.PathCheck");
const groupCheckType = opaqueType("kubernetes.authorization.GroupCheck");
const resourceCheckType = opaqueType("kubernetes.authorization.ResourceCheck");
const decisionType = opaqueType("kubernetes.authorization.Decision");

/** What an expression asks: may the user do this? */
export interface AuthorizationQuestion {
  /** Instead of the user of the request. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
  readonly verb: string;
  /** A path that is no resource's; then nothing below is set. */
  readonly path?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}

export interface AuthorizationAnswer {
  readonly allowed: boolean;
  readonly reason: string;
  readonly error?: string;
}

/**
 * Answers at once, for evaluation does not wait: a caller with an asynchronous authorizer prefetches
 * or evaluates again.
 */
export type AskAuthorizer = (question: AuthorizationQuestion) => AuthorizationAnswer;

type Draft = Partial<AuthorizationQuestion>;

/** `authorizer`, and every step of a check that is not asked yet. */
class CheckValue extends OpaqueValue {
  override readonly type;
  readonly ask: AskAuthorizer;
  readonly draft: Draft;

  constructor(type: typeof authorizerType, ask: AskAuthorizer, draft: Draft) {
    super();
    this.type = type;
    this.ask = ask;
    this.draft = draft;
  }

  override equals(other: OpaqueValue): boolean {
    return (
      other instanceof CheckValue &&
      other.ask === this.ask &&
      JSON.stringify(other.draft) === JSON.stringify(this.draft)
    );
  }

  with(type: typeof authorizerType, more: Draft): CheckValue {
    return new CheckValue(type, this.ask, { ...this.draft, ...more });
  }
}

class DecisionValue extends OpaqueValue {
  override readonly type = decisionType;
  readonly answer: AuthorizationAnswer;

  constructor(answer: AuthorizationAnswer) {
    super();
    this.answer = answer;
  }

  override equals(other: OpaqueValue): boolean {
    return (
      other instanceof DecisionValue &&
      other.answer.allowed === this.answer.allowed &&
      other.answer.reason === this.answer.reason &&
      other.answer.error === this.answer.error
    );
  }
}

/** The value of the variable `authorizer`. */
export function authorizerValue(ask: AskAuthorizer): OpaqueValue {
  return new CheckValue(authorizerType, ask, {});
}

/** The value of `authorizer.requestResource`, a check of the request's own resource. */
export function requestResourceValue(
  ask: AskAuthorizer,
  request: Omit<AuthorizationQuestion, "verb" | "path" | "serviceAccount">,
): OpaqueValue {
  return new CheckValue(resourceCheckType, ask, request);
}

export const requestResourceType = resourceCheckType;

function check(value: CheckValue, verb: string): Result {
  return new DecisionValue(value.ask({ ...value.draft, verb }));
}

const prefix = "kubernetes.authorization";
const resource = `${prefix}.ResourceCheck`;

const step = (name: string, id: string, key: keyof Draft) =>
  declare(
    name,
    method(id, `${resource}, string -> ${resource}`, (value: CheckValue, text: string) =>
      value.with(resourceCheckType, { [key]: text }),
    ),
  );

const answer = (name: string, result: string, of: (answer: AuthorizationAnswer) => Result) =>
  declare(
    name,
    method(
      `decision_${name}`,
      `${prefix}.Decision -> ${result}`,
      ({ answer: given }: DecisionValue) => of(given),
    ),
  );

/** `authorizer.group("apps").resource("deployments").namespace("x").check("get").allowed()`. */
export const authorizerLibrary: Library = {
  functions: [
    declare(
      "path",
      method(
        "authorizer_path",
        `${prefix}.Authorizer, string -> ${prefix}.PathCheck`,
        (value: CheckValue, path: string) => value.with(pathCheckType, { path }),
      ),
    ),
    declare(
      "group",
      method(
        "authorizer_group",
        `${prefix}.Authorizer, string -> ${prefix}.GroupCheck`,
        (value: CheckValue, group: string) => value.with(groupCheckType, { group }),
      ),
    ),
    declare(
      "serviceAccount",
      method(
        "authorizer_serviceaccount",
        `${prefix}.Authorizer, string, string -> ${prefix}.Authorizer`,
        (value: CheckValue, namespace: string, name: string) =>
          value.with(authorizerType, { serviceAccount: { namespace, name } }),
      ),
    ),
    declare(
      "resource",
      method(
        "groupcheck_resource",
        `${prefix}.GroupCheck, string -> ${resource}`,
        (value: CheckValue, name: string) => value.with(resourceCheckType, { resource: name }),
      ),
    ),
    step("subresource", "resourcecheck_subresource", "subresource"),
    step("namespace", "resourcecheck_namespace", "namespace"),
    step("name", "resourcecheck_name", "name"),
    step("fieldSelector", "authorizer_fieldselector", "fieldSelector"),
    step("labelSelector", "authorizer_labelselector", "labelSelector"),
    declare(
      "check",
      method("pathcheck_check", `${prefix}.PathCheck, string -> ${prefix}.Decision`, check),
      method("resourcecheck_check", `${resource}, string -> ${prefix}.Decision`, check),
    ),
    answer("errored", "bool", ({ error }) => error !== undefined),
    answer("error", "string", ({ error }) => error ?? ""),
    answer("allowed", "bool", ({ allowed }) => allowed),
    answer("reason", "string", ({ reason }) => reason),
  ],
  types: {
    [`${prefix}.Authorizer`]: authorizerType,
    [`${prefix}.PathCheck`]: pathCheckType,
    [`${prefix}.GroupCheck`]: groupCheckType,
    [resource]: resourceCheckType,
    [`${prefix}.Decision`]: decisionType,
  },
};
