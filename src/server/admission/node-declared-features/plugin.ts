import { Node, Pod } from "#api/core/v1.ts";
import { semanticEqual } from "#machinery/deep-equal.ts";
import type { AdmissionEnvironment, AdmissionPlugin } from "../admission.ts";
import { isAbout, objectAs, refusal } from "../refusal.ts";

/** What a change of a pod asks of its node, by the names that nodes declare. */
const features: readonly { readonly name: string; isNeeded(pod: Pod, old: Pod): boolean }[] = [
  {
    name: "InPlacePodLevelResourcesVerticalScaling",
    isNeeded: ({ spec }, { spec: old }) => !semanticEqual(spec.resources, old.resources),
  },
  {
    name: "InPlacePodVerticalScalingInitContainers",
    isNeeded: ({ spec }, { spec: old }) =>
      (old.initContainers ?? []).some(
        ({ restartPolicy, resources }, index) =>
          restartPolicy !== "Always" &&
          !semanticEqual(resources, spec.initContainers?.[index]?.resources),
      ),
  },
];

/** A running pod changes only in ways that its node has said it can follow. */
export function nodeDeclaredFeatureValidator({ client }: AdmissionEnvironment): AdmissionPlugin {
  return {
    name: "NodeDeclaredFeatureValidator",
    async validate(request) {
      if (request.operation !== "UPDATE") return;
      if (!isAbout(request, "", "pods") && !isAbout(request, "", "pods", "resize")) return;
      const pod = objectAs(request, Pod);
      const old = request.oldObject as unknown as Pod;
      const nodeName = pod.spec.nodeName;
      if (!nodeName || pod.metadata.generation === old.metadata.generation) return;
      const needed = features
        .filter((feature) => feature.isNeeded(pod, old))
        .map(({ name }) => name);
      if (needed.length === 0) return;
      const node = await client.find(Node, { name: nodeName });
      if (!node) throw refusal(request, `node "${nodeName}" not found`);
      const declared = node.status?.declaredFeatures ?? [];
      const missing = needed.filter((name) => !declared.includes(name));
      if (missing.length === 0) return;
      throw refusal(
        request,
        `pod update requires features ${missing.join(", ")} which are not available on node ` +
          `"${nodeName}"`,
      );
    },
  };
}
