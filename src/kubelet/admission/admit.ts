import type { Node, Pod } from "#api/core/v1.ts";
import { amountsOf, isExtendedResource, podRequests } from "#machinery/pod-resources.ts";
import type { Amounts } from "#machinery/pod-resources.ts";
import { hostPortsOf, portsConflict } from "#machinery/scheduling/host-ports.ts";
import { matchesNodeAffinity } from "#machinery/scheduling/node-affinity.ts";
import { untolerated } from "#machinery/scheduling/taints.ts";
import { isStaticPod } from "../static-pods/manifest.ts";

/** Why a node turns a pod away, as the pod's status and its event tell it. */
export interface Rejection {
  /** OutOfcpu, NodePorts, NodeAffinity, … */
  readonly reason: string;
  readonly message: string;
}

/**
 * Whether the node takes a pod that somebody put on it: pods that name their node were seen by no
 * scheduler, and those that were may have been overtaken by others. Undefined: it does.
 */
export function admit(
  pod: Pod,
  node: Node,
  /** All that the node has taken, and that may still run. */
  others: readonly Pod[],
): Rejection | undefined {
  return foreignSystem(pod, node) ?? shortage(pod, node, others) ?? misfit(pod, node, others);
}

/** What no room that others make would help. */
export function misfit(pod: Pod, node: Node, others: readonly Pod[]): Rejection | undefined {
  return (
    foreignSystem(pod, node) ??
    misplaced(pod, node) ??
    takenPorts(pod, others) ??
    untoleratedTaint(pod, node)
  );
}

/** Another look at the node may end these: its labels and taints as known here may be old. */
export function isAboutLabels({ reason }: Rejection): boolean {
  return reason === "NodeAffinity" || reason === "TaintToleration";
}

const osLabel = "kubernetes.io/os";
const os = "linux";

function foreignSystem({ metadata, spec }: Pod, node: Node): Rejection | undefined {
  const label = metadata.labels?.[osLabel];
  if (label !== undefined && label !== os) {
    return {
      reason: "PodOSSelectorNodeLabelDoesNotMatch",
      message: `Failed to admit pod as the \`${osLabel}\` label doesn't match node label`,
    };
  }
  if (spec.os && spec.os.name !== os) {
    const message = "Failed to admit pod as the OS field doesn't match node OS";
    return { reason: "PodOSNotSupported", message };
  }
  const policy = spec.securityContext?.supplementalGroupsPolicy;
  if (policy === "Strict" && !node.status.features?.supplementalGroupsPolicy) {
    const message = "SupplementalGroupsPolicy=Strict is not supported in this node";
    return { reason: "SupplementalGroupsPolicyNotSupported", message };
  }
  return undefined;
}

/** Upstream names these first when several are short. */
const firstResources = ["cpu", "memory", "ephemeral-storage"];

/** Of resources, of which others may have too many. */
export function shortage(pod: Pod, node: Node, others: readonly Pod[]): Rejection | undefined {
  const allocatable = amountsOf(node.status.allocatable ?? {});
  const capacity = allocatable.get("pods") ?? 0;
  if (others.length + 1 > capacity) {
    return outOf("pods", { requested: 1, used: others.length, capacity });
  }
  const requests = requestsOf(pod);
  for (const resource of new Set([...firstResources, ...requests.keys()])) {
    const requested = requests.get(resource) ?? 0;
    if (requested === 0) continue;
    const capacity = allocatable.get(resource);
    // What nodes know nothing of is the whole cluster's, or devices that were allocated.
    if (capacity === undefined && isExtendedResource(resource)) continue;
    const used = others.reduce((sum, other) => sum + (requestsOf(other).get(resource) ?? 0), 0);
    if (requested > (capacity ?? 0) - used) {
      return outOf(resource, { requested, used, capacity: capacity ?? 0 });
    }
  }
  return undefined;
}

function outOf(
  resource: string,
  amounts: { readonly requested: number; readonly used: number; readonly capacity: number },
): Rejection {
  const { requested, used, capacity } = amounts;
  const message =
    `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, ` +
    `capacity: ${capacity}`;
  return { reason: `OutOf${resource}`, message };
}

/** The same pod is asked for as often as others come to its node. */
const known = new WeakMap<Pod["spec"], Amounts>();

function requestsOf({ spec, status }: Pod): Amounts {
  let amounts = known.get(spec);
  if (!amounts) {
    amounts = amountsOf(podRequests(spec, status));
    known.set(spec, amounts);
  }
  return amounts;
}

function misplaced(pod: Pod, node: Node): Rejection | undefined {
  if (!matchesNodeAffinity(pod, node)) {
    return predicate("NodeAffinity", "node(s) didn't match Pod's node affinity/selector");
  }
  if (pod.spec.nodeName && pod.spec.nodeName !== node.metadata.name) {
    return predicate("NodeName", "node(s) didn't match the requested node name");
  }
  return undefined;
}

function takenPorts(pod: Pod, others: readonly Pod[]): Rejection | undefined {
  const wanted = hostPortsOf(pod);
  if (wanted.length === 0) return undefined;
  const isTaken = others.some((other) =>
    hostPortsOf(other).some((taken) => wanted.some((port) => portsConflict(port, taken))),
  );
  return isTaken
    ? predicate("NodePorts", "node(s) didn't have free ports for the requested pod ports")
    : undefined;
}

/** Those of a scheduler's concern (NoSchedule) are none of a node's; its own pods heed none. */
function untoleratedTaint(pod: Pod, node: Node): Rejection | undefined {
  const { spec } = pod;
  return !isStaticPod(pod) && untolerated(node.spec.taints, spec.tolerations, ["NoExecute"])
    ? predicate("TaintToleration", "node(s) had taints that the pod didn't tolerate")
    : undefined;
}

function predicate(reason: string, why: string): Rejection {
  return { reason, message: `Predicate ${reason} failed: ${why}` };
}
