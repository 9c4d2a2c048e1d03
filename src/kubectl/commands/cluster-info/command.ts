import type { Service } from "#api/core/v1.ts";
import { defineCommand } from "../../command.ts";

export default defineCommand({
  usage: "cluster-info [flags]",
  description:
    "Show the addresses of the control plane and of services with the label " +
    'kubernetes.io/cluster-service=true.\n\nTo look for problems, use "kubectl cluster-info dump".',
  examples: [{ about: "Show the addresses", command: "kubectl cluster-info" }],
  connectsFirst: true,
  flags: {},
  async run(kubectl) {
    const { server } = await kubectl.access();
    const address = server.replace(/\/$/, "");
    const namespace = kubectl.globals.namespace || "kube-system";
    try {
      const rest = await kubectl.rest();
      const { items } = await rest.list(
        {
          path: `/api/v1/namespaces/${namespace}/services`,
          query: { labelSelector: "kubernetes.io/cluster-service=true" },
        },
        0,
      );
      kubectl.printLine(`Kubernetes control plane is running at ${address}`);
      for (const service of items as unknown as Service[]) {
        const { labels = {}, name } = service.metadata;
        const shown = labels["kubernetes.io/name"] || name;
        kubectl.printLine(`${shown} is running at ${linkOf(service, address)}`);
      }
    } finally {
      kubectl.print(
        "\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n",
      );
    }
  },
});

/** Where the service is reached from outside, or else through the API server. */
export function linkOf({ metadata, spec, status }: Service, server: string): string {
  const [ingress] = status?.loadBalancer?.ingress ?? [];
  const ports = spec.ports ?? [];
  if (ingress) {
    const host = ingress.ip || ingress.hostname || "";
    return ports.map(({ port }) => `http://${host}:${port} `).join("");
  }
  const [first] = ports;
  const scheme = first?.name === "https" || first?.port === 443 ? "https" : "";
  const named = first && (scheme || first.name);
  const name = named
    ? `${scheme ? `${scheme}:` : ""}${metadata.name}:${first.name ?? ""}`
    : metadata.name;
  return `${server}/api/v1/namespaces/${metadata.namespace ?? ""}/services/${name}/proxy`;
}
