import {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
} from "#api/admissionregistration/v1.ts";
import { StatusError } from "#machinery/status.ts";
import { cloneJson } from "#machinery/json.ts";
import { semanticEqual } from "#machinery/deep-equal.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import type { Invocation } from "../matching/equivalent.ts";
import { namespaceOf } from "../matching/rules.ts";
import { RequestNamespace } from "../matching/selectors.ts";
import { listServed } from "../matching/served.ts";
import { metadataOf, refusal } from "../refusal.ts";
import { Reinvocations } from "../reinvocations.ts";
import { AuthorizationChecks } from "./checks.ts";
import { Compiled } from "./compiled.ts";
import { evaluateConditions } from "./conditions.ts";
import { isInNamespace } from "./expressions.ts";
import type { Subject } from "./expressions.ts";
import { isExcluded, matchedInvocation } from "./matching.ts";
import { compileMutator, patched } from "./mutator.ts";
import type { Mutator } from "./mutator.ts";
import { paramTypeOf, paramsOf } from "./params.ts";
import type { Param } from "./params.ts";
import type { PolicyEnvironment } from "./validating.ts";

type Policy = MutatingAdmissionPolicy;
type Binding = MutatingAdmissionPolicyBinding;

const name = "MutatingAdmissionPolicy";

/** Applies the MutatingAdmissionPolicies that are bound to anything, one after the other. */
export function mutatingPolicies(environment: PolicyEnvironment): AdmissionPlugin {
  const { client, engine } = environment;
  const mutators = new Compiled<Policy, Mutator>((policy) => compileMutator(engine, policy));
  return {
    name,
    async mutate(request) {
      if (isExcluded(request)) return;
      const policies = mutators.all(await listServed(client, MutatingAdmissionPolicy));
      if (policies.length === 0) return;
      const bindings = await listServed(client, MutatingAdmissionPolicyBinding);
      const work = new Work(environment, request);
      for (const { object: policy, compiled: mutator } of policies) {
        const own = bindings.filter(({ spec }) => spec.policyName === policy.metadata.name);
        for (const binding of own) await work.apply(policy, mutator, binding);
      }
      work.close();
    },
  };
}

interface Problem {
  readonly policy: Policy;
  readonly binding: Binding;
  readonly message: string;
  readonly isInvalid: boolean;
}

class Work {
  readonly #environment: PolicyEnvironment;
  readonly #request: AdmissionRequest;
  readonly #namespace: RequestNamespace;
  readonly #checks: AuthorizationChecks;
  readonly #reinvocations: Reinvocations;
  readonly #problems: Problem[] = [];

  constructor(environment: PolicyEnvironment, request: AdmissionRequest) {
    this.#environment = environment;
    this.#request = request;
    this.#namespace = new RequestNamespace(environment.client, request);
    this.#checks = new AuthorizationChecks(environment.authorizer);
    this.#reinvocations = Reinvocations.of(name, request);
  }

  async apply(policy: Policy, mutator: Mutator, binding: Binding): Promise<void> {
    let params: readonly (Param | undefined)[];
    try {
      params = await this.#params(policy, binding);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return this.#fail(policy, binding, `failed to configure binding: ${message}`, false);
    }
    for (const param of params) {
      const { name: paramName = "", namespace = "" } = metadataOf(param);
      const id = [policy.metadata.name, binding.metadata.name, namespace, paramName].join("/");
      if (!this.#reinvocations.isDue(id)) continue;
      await this.#applyWith(policy, mutator, { binding, param });
      if (policy.spec.reinvocationPolicy === "IfNeeded") this.#reinvocations.invoked(id);
    }
  }

  /** At the end; throws where a policy could not be applied that must be. */
  close(): void {
    this.#reinvocations.close();
    const [first] = this.#problems;
    if (!first) return;
    const request = this.#request;
    const { status } = refusal(request, "admission request denied by policy");
    const texts = this.#problems.map(
      ({ policy, binding, message }) =>
        `policy '${policy.metadata.name}' with binding '${binding.metadata.name}' denied ` +
        `request: ${message}`,
    );
    throw new StatusError({
      ...status,
      message: texts[0] ?? "",
      ...(first.isInvalid && { reason: "Invalid" }),
      details: { ...status.details, causes: texts.map((message) => ({ message })) },
    });
  }

  /** None where policy or binding are not about the request. */
  async #params(policy: Policy, { spec }: Binding): Promise<(Param | undefined)[]> {
    const request = this.#request;
    const { matchConstraints, paramKind } = policy.spec;
    if (!matchConstraints) {
      throw new Error("policy contained no match constraints, a required field");
    }
    for (const rules of [matchConstraints, spec.matchResources]) {
      if (rules && !(await matchedInvocation(rules, request, this.#namespace))) return [];
    }
    const type = paramKind && paramTypeOf(paramKind, this.#environment.kinds);
    return paramsOf(this.#environment.client, type, spec.paramRef, namespaceOf(request));
  }

  /** Every policy sees what those before it have made of the object. */
  async #invocation({ spec }: Policy): Promise<Invocation | undefined> {
    const { matchConstraints = {} } = spec;
    return matchedInvocation(
      matchConstraints as NonNullable<Policy["spec"]["matchConstraints"]>,
      this.#request,
      this.#namespace,
    );
  }

  async #applyWith(
    policy: Policy,
    mutator: Mutator,
    { binding, param }: { readonly binding: Binding; readonly param: Param | undefined },
  ): Promise<void> {
    const request = this.#request;
    const namespace = isInNamespace(request) ? await this.#namespace.find() : undefined;
    const checks = this.#checks;
    const before = request.object && cloneJson(request.object);
    const subjectNow = async (): Promise<Subject | undefined> => {
      const invocation = await this.#invocation(policy);
      return invocation && { request, invocation, namespace, param, checks };
    };
    const first = await subjectNow();
    if (!first) return;
    if (mutator.conditions.length > 0) {
      const outcome = await checks.settle(() =>
        evaluateConditions(mutator.scope, mutator.conditions, first),
      );
      if (outcome.kind === "noMatch") return;
      if (outcome.kind === "error") return this.#fail(policy, binding, outcome.message, true);
    }
    for (const mutation of mutator.mutations) {
      const subject = await subjectNow();
      if (!subject?.invocation.object) continue;
      const result = await checks.settle(() => patched(mutator, mutation, subject));
      if (!result.ok) this.#fail(policy, binding, result.error, true);
      else if (result.object) subject.invocation.replace(result.object);
    }
    if (!semanticEqual(before, request.object)) this.#reinvocations.changed();
  }

  #fail(policy: Policy, binding: Binding, message: string, isInvalid: boolean): void {
    if (policy.spec.failurePolicy === "Ignore") return;
    this.#problems.push({ policy, binding, message, isInvalid });
  }
}
