import { PodGroup, Workload } from "#api/scheduling/v1alpha2.ts";
import type { AdmissionEnvironment, AdmissionPlugin } from "../admission.ts";
import { isAbout, objectAs, refusal } from "../refusal.ts";

/** A PodGroup that says from which template it was made must tell the truth. */
export function podGroupWorkloadExists({ client }: AdmissionEnvironment): AdmissionPlugin {
  return {
    name: "PodGroupWorkloadExists",
    async validate(request) {
      if (request.operation !== "CREATE") return;
      if (!isAbout(request, "scheduling.k8s.io", "podgroups")) return;
      const from = objectAs(request, PodGroup).spec.podGroupTemplateRef?.workload;
      if (!from) return;
      const { podGroupTemplateName: template, workloadName: name } = from;
      const reject = (why: string) => refusal(request, `PodGroup rejected: ${why}`);
      const workload = await client.find(Workload, { namespace: request.namespace, name });
      if (!workload) throw reject(`Workload "${name}" not found`);
      if (workload.metadata.deletionTimestamp !== undefined) {
        throw reject(`Workload "${name}" is being deleted`);
      }
      if (workload.spec.podGroupTemplates.some((each) => each.name === template)) return;
      throw reject(`PodGroupTemplate "${template}" not found in Workload "${name}"`);
    },
  };
}
