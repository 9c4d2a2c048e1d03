import type { Node, Pod } from "#api/core/v1.ts";
import { amountsOf, isExtendedResource, podRequests } from "#machinery/pod-resources.ts";
import type { Amounts } from "#machinery/pod-resources.ts";
import { NodeInfo } from "../cache/node-info.ts";
import { podInfo } from "../cache/pod-info.ts";
import type { PodInfo } from "../cache/pod-info.ts";
import type { Plugin, Refusal } from "../framework.ts";
import type { NodeResourcesFitArgs } from "../profile/arguments.ts";
import { strategyScorer } from "./resource-strategies.ts";

/** Fits pods by what they request, and ranks nodes by how full they are. */
export function nodeResourcesFit(args: NodeResourcesFitArgs): Plugin {
  const ignoredResources = new Set(args.ignoredResources);
  const ignoredGroups = new Set(args.ignoredResourceGroups);
  const isIgnored = (resource: string) =>
    isExtendedResource(resource) &&
    (ignoredResources.has(resource) || ignoredGroups.has(resource.split("/")[0] ?? ""));
  const rank = strategyScorer(args.scoringStrategy);
  return {
    name: "NodeResourcesFit",
    weight: 1,
    filter: (pod, node) => shortage(pod, node, isIgnored),
    score: rank,

    mayFitAfter(event, pod) {
      switch (event.kind) {
        case "NodeAdded":
          return fitsEmpty(pod, event.node, isIgnored);
        case "NodeUpdated":
          return fitsEmpty(pod, event.node, isIgnored) && hasMore(pod, event.node, event.before);
        case "PodDeleted":
          return !!(event.pod.spec.nodeName || event.pod.status.nominatedNodeName);
        case "PodUpdated":
          return isSmaller(event.pod, event.before, pod);
        default:
          return false;
      }
    },
  };
}

function shortage(
  pod: PodInfo,
  node: NodeInfo,
  isIgnored: (resource: string) => boolean,
): Refusal | undefined {
  let reasons: string[] | undefined;
  let unresolvable = false;
  if (node.podCount + 1 > (node.allocatable.get("pods") ?? 0)) reasons = ["Too many pods"];
  for (const [resource, amount] of pod.requests) {
    if (amount === 0) continue;
    const allocatable = node.allocatable.get(resource) ?? 0;
    if (amount <= allocatable - node.requested(resource) || isIgnored(resource)) continue;
    (reasons ??= []).push(`Insufficient ${resource}`);
    // Even an empty node is too small.
    unresolvable ||= amount > allocatable;
  }
  return reasons && { plugin: "NodeResourcesFit", reasons, unresolvable };
}

function fitsEmpty(pod: Pod, node: Node, isIgnored: (resource: string) => boolean): boolean {
  return !shortage(podInfo(pod), new NodeInfo(node), isIgnored);
}

/** Whether the node offers more of anything that the pod wants. */
function hasMore(pod: Pod, node: Node, before: Node): boolean {
  const now = amountsOf(node.status.allocatable ?? {});
  const then = amountsOf(before.status.allocatable ?? {});
  return [...requestsOf(pod), ["pods", 1] as const].some(
    ([resource, amount]) => amount > 0 && (now.get(resource) ?? 0) > (then.get(resource) ?? 0),
  );
}

/** Whether a resized pod gave back anything that the waiting one wants, or is that one itself. */
function isSmaller(after: Pod, before: Pod, waiting: Pod): boolean {
  const [now, then] = [requestsOf(after), requestsOf(before)];
  const isLess = (resource: string) => (now.get(resource) ?? 0) < (then.get(resource) ?? 0);
  if (after.metadata.uid === waiting.metadata.uid) return [...then.keys()].some(isLess);
  if (!after.spec.nodeName) return false;
  return [...requestsOf(waiting)].some(([resource, amount]) => amount > 0 && isLess(resource));
}

function requestsOf(pod: Pod): Amounts {
  return amountsOf(podRequests(pod.spec, pod.status));
}
