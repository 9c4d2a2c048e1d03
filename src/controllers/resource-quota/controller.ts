import { Scope } from "#base/scope.ts";
import { ResourceQuota } from "#api/core/v1.ts";
import { DeviceClass } from "#api/resource/v1.ts";
import type { Controller, ControllerEnvironment, Wake } from "#component/controller.ts";
import { defineController } from "#component/controller.ts";
import { Monitors } from "./monitors.ts";
import type { Discover } from "./monitors.ts";
import type { Change } from "./monitor.ts";
import { concerns, isCharged, isSame, msToNextRelease, plan } from "./plan.ts";

const name = "resourcequota-controller";
const resyncMs = 5 * 60_000;
/** Who makes an object has counted it already: looking then only mends what went wrong. */
const addedLookMs = 1_000;
/**
 * What was let through is not stored at once, and not heard of at once: a count that misses it
 * would give back what it takes. Until then nothing is given back.
 */
const chargeMs = 300;

/**
 * Counts what the namespaces of quotas have. Admission adds what is made, so that nobody gets more
 * than he may; here it is given back, and what a new quota finds is counted.
 */
export function resourceQuotaController(discover: Discover): Controller {
  return {
    name,
    async run(environment, signal) {
      const { logger } = environment;
      await using scope = new Scope({
        signal,
        onFailure: (task, error) => logger.error("a task stopped", { task, error }),
      });
      const monitors = new Monitors(environment, discover, scope);
      await countingController(monitors, environment).run(environment, signal);
    },
  };
}

function countingController(monitors: Monitors, environment: ControllerEnvironment): Controller {
  const quotas = environment.informers.informer(ResourceQuota);
  const { clock } = environment;
  /** When somebody was last let have more, by the quota's uid. */
  const charges = new Map<string, number>();
  return defineController({
    name,
    for: ResourceQuota,
    reads: [DeviceClass],
    resyncMs,
    // Who is admitted changes status.used, and has counted right.
    concerns: ({ spec, status }, old) =>
      !isSame(spec.hard ?? {}, old.spec.hard ?? {}) || !isSame(spec.hard ?? {}, status.hard ?? {}),

    async feed(wake, signal) {
      const end = quotas.subscribe({
        updated(quota, old) {
          if (isCharged(quota, old)) charges.set(quota.metadata.uid, clock.monotonic());
        },
        deleted: ({ metadata }) => void charges.delete(metadata.uid),
      });
      const recount = () => {
        for (const { metadata } of quotas.list()) wake(metadata);
      };
      const changed = (change: Change) => wakeConcerned(change, wake);
      await monitors.run({ changed, recount }, signal).finally(end);
    },

    async reconcile(quota, ctx) {
      const { metadata, spec } = quota;
      const names = Object.keys(spec.hard ?? {});
      const holdings = await monitors.holdings(metadata.namespace ?? "", names, ctx.signal);
      const deviceClasses = ctx.list(DeviceClass);
      const heldMs = (charges.get(metadata.uid) ?? -Infinity) + chargeMs - clock.monotonic();
      const { isHeldBack, status } = plan(quota, holdings, {
        now: clock.now(),
        deviceClasses,
        mayRelease: heldMs <= 0,
      });
      if (status) await ctx.updateStatus(status);
      if (isHeldBack) return { requeueAfterMs: heldMs };
      return { requeueAfterMs: msToNextRelease(holdings, clock.now()) };
    },
  });

  function wakeConcerned(change: Change, wake: Wake): void {
    const deviceClasses = environment.informers.informer(DeviceClass).list();
    for (const quota of quotas.list(change.namespace)) {
      if (!concerns(quota, change, { now: clock.now(), deviceClasses })) continue;
      wake(quota.metadata, change.kind.type === "added" ? addedLookMs : 0);
    }
  }
}
