import type { Row } from "#machinery/json.ts";
import { Api } from "../../support/api.ts";

/** Kinds that the server or time makes by itself. */
const left = new Set(["events", "leases", "endpointslices", "endpoints", "ipaddresses"]);

interface Discovered {
  readonly resources: readonly { name: string; kind: string; verbs: readonly string[] }[];
}

/** Every object of the server that somebody made, in its preferred version. */
export async function readObjects(kubeconfig: string): Promise<Row[]> {
  const api = new Api(kubeconfig);
  try {
    const { groups } = await api.get<{ groups: { preferredVersion: { groupVersion: string } }[] }>(
      "/apis",
    );
    const roots = [
      "/api/v1",
      ...groups.map((group) => `/apis/${group.preferredVersion.groupVersion}`),
    ];
    const objects: Row[] = [];
    for (const root of roots) {
      const { resources } = await api.get<Discovered>(root);
      for (const { name, kind, verbs } of resources) {
        if (name.includes("/") || !verbs.includes("list") || left.has(name)) continue;
        const list = await api.get<{ items: Row[] | null }>(`${root}/${name}`);
        const apiVersion = root.replace(/^\/apis?\//, "");
        for (const item of list.items ?? []) objects.push({ ...item, apiVersion, kind });
      }
    }
    return objects.filter((object) => !isOfTheServer(object));
  } finally {
    api.close();
  }
}

/** Roles, namespaces and settings that each server has from its start. */
function isOfTheServer(object: Row): boolean {
  const metadata = object.metadata as { name?: string; namespace?: string; labels?: Row };
  if (metadata.labels?.["kubernetes.io/bootstrapping"]) return true;
  if (metadata.namespace?.startsWith("kube-")) return true;
  return /^(kube-|system[:-]|default$|kubernetes$|cluster-admin$)/.test(metadata.name ?? "");
}
