import { Scope } from "#base/scope.ts";
import { ResourceQuota } from "#api/core/v1.ts";
import { DeviceClass } from "#api/resource/v1.ts";
import type { Controller, ControllerEnvironment, Wake } from "#component/controller.ts";
import { defineController } from "#component/controller.ts";
import { Monitors } from "./monitors.ts";
import type { Discover } from "./monitors.ts";
import type { Change } from "./monitor.ts";
import { concerns, isSame, msToNextRelease, plan } from "./plan.ts";

const name = "resourcequota-controller";
const resyncMs = 5 * 60_000;
/** Who makes an object has counted it already: looking then only mends what went wrong. */
const addedLookMs = 1_000;

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
  return defineController({
    name,
    for: ResourceQuota,
    reads: [DeviceClass],
    resyncMs,
    // Who is admitted changes status.used, and has counted right.
    concerns: ({ spec, status }, old) =>
      !isSame(spec.hard ?? {}, old.spec.hard ?? {}) || !isSame(spec.hard ?? {}, status.hard ?? {}),

    feed(wake, signal) {
      const recount = () => {
        for (const { metadata } of quotas.list()) wake(metadata);
      };
      return monitors.run({ changed: (change) => wakeConcerned(change, wake), recount }, signal);
    },

    async reconcile(quota, ctx) {
      const { metadata, spec } = quota;
      const names = Object.keys(spec.hard ?? {});
      const holdings = await monitors.holdings(metadata.namespace ?? "", names, ctx.signal);
      const deviceClasses = ctx.list(DeviceClass);
      const status = plan(quota, holdings, { now: clock.now(), deviceClasses });
      if (status) await ctx.updateStatus(status);
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
