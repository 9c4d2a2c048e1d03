import { isRow } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";
import type { Kubectl } from "../kubectl.ts";
import type { KubeObject } from "../objects.ts";

/** Init containers first, as they run. `target` is a pod's name, or type/name of what has pods. */
export async function containerNames(kubectl: Kubectl, target: string): Promise<string[]> {
  const pod = await podOf(kubectl, target);
  const spec = rowOf(pod?.spec);
  return [...rowsOf(spec.initContainers), ...rowsOf(spec.containers)].map(({ name }) =>
    String(name),
  );
}

/** Local and remote port: "8080:80". What is typed before the colon is the local one. */
export async function portPairs(
  kubectl: Kubectl,
  target: string,
  typed: string,
): Promise<string[]> {
  const [type = "", name = ""] = target.split("/");
  const local = typed.split(":")[0];
  const pair = (port: unknown) => `${typed === "" ? String(port) : local}:${String(port)}`;
  if (["service", "services", "svc"].includes(type)) {
    const service = await oneObject(kubectl, ["service", name]);
    return rowsOf(rowOf(service?.spec).ports).map(({ port }) => pair(port));
  }
  const pod = await podOf(kubectl, target);
  return rowsOf(rowOf(pod?.spec).containers)
    .flatMap(({ ports }) => rowsOf(ports))
    .map(({ containerPort }) => pair(containerPort));
}

/** The pod itself, or the first one that the selector of what has pods means. */
async function podOf(kubectl: Kubectl, target: string): Promise<KubeObject | undefined> {
  if (!target.includes("/")) return await oneObject(kubectl, ["pod", target]);
  const owner = await oneObject(kubectl, [target]);
  if (!owner || owner.kind === "Pod") return owner;
  const selector = rowOf(rowOf(owner.spec).selector);
  const labels = isRow(selector.matchLabels) ? selector.matchLabels : selector;
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(",");
  if (labelSelector === "") return undefined;
  const [pod] = await kubectl.findAll({ args: ["pods"], labelSelector, lists: "items" });
  return pod?.object;
}

async function oneObject(
  kubectl: Kubectl,
  args: readonly string[],
): Promise<KubeObject | undefined> {
  const [info] = await kubectl.findAll({ args, latest: true });
  return info?.object;
}

function rowOf(value: unknown): Row {
  return isRow(value) ? value : {};
}

function rowsOf(value: unknown): Row[] {
  return Array.isArray(value) ? value.filter(isRow) : [];
}
