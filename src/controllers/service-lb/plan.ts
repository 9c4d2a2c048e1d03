import type { Node, Service } from "#api/core/v1.ts";
import { compare } from "../common/time.ts";

/** Keeps a Service until its load balancer is gone. */
export const cleanupFinalizer = "service.kubernetes.io/load-balancer-cleanup";

const excludeLabel = "node.kubernetes.io/exclude-from-external-load-balancers";
const drainTaint = "ToBeDeletedByClusterAutoscaler";

/** What is known to have been done for a Service. */
export interface Balanced {
  readonly uid: string;
  /** What its load balancer depends on. */
  readonly wish: string;
  readonly hosts: string;
}

export type BalancerPlan =
  | { readonly kind: "nothing" }
  | { readonly kind: "ensure" }
  /** The same load balancer, on other nodes. */
  | { readonly kind: "move" }
  | { readonly kind: "remove" };

/** Whether it is for this controller: those of a class are for who knows that class. */
export function wantsBalancer({ spec }: Service): boolean {
  return spec.type === "LoadBalancer" && spec.loadBalancerClass === undefined;
}

/** What is to be done for a Service; `done` is what was done before, as far as is known. */
export function planBalancer(
  service: Service,
  hosts: string,
  done: Balanced | undefined,
): BalancerPlan {
  const { metadata, spec } = service;
  if (spec.loadBalancerClass !== undefined) return { kind: "nothing" };
  const hasFinalizer = metadata.finalizers?.includes(cleanupFinalizer) ?? false;
  if (!wantsBalancer(service) || (metadata.deletionTimestamp && hasFinalizer)) {
    return { kind: hasFinalizer || done ? "remove" : "nothing" };
  }
  if (metadata.deletionTimestamp) return { kind: "nothing" };
  if (!hasFinalizer || done?.uid !== metadata.uid) return { kind: "ensure" };
  if (done.wish !== wishOf(service)) return { kind: "ensure" };
  return { kind: done.hosts === hosts ? "nothing" : "move" };
}

/** All that a load balancer depends on, to be compared. */
export function wishOf({ metadata, spec }: Service): string {
  return JSON.stringify([
    metadata.annotations,
    spec.loadBalancerSourceRanges,
    spec.ports,
    spec.sessionAffinity,
    spec.sessionAffinityConfig,
    spec.loadBalancerIP,
    spec.externalIPs,
    spec.externalTrafficPolicy,
    spec.healthCheckNodePort,
    spec.ipFamilies,
  ]);
}

/** Nodes that load balancers may send to. Whether they are ready is for its health checks. */
export function hostsAmong(nodes: readonly Node[]): readonly Node[] {
  return nodes.filter(
    ({ metadata, spec }) =>
      !metadata.deletionTimestamp &&
      !(excludeLabel in (metadata.labels ?? {})) &&
      !(spec.taints ?? []).some(({ key }) => key === drainTaint),
  );
}

/** Who they are, to be compared. */
export function hostsText(nodes: readonly Node[]): string {
  return nodes
    .map(({ metadata, spec }) => `${metadata.name}=${spec.providerID ?? ""}`)
    .sort(compare)
    .join();
}
