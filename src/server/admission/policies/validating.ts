import {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from "#api/admissionregistration/v1.ts";
import type { Client } from "#client/client.ts";
import { StatusError } from "#machinery/status.ts";
import type { KindType } from "#schema/message.ts";
import type { Authorizer } from "../../authz/authorizer.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import type { Invocation } from "../matching/equivalent.ts";
import { namespaceOf } from "../matching/rules.ts";
import { RequestNamespace } from "../matching/selectors.ts";
import { listServed } from "../matching/served.ts";
import { refusal } from "../refusal.ts";
import { AuthorizationChecks } from "./checks.ts";
import { Compiled } from "./compiled.ts";
import { isInNamespace } from "./expressions.ts";
import type { ExpressionEngine } from "./expressions.ts";
import { isExcluded, matchedInvocation } from "./matching.ts";
import { paramTypeOf, paramsOf } from "./params.ts";
import type { KindFinder, Param } from "./params.ts";
import { compileValidator, judge } from "./validator.ts";
import type { Judgement, Validator } from "./validator.ts";

/** What policies of both kinds need. */
export interface PolicyEnvironment {
  readonly client: Client;
  readonly kinds: KindFinder;
  readonly authorizer: Authorizer | undefined;
  readonly engine: ExpressionEngine;
}

type Policy = ValidatingAdmissionPolicy;
type Binding = ValidatingAdmissionPolicyBinding;

/** Asks the ValidatingAdmissionPolicies that are bound to anything. */
export function validatingPolicies(environment: PolicyEnvironment): AdmissionPlugin {
  const { client, engine } = environment;
  const validators = new Compiled<Policy, Validator>((policy) => compileValidator(engine, policy));
  return {
    name: "ValidatingAdmissionPolicy",
    async validate(request) {
      if (isExcluded(request)) return;
      const policies = validators.all(await listServed(client, ValidatingAdmissionPolicy));
      if (policies.length === 0) return;
      const bindings = await listServed(client, ValidatingAdmissionPolicyBinding);
      const work = new Work(environment, request);
      for (const { object: policy, compiled: validator } of policies) {
        const own = bindings.filter(({ spec }) => spec.policyName === policy.metadata.name);
        if (own.length > 0) await work.ask(policy, validator, own);
      }
      const [denial] = work.denials;
      if (denial) throw refused(request, denial);
    },
  };
}

interface Denial {
  readonly policy: Policy;
  readonly binding: Binding | undefined;
  readonly message: string;
  readonly reason: string;
}

/** One request's way through all policies. */
class Work {
  readonly denials: Denial[] = [];
  readonly #environment: PolicyEnvironment;
  readonly #request: AdmissionRequest;
  readonly #namespace: RequestNamespace;
  readonly #checks: AuthorizationChecks;

  constructor(environment: PolicyEnvironment, request: AdmissionRequest) {
    this.#environment = environment;
    this.#request = request;
    this.#namespace = new RequestNamespace(environment.client, request);
    this.#checks = new AuthorizationChecks(environment.authorizer);
  }

  async ask(policy: Policy, validator: Validator, bindings: readonly Binding[]): Promise<void> {
    const request = this.#request;
    let invocation: Invocation | undefined;
    let paramType: KindType | undefined;
    try {
      const { matchConstraints, paramKind } = policy.spec;
      if (!matchConstraints)
        throw new Error("policy contained no match constraints, a required field");
      invocation = await matchedInvocation(matchConstraints, request, this.#namespace);
      if (!invocation) return;
      paramType = paramKind && paramTypeOf(paramKind, this.#environment.kinds);
    } catch (error) {
      return this.#misconfigured(policy, undefined, error);
    }
    const annotations = new Map<string, Set<string>>();
    for (const binding of bindings) {
      const judgements = await this.#judgements(policy, binding, {
        validator,
        invocation,
        paramType,
      });
      for (const judgement of judgements) {
        this.#take(policy, binding, judgement);
        for (const { key, value } of judgement.annotations) {
          annotations.set(key, (annotations.get(key) ?? new Set()).add(value));
        }
      }
    }
    for (const [key, values] of annotations) {
      request.annotate(`${policy.metadata.name}/${key}`, [...values].join(", "));
    }
  }

  /** One for each parameter of the binding. */
  async #judgements(
    policy: Policy,
    binding: Binding,
    asked: {
      readonly validator: Validator;
      readonly invocation: Invocation;
      readonly paramType: KindType | undefined;
    },
  ): Promise<Judgement[]> {
    const request = this.#request;
    const { validator, invocation, paramType } = asked;
    const checks = this.#checks;
    let params: readonly (Param | undefined)[];
    try {
      params = await this.#params(binding, paramType);
    } catch (error) {
      this.#misconfigured(policy, binding, error);
      return [];
    }
    const namespace = isInNamespace(request) ? await this.#namespace.find() : undefined;
    const judgements: Judgement[] = [];
    for (const param of params) {
      const subject = { request, invocation, namespace, param, checks };
      judgements.push(await checks.settle(() => judge(validator, subject)));
    }
    return judgements;
  }

  /** None where the binding is not about the request. */
  async #params({ spec }: Binding, type: KindType | undefined): Promise<(Param | undefined)[]> {
    const { matchResources, paramRef } = spec;
    const request = this.#request;
    if (matchResources) {
      const matched = await matchedInvocation(matchResources, request, this.#namespace);
      if (!matched) return [];
    }
    return paramsOf(this.#environment.client, type, paramRef, namespaceOf(request));
  }

  #misconfigured(policy: Policy, binding: Binding | undefined, error: unknown): void {
    if (policy.spec.failurePolicy === "Ignore") return;
    const what = binding ? "binding" : "policy";
    const why = error instanceof Error ? error.message : String(error);
    const message = `failed to configure ${what}: ${why}`;
    this.denials.push({ policy, binding, message, reason: "" });
  }

  #take(policy: Policy, binding: Binding, judgement: Judgement): void {
    const { metadata, spec } = binding;
    const { name } = policy.metadata;
    for (const { message, reason, index } of judgement.failures) {
      for (const action of spec.validationActions) {
        if (action === "Deny") {
          this.denials.push({ policy, binding, message, reason });
        } else if (action === "Warn") {
          this.#request.warn(
            `Validation failed for ValidatingAdmissionPolicy '${name}' with binding ` +
              `'${metadata.name}': ${message}`,
          );
        } else if (action === "Audit") {
          const failure = {
            message,
            policy: spec.policyName,
            binding: metadata.name,
            expressionIndex: index,
            validationActions: spec.validationActions,
          };
          const key = "validation.policy.admission.k8s.io/validation_failure";
          this.#request.annotate(key, JSON.stringify([failure]));
        }
      }
    }
    for (const message of judgement.annotationErrors) {
      this.denials.push({ policy, binding, message, reason: "" });
    }
  }
}

const codes: Readonly<Record<string, number>> = {
  Forbidden: 403,
  Unauthorized: 401,
  RequestEntityTooLarge: 413,
};

function refused(request: AdmissionRequest, { policy, binding, message, reason }: Denial) {
  const { name } = policy.metadata;
  const by = binding ? ` with binding '${binding.metadata.name}'` : "";
  const text = `ValidatingAdmissionPolicy '${name}'${by} denied request: ${message}`;
  const { status } = refusal(request, text);
  return new StatusError({
    ...status,
    reason: reason || "Invalid",
    code: codes[reason] ?? 422,
    details: { ...status.details, causes: [{ message: text }] },
  });
}
