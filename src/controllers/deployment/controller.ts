import { Deployment, ReplicaSet } from "#api/apps/v1.ts";
import type { DeploymentCondition, DeploymentStatus } from "#api/apps/v1.ts";
import { Pod } from "#api/core/v1.ts";
import { isAlreadyExists } from "#client/client.ts";
import { controllerOf } from "#client/object.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import type { ReconcileContext } from "#component/context.ts";
import { defineController, indexBy, watch } from "#component/controller.ts";
import type { ReconcileResult } from "#component/controller.ts";
import { conditionOf } from "../common/conditions.ts";
import { templateHash } from "../common/hash.ts";
import { isNamespaceTerminating } from "../common/pod-control.ts";
import {
  currentAnnotations,
  hashLabel,
  nextRevision,
  revisionAnnotation,
  revisionOf,
  sameTemplate,
  sizeAnnotations,
  splitReplicaSets,
} from "./replica-sets.ts";
import { beyondHistory, currentSize, isScalingEvent, rollingStep, scaleToSize } from "./scaling.ts";
import type { Scaling } from "./scaling.ts";
import {
  condition,
  countsOf,
  hasProgressDeadline,
  isComplete,
  msToProgressCheck,
  pausedConditions,
  rolloutStatus,
  setCondition,
} from "./status.ts";

export const deploymentController = defineController({
  name: "deployment-controller",
  for: Deployment,
  owns: [ReplicaSet],
  adopts: (deployment) => deployment.spec.selector,
  // "Recreate" waits for the last old pod to go.
  watches: [
    watch(Pod, (pod, cache) => {
      const owner = controllerOf(pod);
      if (owner?.kind !== "ReplicaSet") return [];
      const { namespace } = pod.metadata;
      const replicaSet = cache.get(ReplicaSet, { namespace, name: owner.name });
      const deployment = replicaSet && controllerOf(replicaSet);
      if (deployment?.kind !== "Deployment") return [];
      const reference = { namespace, name: deployment.name };
      const recreates =
        cache.get(Deployment, reference)?.spec.strategy.type === "Recreate" && !isRunning(pod);
      return recreates ? [reference] : [];
    }),
  ],
  indexes: [
    indexBy(Pod, "controller", (pod) => {
      const owner = controllerOf(pod);
      return owner ? [owner.uid] : [];
    }),
  ],

  async reconcile(deployment, ctx) {
    const { selector } = deployment.spec;
    if (!selector.matchLabels && !selector.matchExpressions?.length) {
      const message = "This deployment is selecting all pods. A non-empty selector is required.";
      ctx.event("Warning", "SelectingAll", message);
      return undefined;
    }
    const replicaSets = await ctx.claim(ReplicaSet, selector);
    return new Rollout(deployment, replicaSets, ctx).run();
  },
});

/** One pass over a Deployment: its ReplicaSets as they become in the course of it. */
class Rollout {
  readonly #deployment: Deployment;
  readonly #ctx: ReconcileContext<Deployment>;
  #current: ReplicaSet | undefined;
  #old: readonly ReplicaSet[];
  #conditions: readonly DeploymentCondition[] | undefined;
  /** The status of the beginning, with what has to change at once (collisions). */
  #collisionCount: number | undefined;

  constructor(
    deployment: Deployment,
    replicaSets: readonly ReplicaSet[],
    ctx: ReconcileContext<Deployment>,
  ) {
    this.#deployment = deployment;
    this.#ctx = ctx;
    const { current, old } = splitReplicaSets(deployment, replicaSets);
    this.#current = current;
    this.#old = old;
    this.#conditions = deployment.status.conditions;
    this.#collisionCount = deployment.status.collisionCount;
  }

  async run(): Promise<ReconcileResult | undefined> {
    const deployment = this.#deployment;
    const { metadata, spec } = deployment;
    if (metadata.deletionTimestamp) return this.#report(this.#counts());
    this.#conditions = pausedConditions(deployment, this.#ctx.now);
    if (spec.paused) {
      await this.#scale(scaleToSize(deployment, this.#current, this.#old));
      await this.#cleanUp();
      return this.#report(this.#counts());
    }
    if (isScalingEvent(deployment, this.#all)) {
      await this.#syncCurrent();
      await this.#scale(scaleToSize(deployment, this.#current, this.#old));
      return this.#report(this.#counts());
    }
    const step = spec.strategy.type === "Recreate" ? this.#recreate() : this.#roll();
    await step;
    const status = this.#rolloutStatus();
    if (isComplete(deployment, deployment.status)) await this.#cleanUp();
    return this.#report(status);
  }

  get #all(): readonly ReplicaSet[] {
    return this.#current ? [...this.#old, this.#current] : this.#old;
  }

  async #roll(): Promise<void> {
    await this.#syncOrCreateCurrent();
    if (!this.#current) return;
    await this.#scale(rollingStep(this.#deployment, this.#current, this.#old));
  }

  async #recreate(): Promise<void> {
    await this.#syncCurrent();
    const live = this.#old.filter(({ spec }) => spec.replicas > 0);
    if (live.length > 0) {
      await this.#scale(live.map((replicaSet) => ({ replicaSet, replicas: 0 })));
      return;
    }
    const running = this.#old.some(({ metadata }) =>
      this.#ctx.byIndex(Pod, "controller", metadata.uid).some(isRunning),
    );
    if (running) return;
    await this.#syncOrCreateCurrent();
    const { replicas } = this.#deployment.spec;
    if (this.#current && this.#current.spec.replicas !== replicas) {
      await this.#scale([{ replicaSet: this.#current, replicas }]);
    }
  }

  async #syncOrCreateCurrent(): Promise<void> {
    if (this.#current) await this.#syncCurrent();
    else await this.#createCurrent();
    if (this.#current) await this.#syncRevision(this.#current);
  }

  /** Brings annotations and `minReadySeconds` of the current ReplicaSet up to date. */
  async #syncCurrent(): Promise<void> {
    const current = this.#current;
    if (!current) return;
    const deployment = this.#deployment;
    const annotations = currentAnnotations(deployment, current, nextRevision(this.#old));
    const { minReadySeconds } = deployment.spec;
    const same =
      deepEqual(annotations, current.metadata.annotations ?? {}) &&
      (current.spec.minReadySeconds ?? 0) === (minReadySeconds ?? 0);
    if (!same) {
      const { minReadySeconds: _, ...spec } = current.spec;
      this.#current = await this.#ctx.update(ReplicaSet, {
        ...current,
        metadata: { ...current.metadata, annotations },
        spec: { ...spec, ...(minReadySeconds !== undefined && { minReadySeconds }) },
      });
    }
    if (hasProgressDeadline(deployment) && !conditionOf(this.#conditions, "Progressing")) {
      this.#progressing("FoundNewReplicaSet", `Found new replica set "${current.metadata.name}"`);
    }
    await this.#syncRevision(current);
  }

  async #createCurrent(): Promise<void> {
    const deployment = this.#deployment;
    const { template, selector, minReadySeconds } = deployment.spec;
    const hash = templateHash(template, this.#collisionCount);
    const labels = { ...template.metadata.labels, [hashLabel]: hash };
    const name = `${deployment.metadata.name}-${hash}`;
    const replicas = currentSize(deployment, undefined, this.#old);
    let created: ReplicaSet;
    try {
      created = await this.#ctx.create(ReplicaSet, {
        metadata: {
          name,
          labels,
          annotations: currentAnnotations(deployment, undefined, nextRevision(this.#old)),
        },
        spec: {
          replicas,
          ...(minReadySeconds !== undefined && { minReadySeconds }),
          selector: {
            ...selector,
            matchLabels: { ...selector.matchLabels, [hashLabel]: hash },
          },
          template: { ...template, metadata: { ...template.metadata, labels } },
        },
      });
    } catch (error) {
      if (isNamespaceTerminating(error)) return;
      if (isAlreadyExists(error)) return this.#resolveCollision(name, error);
      return this.#reportFailedCreate(name, error);
    }
    this.#current = created;
    if (replicas > 0) {
      const message = `Scaled up replica set ${name} from 0 to ${replicas}`;
      this.#ctx.event("Normal", "ScalingReplicaSet", message);
    }
    this.#progressing("NewReplicaSetCreated", `Created new replica set "${name}"`);
  }

  /** The name is taken: by our own one that the cache did not show yet, or by another template. */
  async #resolveCollision(name: string, error: unknown): Promise<void> {
    const deployment = this.#deployment;
    const { namespace, uid } = deployment.metadata;
    const existing = await this.#ctx.client.get(ReplicaSet, { namespace, name }, this.#ctx.signal);
    const ours = controllerOf(existing)?.uid === uid;
    if (ours && sameTemplate(existing.spec.template, deployment.spec.template)) {
      this.#current = existing;
      return;
    }
    const collisionCount = (this.#collisionCount ?? 0) + 1;
    await this.#ctx.updateStatus({ ...deployment.status, collisionCount });
    throw error;
  }

  async #reportFailedCreate(name: string, error: unknown): Promise<never> {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `Failed to create new replica set "${name}": ${reason}`;
    const now = this.#ctx.now;
    if (hasProgressDeadline(this.#deployment)) {
      this.#conditions = setCondition(
        this.#conditions,
        condition("Progressing", "False", "ReplicaSetCreateError", message, now),
      );
    }
    this.#ctx.event("Warning", "ReplicaSetCreateError", message);
    const status = { ...this.#deployment.status };
    if (this.#conditions) status.conditions = [...this.#conditions];
    await this.#ctx.updateStatus(status);
    throw error;
  }

  /** The Deployment carries the revision of its current ReplicaSet. */
  async #syncRevision(current: ReplicaSet): Promise<void> {
    const revision =
      this.#current?.metadata.annotations?.[revisionAnnotation] ??
      current.metadata.annotations?.[revisionAnnotation];
    const latest = this.#ctx.object ?? this.#deployment;
    const { metadata } = latest;
    if (revision === undefined || metadata.annotations?.[revisionAnnotation] === revision) return;
    const annotations = { ...metadata.annotations, [revisionAnnotation]: revision };
    const annotated = { ...latest, metadata: { ...metadata, annotations } };
    // By the status: this is no new generation.
    await this.#ctx.update(Deployment, annotated, { subresource: "status" });
  }

  async #scale(scalings: readonly Scaling[]): Promise<void> {
    for (const { replicaSet, replicas } of scalings) {
      const { name } = replicaSet.metadata;
      // An earlier step of this pass may have changed it.
      const latest = this.#all.find(({ metadata }) => metadata.name === name) ?? replicaSet;
      const before = latest.spec.replicas;
      const annotations = { ...latest.metadata.annotations, ...sizeAnnotations(this.#deployment) };
      if (before === replicas && deepEqual(annotations, latest.metadata.annotations)) continue;
      const scaled = await this.#ctx.update(ReplicaSet, {
        ...latest,
        metadata: { ...latest.metadata, annotations },
        spec: { ...latest.spec, replicas },
      });
      if (this.#current?.metadata.name === name) this.#current = scaled;
      this.#old = this.#old.map((other) => (other.metadata.name === name ? scaled : other));
      if (before === replicas) continue;
      const message =
        `Scaled ${replicas > before ? "up" : "down"} replica set ${name} ` +
        `from ${before} to ${replicas}`;
      this.#ctx.event("Normal", "ScalingReplicaSet", message);
    }
  }

  async #cleanUp(): Promise<void> {
    for (const replicaSet of beyondHistory(this.#deployment, this.#old, revisionOf)) {
      await this.#ctx.delete(ReplicaSet, replicaSet);
    }
  }

  #progressing(reason: string, message: string): void {
    if (!hasProgressDeadline(this.#deployment)) return;
    const next = condition("Progressing", "True", reason, message, this.#ctx.now);
    this.#conditions = setCondition(this.#conditions, next);
  }

  #counts(): DeploymentStatus {
    return countsOf(this.#deployment, this.#current, this.#all, this.#conditions, this.#ctx.now);
  }

  #rolloutStatus(): DeploymentStatus {
    const { now } = this.#ctx;
    return rolloutStatus(this.#deployment, this.#current, this.#all, this.#conditions, now);
  }

  async #report(status: DeploymentStatus): Promise<ReconcileResult> {
    await this.#ctx.updateStatus(status);
    return { requeueAfterMs: msToProgressCheck(this.#deployment, status, this.#ctx.now) };
  }
}

function isRunning(pod: Pod): boolean {
  return pod.status.phase !== "Failed" && pod.status.phase !== "Succeeded";
}
