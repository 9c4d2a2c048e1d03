import { Binding, Node, Pod } from "#api/core/v1.ts";
import type { ObjectMeta } from "#api/meta/v1.ts";
import type { AdmissionEnvironment, AdmissionPlugin } from "../admission.ts";
import { isAbout, objectAs } from "../refusal.ts";

const copied = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];

/** Pods learn the zone and region of their node, so that they can ask for it as for any label. */
export function podTopologyLabels({ client }: AdmissionEnvironment): AdmissionPlugin {
  const setLabels = async (metadata: ObjectMeta, nodeName: string): Promise<void> => {
    const node = await client.find(Node, { name: nodeName });
    for (const key of copied) {
      const value = node?.metadata.labels?.[key];
      if (value !== undefined) metadata.labels = { ...metadata.labels, [key]: value };
    }
  };
  return {
    name: "PodTopologyLabels",
    async mutate(request) {
      if (request.operation !== "CREATE") return;
      if (isAbout(request, "", "pods")) {
        const { metadata, spec } = objectAs(request, Pod);
        if (spec.nodeName) await setLabels(metadata, spec.nodeName);
      } else if (isAbout(request, "", "pods", "binding")) {
        const { metadata, target } = objectAs(request, Binding);
        if (target.kind === "Node" && target.name) await setLabels(metadata, target.name);
      }
    },
  };
}
