import { Ingress, IngressClass } from "#api/networking/v1.ts";
import type { AdmissionEnvironment, AdmissionPlugin } from "../admission.ts";
import { isAbout, objectAs } from "../refusal.ts";

const annotation = "ingressclass.kubernetes.io/is-default-class";
const oldClassAnnotation = "kubernetes.io/ingress.class";

/** Ingresses that name no class get the default one, the newest if there are several. */
export function defaultIngressClass({ client }: AdmissionEnvironment): AdmissionPlugin {
  return {
    name: "DefaultIngressClass",
    async mutate(request) {
      if (request.operation !== "CREATE") return;
      if (!isAbout(request, "networking.k8s.io", "ingresses")) return;
      const ingress = objectAs(request, Ingress);
      if (ingress.spec?.ingressClassName !== undefined) return;
      if (ingress.metadata.annotations?.[oldClassAnnotation] !== undefined) return;
      const { items } = await client.list(IngressClass);
      const [chosen] = items
        .filter(({ metadata }) => metadata.annotations?.[annotation] === "true")
        .sort(newestFirst);
      if (chosen) ingress.spec = { ...ingress.spec, ingressClassName: chosen.metadata.name };
    },
  };
}

function newestFirst(left: IngressClass, right: IngressClass): number {
  const age = (item: IngressClass) => Date.parse(item.metadata.creationTimestamp);
  return age(right) - age(left) || (left.metadata.name < right.metadata.name ? -1 : 1);
}
