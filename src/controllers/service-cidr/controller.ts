import type { ServiceCIDRStatus } from "#api/networking/v1.ts";
import { IPAddress, ServiceCIDR } from "#api/networking/v1.ts";
import type { ReconcileContext } from "#component/context.ts";
import { attempt, defineController, watch } from "#component/controller.ts";
import { conditionOf, withoutCondition } from "../common/conditions.ts";
import { lacks, waitsFor, withFinalizer, withoutFinalizer } from "../common/finalizers.ts";
import { timestamp } from "../common/time.ts";
import { isFrom, overlap, planNetwork } from "./plan.ts";

const finalizer = "networking.k8s.io/service-cidr-finalizer";

/** Says which networks Services may have addresses of, and keeps those that they still have. */
export const serviceCidrController = defineController({
  name: "service-cidr-controller",
  for: ServiceCIDR,
  watches: [
    watch(ServiceCIDR, (network, cache) =>
      cache
        .list(ServiceCIDR)
        .filter((other) => overlap(other, network))
        .map(nameOf),
    ),
    watch(IPAddress, (address, cache) =>
      cache
        .list(ServiceCIDR)
        .filter((network) => isFrom(network, address))
        .map(nameOf),
    ),
  ],

  async reconcile(network, ctx) {
    const plan = planNetwork(network, ctx.list(ServiceCIDR), ctx.list(IPAddress), ctx.now);
    switch (plan.step) {
      case "ready":
        if (lacks(network, finalizer)) {
          await ctx.update(ServiceCIDR, withFinalizer(network, finalizer));
        }
        return await tellReady(ctx);
      case "blocked":
        return await tell(ctx, {
          status: "False",
          reason: "Terminating",
          message:
            "There are still IPAddresses referencing the ServiceCIDR, please remove them or " +
            "create a new ServiceCIDR",
        });
      case "wait":
        return { requeueAfterMs: plan.ms };
      case "release":
        if (waitsFor(network, finalizer)) {
          await ctx.update(ServiceCIDR, withoutFinalizer(network, finalizer));
        }
        return undefined;
      default:
        return plan satisfies never;
    }
  },
});

type Context = ReconcileContext<ServiceCIDR>;

const nameOf = ({ metadata: { name } }: ServiceCIDR) => ({ name });

async function tellReady(ctx: Context): Promise<void> {
  const ready = {
    status: "True",
    reason: "",
    message: "Kubernetes Service CIDR is ready",
  } as const;
  const failure = await attempt(() => tell(ctx, ready));
  if (!failure) return;
  const message = "The ServiceCIDR Status can not be set to Ready=True";
  ctx.event("Warning", "KubernetesServiceCIDRError", message);
  throw failure;
}

async function tell(
  ctx: Context,
  ready: { readonly status: "True" | "False"; readonly reason: string; readonly message: string },
): Promise<void> {
  const status: ServiceCIDRStatus = ctx.object?.status ?? {};
  const type = "Ready";
  const before = conditionOf(status.conditions, type);
  const isSaid =
    before?.status === ready.status &&
    before.reason === ready.reason &&
    before.message === ready.message;
  if (isSaid) return;
  const condition = { type, ...ready, lastTransitionTime: timestamp(ctx.now) };
  await ctx.updateStatus({
    ...status,
    conditions: [...withoutCondition(status.conditions, type), condition],
  });
}
