import {
  ControllerRevision,
  DaemonSet,
  Deployment,
  ReplicaSet,
  StatefulSet,
} from "#api/apps/v1.ts";
import { Job } from "#api/batch/v1.ts";
import { Node, Pod } from "#api/core/v1.ts";
import { EndpointSlice } from "#api/discovery/v1.ts";
import type { Client, Resource } from "#client/client.ts";
import type { ApiObject } from "#client/object.ts";
import { isFinished } from "#machinery/pod-resources.ts";
import { isReady, podsMax } from "./machines.ts";
import { kindOf, namespace, podsOf } from "./scene.ts";
import type { Workload } from "./scene.ts";

/** What is not yet as it has to be in the end, when nothing disturbs any more; undefined: nothing. */
export async function unsettled(client: Client): Promise<string | undefined> {
  const pods = (await client.list(Pod)).items;
  const nodes = (await client.list(Node)).items;
  return (
    (await unsettledWorkloads(client, pods, nodes)) ??
    (await orphan(client, pods)) ??
    (await wrongAddresses(client, pods))
  );
}

async function unsettledWorkloads(
  client: Client,
  pods: readonly Pod[],
  nodes: readonly Node[],
): Promise<string | undefined> {
  const find = <T>(resource: Resource<T>, workload: Workload) =>
    client.find(resource, { namespace, name: workload });
  const healthy = (workload: Workload) =>
    podsOf(pods, workload).filter(
      (pod) => isReady(pod) && !isFinished(pod) && !pod.metadata.deletionTimestamp,
    );
  const wrong = (workload: Workload, wanted: number, mayWait = 0) => {
    const there = podsOf(pods, workload).filter((pod) => !isFinished(pod));
    const ready = healthy(workload);
    return there.length === wanted && ready.length === wanted - mayWait
      ? undefined
      : `${workload} has ${there.length} pods, ${ready.length} ready, and wants ${wanted}`;
  };
  const web = await find(Deployment, "web");
  const webText = wrong("web", web?.spec.replicas ?? 0);
  if (webText) return webText;
  if (web && web.status.updatedReplicas !== web.spec.replicas && web.spec.replicas > 0) {
    return `web says that ${web.status.updatedReplicas} are updated`;
  }
  const set = await find(ReplicaSet, "set");
  const db = await find(StatefulSet, "db");
  const names = podsOf(pods, "db").map(({ metadata }) => metadata.name);
  for (let ordinal = 0; ordinal < (db?.spec.replicas ?? 0); ordinal++) {
    if (!names.includes(`db-${ordinal}`)) return `db-${ordinal} is missing`;
  }
  const agent = await find(DaemonSet, "agent");
  const agents = podsOf(pods, "agent").map(({ spec }) => spec.nodeName);
  if (new Set(agents).size !== agents.length) return `two agents are on one node: ${agents.join()}`;
  const work = await find(Job, "work");
  const isDone = work?.status.conditions?.some(
    ({ type, status }) => type === "Complete" && status === "True",
  );
  return (
    wrong("set", set?.spec.replicas ?? 0) ??
    wrong("db", db?.spec.replicas ?? 0) ??
    wrong("agent", agent ? nodes.length : 0, agent ? fullNodes(nodes, pods) : 0) ??
    (work && !isDone
      ? `work has ${work.status.succeeded ?? 0} of ${work.spec.completions}`
      : undefined)
  );
}

/**
 * Nodes that other pods filled while their agent was away, because all other nodes were cordoned:
 * nobody makes room for it, as it is not more important than they are.
 */
function fullNodes(nodes: readonly Node[], pods: readonly Pod[]): number {
  return nodes.filter(({ metadata }) => {
    const here = pods.filter((pod) => pod.spec.nodeName === metadata.name && !isFinished(pod));
    return here.length >= podsMax && podsOf(here, "agent").length === 0;
  }).length;
}

/** Nothing outlives who made it. */
async function orphan(client: Client, pods: readonly Pod[]): Promise<string | undefined> {
  const owners = new Set<string>();
  for (const kind of Object.values(kindOf)) {
    for (const { metadata } of (await client.list(kind)).items) owners.add(metadata.uid);
  }
  const replicaSets = (await client.list(ReplicaSet)).items;
  const revisions = (await client.list(ControllerRevision)).items;
  for (const { kind, metadata } of [...replicaSets, ...revisions, ...pods] as ApiObject[]) {
    const lost = metadata.ownerReferences?.find(({ uid }) => !owners.has(uid));
    if (lost) return `${kind ?? "an object"} ${metadata.name} outlives ${lost.kind} ${lost.name}`;
  }
  return undefined;
}

async function wrongAddresses(client: Client, pods: readonly Pod[]): Promise<string | undefined> {
  const slices = (await client.list(EndpointSlice, { namespace })).items;
  const told = slices
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready)
    .flatMap(({ addresses }) => addresses);
  const real = podsOf(pods, "web")
    .filter((pod) => isReady(pod) && !isFinished(pod))
    .flatMap(({ status }) => status.podIP ?? []);
  const texts = [told, real].map((list) => [...list].sort().join());
  return texts[0] === texts[1] ? undefined : `slices say ${texts[0]}, pods have ${texts[1]}`;
}
