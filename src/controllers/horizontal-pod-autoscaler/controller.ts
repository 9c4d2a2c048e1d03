import type { Scale } from "#api/autoscaling/v1.ts";
import { HorizontalPodAutoscaler } from "#api/autoscaling/v2.ts";
import type { MetricStatus } from "#api/autoscaling/v2.ts";
import { Pod } from "#api/core/v1.ts";
import { isConflict } from "#client/client.ts";
import { pathOf } from "#client/typed.ts";
import type { ApiObject } from "#client/object.ts";
import { keyOf } from "#client/object.ts";
import type { Resource } from "#client/client.ts";
import type { ReconcileContext } from "#component/context.ts";
import { attempt, defineController } from "#component/controller.ts";
import type { Controller } from "#component/controller.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { SelectorError, parseSelector } from "#machinery/labels/selector.ts";
import type { Selector } from "#machinery/labels/selector.ts";
import { readScale } from "../common/kinds.ts";
import { normalize, withChange } from "./behavior.ts";
import type { History } from "./behavior.ts";
import { compute, toleranceOf } from "./compute.ts";
import { Conditions, statusOf } from "./status.ts";

type Context = ReconcileContext<HorizontalPodAutoscaler>;

/** What is remembered of an autoscaler from one pass to the next. */
interface Memory {
  readonly nextAt: number;
  readonly history: History | undefined;
  readonly selector: Selector | undefined;
}

const periodMs = 15_000;

/** Scales what has a scale, so that its metrics come to their targets. */
export function horizontalPodAutoscalerController(): Controller {
  const memories = new Map<string, Memory>();
  return defineController({
    name: "horizontal-pod-autoscaler-controller",
    eventSource: "horizontal-pod-autoscaler",
    for: HorizontalPodAutoscaler,
    reads: [Pod],
    // Its own status says nothing new.
    concerns: (autoscaler, old) => !deepEqual(autoscaler.spec, old.spec),

    async reconcileKey(reference, ctx: Context) {
      const key = keyOf(reference);
      const autoscaler = ctx.object;
      if (!autoscaler) {
        memories.delete(key);
        return {};
      }
      // Metrics are measured now and then: to look more often would be to count them twice.
      const memory = memories.get(key);
      const nextAt = memory?.nextAt ?? ctx.now + periodMs;
      if (ctx.now < nextAt) {
        memories.set(key, memory ?? { nextAt, history: undefined, selector: undefined });
        return { requeueAfterMs: nextAt - ctx.now };
      }
      const pass = new Pass(autoscaler, memories, ctx);
      await pass.run();
      memories.set(key, { nextAt: ctx.now + periodMs, ...pass.remembered });
      return { requeueAfterMs: periodMs };
    },
  });
}

interface Target {
  readonly resource: Resource<ApiObject>;
  readonly scale: Scale;
  readonly current: number;
}

interface Wish {
  readonly desired: number;
  readonly reason: string;
  readonly metrics: readonly MetricStatus[];
}

/** One look at one autoscaler: read its target and metrics, decide, scale, report. */
class Pass {
  readonly #autoscaler: HorizontalPodAutoscaler;
  readonly #memories: ReadonlyMap<string, Memory>;
  readonly #context: Context;
  readonly #conditions: Conditions;
  #history: History | undefined;
  #selector: Selector | undefined;

  constructor(
    autoscaler: HorizontalPodAutoscaler,
    memories: ReadonlyMap<string, Memory>,
    context: Context,
  ) {
    this.#autoscaler = autoscaler;
    this.#memories = memories;
    this.#context = context;
    this.#conditions = new Conditions(autoscaler, context.now);
    const memory = memories.get(keyOf(autoscaler.metadata));
    this.#history = memory?.history;
    this.#selector = memory?.selector;
  }

  get remembered(): Omit<Memory, "nextAt"> {
    return { history: this.#history, selector: this.#selector };
  }

  async run(): Promise<void> {
    const { now } = this.#context;
    const target = await this.#readTarget();
    if (!target) return;
    const { current } = target;
    this.#history ??= { recommendations: [{ replicas: current, at: now }], ups: [], downs: [] };
    const wish = await this.#decide(target);
    if (!wish) return;
    const { desired, metrics } = wish;
    if (desired === current) return this.#report({ current, desired, metrics });
    if (!(await this.#rescale(target, wish))) return;
    await this.#report({ current, desired, metrics, scaledAt: now });
  }

  /** The scale of what is to be scaled; undefined, with a condition, where there is none. */
  async #readTarget(): Promise<Target | undefined> {
    const { client, signal } = this.#context;
    const { scaleTargetRef } = this.#autoscaler.spec;
    const { namespace } = this.#autoscaler.metadata;
    try {
      const target = { ...scaleTargetRef, namespace };
      const { resource, scale } = await readScale(client, target, signal);
      this.#conditions.set("AbleToScale", "True", {
        reason: "SucceededGetScale",
        message: "the HPA controller was able to get the target's current scale",
      });
      return { resource, scale, current: scale.spec.replicas ?? 0 };
    } catch (error) {
      if (signal.aborted) throw error;
      const why = error instanceof Error ? error.message : String(error);
      this.#context.event("Warning", "FailedGetScale", why);
      this.#conditions.set("AbleToScale", "False", {
        reason: "FailedGetScale",
        message: `the HPA controller was unable to get the target's current scale: ${why}`,
      });
      await this.#reportConditions();
      return undefined;
    }
  }

  async #decide(target: Target): Promise<Wish | undefined> {
    const { current } = target;
    const { maxReplicas, minReplicas = 1 } = this.#autoscaler.spec;
    if (current === 0) {
      this.#conditions.set("ScalingActive", "False", {
        reason: "ScalingDisabled",
        message: "scaling is disabled since the replica count of the target is zero",
      });
      return { desired: 0, reason: "", metrics: [] };
    }
    if (current > maxReplicas) {
      const reason = "Current number of replicas above Spec.MaxReplicas";
      return { desired: maxReplicas, reason, metrics: [] };
    }
    if (current < minReplicas) {
      const reason = "Current number of replicas below Spec.MinReplicas";
      return { desired: minReplicas, reason, metrics: [] };
    }
    const proposed = await this.#propose(target);
    if (!proposed) return undefined;
    const { metrics, name, replicas } = proposed;
    const { now } = this.#context;
    const history = this.#history ?? { recommendations: [], ups: [], downs: [] };
    const change = { current, desired: replicas };
    const allowed = normalize(this.#autoscaler.spec, history, change, now);
    this.#history = allowed.history;
    this.#conditions.set("AbleToScale", "True", allowed.stabilization);
    const isLimited = allowed.limit.isLimited ? "True" : "False";
    this.#conditions.set("ScalingLimited", isLimited, allowed.limit);
    return {
      desired: allowed.replicas,
      reason: replicas > current ? `${name} above target` : "All metrics below target",
      metrics,
    };
  }

  /** The most that any metric asks for; undefined, with a condition, where too few can be read. */
  async #propose({ current, scale }: Target) {
    const { client, now, signal } = this.#context;
    const { metrics: specs = [] } = this.#autoscaler.spec;
    const selector = this.#checkSelector(scale.status?.selector ?? "");
    if ("problem" in selector) {
      await this.#fail(current, [], selector.problem);
      return undefined;
    }
    const question = {
      namespace: this.#autoscaler.metadata.namespace ?? "",
      selector: scale.status?.selector ?? "",
      statusReplicas: scale.status?.replicas ?? 0,
      pods: selector.pods,
      current,
      tolerance: toleranceOf(this.#autoscaler),
      now,
    };
    const computed = await Promise.all(
      specs.map((spec) => compute(spec, question, client, signal)),
    );
    const problems = computed.filter((one) => one.kind === "problem");
    for (const { message, reason } of problems) this.#context.event("Warning", reason, message);
    const proposals = computed.filter((one) => one.kind === "proposal");
    // Which one it is matters to those who read the list beside the specification.
    const metrics = computed.map((one) => (one.kind === "proposal" ? one.status : { type: "" }));
    const replicas = Math.max(0, ...proposals.map((one) => one.replicas));
    const name = proposals.find((one) => one.replicas === replicas)?.name ?? "";
    const [problem] = problems;
    if (problem && (proposals.length === 0 || replicas < current)) {
      const message = `the HPA was unable to compute the replica count: ${problem.message}`;
      this.#conditions.set("ScalingActive", "False", { reason: problem.reason, message });
      const count = `${problems.length} invalid out of ${specs.length}`;
      const error = `invalid metrics (${count}), first error is: ${problem.error}`;
      await this.#fail(current, metrics, error);
      return undefined;
    }
    this.#conditions.set("ScalingActive", "True", {
      reason: "ValidMetricFound",
      message: `the HPA was able to successfully calculate a replica count from ${name}`,
    });
    return { replicas, name, metrics };
  }

  /** The target's pods, if they are its alone. */
  #checkSelector(text: string): { pods: readonly Pod[] } | { problem: string } {
    const { event } = this.#problemOf("InvalidSelector");
    if (text === "") {
      return event("selector is required", {
        event: "SelectorRequired",
        message: "the HPA target's scale is missing a selector",
      });
    }
    let selector: Selector;
    try {
      selector = parseSelector(text);
    } catch (error) {
      if (!(error instanceof SelectorError)) throw error;
      const what = "couldn't convert selector into a corresponding internal selector object";
      return event(`${what}: ${error.message}`);
    }
    this.#selector = selector;
    const { namespace = "" } = this.#autoscaler.metadata;
    const pods = this.#context
      .list(Pod, namespace)
      .filter(({ metadata }) => selector.matches(metadata.labels ?? {}));
    const rivals = this.#rivals(namespace, pods);
    if (rivals.length <= 1) return { pods };
    const names = rivals.map((name) => `{${name} ${namespace}}`).join(" ");
    return this.#problemOf("AmbiguousSelector").event(
      `pods by selector ${text} are controlled by multiple HPAs: [${names}]`,
    );
  }

  #problemOf(reason: string) {
    return {
      event: (problem: string, other: { event?: string; message?: string } = {}) => {
        this.#context.event("Warning", other.event ?? reason, problem);
        const message = other.message ?? problem;
        this.#conditions.set("ScalingActive", "False", { reason, message });
        return { problem };
      },
    };
  }

  /** The autoscalers, this one among them, that scale what these pods belong to. */
  #rivals(namespace: string, pods: readonly Pod[]): readonly string[] {
    return this.#context.list(HorizontalPodAutoscaler, namespace).flatMap(({ metadata }) => {
      const isSelf = metadata.uid === this.#autoscaler.metadata.uid;
      const selector = isSelf ? this.#selector : this.#memories.get(keyOf(metadata))?.selector;
      const selects = pods.some((pod) => selector?.matches(pod.metadata.labels ?? {}));
      return selects ? [metadata.name] : [];
    });
  }

  async #rescale(target: Target, { desired, metrics, reason }: Wish): Promise<boolean> {
    const { current } = target;
    const failure = await attempt(() => this.#writeScale(target, desired));
    if (failure) {
      const size = `New size: ${desired}; reason: ${reason}`;
      this.#context.event("Warning", "FailedRescale", `${size}; error: ${failure.message}`);
      this.#conditions.set("AbleToScale", "False", {
        reason: "FailedUpdateScale",
        message: `the HPA controller was unable to update the target scale: ${failure.message}`,
      });
      await this.#report({ current, desired: this.#lastDesired, metrics });
      return false;
    }
    this.#conditions.set("AbleToScale", "True", {
      reason: "SucceededRescale",
      message: `the HPA controller was able to update the target scale to ${desired}`,
    });
    const message = `New size: ${desired}; reason: ${reason}`;
    this.#context.event("Normal", "SuccessfulRescale", message);
    if (this.#history) {
      const { now } = this.#context;
      const change = { current, desired };
      this.#history = withChange(this.#history, this.#autoscaler.spec, change, now);
    }
    return true;
  }

  async #writeScale({ resource, scale }: Target, replicas: number): Promise<void> {
    const { client, signal } = this.#context;
    const { name, namespace } = scale.metadata;
    const path = pathOf(resource, { namespace, name, subresource: "scale" });
    let latest = scale;
    for (let left = 5; ; left--) {
      const wanted = { ...latest, spec: { ...latest.spec, replicas } };
      const failure = await attempt(() =>
        client.update(resource, wanted, { subresource: "scale" }),
      );
      if (!failure) return;
      // Others write what is scaled too, mostly its status.
      if (!isConflict(failure) || left === 1) throw failure;
      latest = (await client.read(path, {}, signal)) as Scale;
    }
  }

  async #fail(current: number, metrics: readonly MetricStatus[], error: string): Promise<void> {
    await this.#report({ current, desired: this.#lastDesired, metrics });
    this.#context.event("Warning", "FailedComputeMetricsReplicas", error);
  }

  get #lastDesired(): number {
    return this.#autoscaler.status?.desiredReplicas ?? 0;
  }

  async #report(outcome: Parameters<typeof statusOf>[1]): Promise<void> {
    await this.#context.updateStatus(statusOf(this.#autoscaler, outcome, this.#conditions));
  }

  async #reportConditions(): Promise<void> {
    const { status } = this.#autoscaler;
    await this.#context.updateStatus({
      ...status,
      desiredReplicas: status?.desiredReplicas ?? 0,
      conditions: [...this.#conditions.all],
    });
  }
}
