import type { Service, ServicePort } from "#api/core/v1.ts";
import type { Column } from "../../../registry/resource.ts";
import { ageColumn, column, formatLabels, nameColumn, wideColumn } from "../../common/columns.ts";

export const serviceColumns: readonly Column<Service>[] = [
  nameColumn(),
  column("Type", (service) => service.spec.type),
  column("Cluster-IP", (service) => service.spec.clusterIPs?.[0] ?? "<none>"),
  column("External-IP", externalIP),
  column("Port(s)", (service) => portText(service.spec.ports ?? [])),
  ageColumn(),
  wideColumn("Selector", (service) => formatLabels(service.spec.selector)),
];

function externalIP({ spec, status }: Service): string {
  const external = spec.externalIPs ?? [];
  switch (spec.type) {
    case "ClusterIP":
    case "NodePort":
      return external.join(",") || "<none>";
    case "LoadBalancer": {
      const balancers = (status.loadBalancer.ingress ?? []).map(
        (one) => one.ip || one.hostname || "",
      );
      const shown = [...new Set<string>(balancers)].filter(Boolean).sort();
      return [...shown, ...external].join(",") || "<pending>";
    }
    case "ExternalName":
      return spec.externalName ?? "";
    default:
      return spec.type satisfies never;
  }
}

/** "80:30000/TCP,53/UDP" */
function portText(ports: readonly ServicePort[]): string {
  const texts = ports.map(({ port, nodePort, protocol }) =>
    nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
  );
  return texts.join(",") || "<none>";
}
