import { Node, Pod } from "#api/core/v1.ts";
import { podRequests } from "#machinery/pod-resources.ts";
import { StatusError } from "#machinery/status.ts";
import { compareQuantities, parseQuantity } from "#schema/quantity.ts";
import type { AdmissionEnvironment, AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { isAbout, objectAs, refusal } from "../refusal.ts";

/** A pod that has a node cannot grow beyond what that node has at all. */
export function podResizeValidator({ client }: AdmissionEnvironment): AdmissionPlugin {
  return {
    name: "PodResizeValidator",
    async validate(request) {
      if (request.operation !== "UPDATE" || !isAbout(request, "", "pods", "resize")) return;
      const pod = objectAs(request, Pod);
      const old = request.oldObject as unknown as Pod;
      const name = pod.spec.nodeName;
      if (!name || pod.metadata.generation === old.metadata.generation) return;
      const node = await client.find(Node, { name });
      if (!node) throw refusal(request, `node "${name}" not found`);
      const system = node.metadata.labels?.["kubernetes.io/os"] ?? "linux";
      if (system !== "linux") {
        const why = `pod resize is only supported on linux nodes, node "${name}" is "${system}"`;
        throw refusalBecause("UnsupportedPlatform", request, why);
      }
      const problems = missingCapacity(pod, node);
      if (problems.length === 0) return;
      const why = `node didn't have enough allocatable resources: ${problems.join("; ")}`;
      throw refusalBecause("NodeCapacity", request, why);
    },
  };
}

function missingCapacity({ spec }: Pod, { status }: Node): string[] {
  const requests = podRequests(spec);
  return (["cpu", "memory"] as const).flatMap((resource) => {
    const requested = requests[resource] ?? "0";
    const allocatable = status?.allocatable?.[resource] ?? "0";
    if (compareQuantities(requested, allocatable) <= 0) return [];
    const unit = resource === "cpu" ? 1_000_000n : 1_000_000_000n;
    const show = (amount: string) => roundedUp(parseQuantity(amount)?.nanos ?? 0n, unit);
    return [`${resource}, requested: ${show(requested)}, allocatable: ${show(allocatable)}`];
  });
}

function roundedUp(nanos: bigint, unit: bigint): bigint {
  return (nanos + unit - 1n) / unit;
}

function refusalBecause(reason: string, request: AdmissionRequest, why: string): StatusError {
  const { status } = refusal(request, why);
  return new StatusError({ ...status, details: { ...status.details, causes: [{ reason }] } });
}
