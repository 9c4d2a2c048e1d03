import { Pod } from "#api/core/v1.ts";
import type { Toleration } from "#api/core/v1.ts";
import { RuntimeClass } from "#api/node/v1.ts";
import { compareQuantities } from "#schema/quantity.ts";
import type { AdmissionEnvironment, AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { isAbout, objectAs, refusal } from "../refusal.ts";

/** What a runtime class asks of its pods: where they may run, and what the sandbox costs. */
export function runtimeClass({ client }: AdmissionEnvironment): AdmissionPlugin {
  const classOf = async (request: AdmissionRequest): Promise<RuntimeClass | undefined> => {
    const name = objectAs(request, Pod).spec.runtimeClassName;
    if (!name) return undefined;
    const found = await client.find(RuntimeClass, { name });
    if (!found) throw refusal(request, `pod rejected: RuntimeClass "${name}" not found`);
    return found;
  };
  return {
    name: "RuntimeClass",
    async mutate(request) {
      if (request.operation !== "CREATE" || !isAbout(request, "", "pods")) return;
      const found = await classOf(request);
      const { spec } = objectAs(request, Pod);
      if (found?.overhead) setOverhead(request, found.overhead.podFixed ?? {});
      const { nodeSelector = {}, tolerations = [] } = found?.scheduling ?? {};
      for (const [key, value] of Object.entries(nodeSelector)) {
        const own = spec.nodeSelector?.[key];
        if (own !== undefined && own !== value) {
          throw refusal(
            request,
            `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; ` +
              `pod.spec.nodeSelector[${key}] = ${own}`,
          );
        }
        spec.nodeSelector = { ...spec.nodeSelector, [key]: value };
      }
      if (tolerations.length > 0) {
        spec.tolerations = distinct([...(spec.tolerations ?? []), ...tolerations]);
      }
    },
    async validate(request) {
      if (request.operation !== "CREATE" || !isAbout(request, "", "pods")) return;
      const found = await classOf(request);
      const { overhead } = objectAs(request, Pod).spec;
      if (overhead && !found?.overhead) {
        throw refusal(
          request,
          "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead",
        );
      }
    },
  };
}

function setOverhead(request: AdmissionRequest, podFixed: Readonly<Record<string, string>>): void {
  const { spec } = objectAs(request, Pod);
  if (!spec.overhead) {
    spec.overhead = { ...podFixed };
    return;
  }
  const names = new Set([...Object.keys(spec.overhead), ...Object.keys(podFixed)]);
  for (const name of names) {
    if (compareQuantities(spec.overhead[name] ?? "0", podFixed[name] ?? "0") !== 0) {
      throw refusal(
        request,
        "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
      );
    }
  }
}

function distinct(tolerations: readonly Toleration[]): Toleration[] {
  return [...new Map(tolerations.map((item) => [JSON.stringify(item), item])).values()];
}
