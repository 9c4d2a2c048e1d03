import { Deployment } from "#api/apps/v1.ts";
import { ConfigMap, Pod, Service } from "#api/core/v1.ts";
import { EndpointSlice } from "#api/discovery/v1.ts";
import type { Client, Resource } from "#client/client.ts";
import type { ApiObject } from "#client/object.ts";
import { controllerReference } from "#client/object.ts";
import { markPod, times, until } from "./world.ts";

/** What is measured: `prepare` is not counted. */
export interface Subject {
  readonly name: string;
  readonly about: string;
  /** How many of them there are, at full size. */
  readonly count: number;
  prepare?(client: Client, count: number): Promise<void>;
  run(client: Client, count: number): Promise<void>;
  /** What the memory that is left in use afterwards is divided by; not shown when missing. */
  readonly objects?: (count: number) => number;
}

const namespace = "default";
const template = (app: string) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: "main", image: "registry.example.com/web:1" }] },
});

async function deploy(client: Client, name: string, replicas: number): Promise<void> {
  const spec = { replicas, selector: { matchLabels: { app: name } }, template: template(name) };
  await client.create(Deployment, { metadata: { namespace, name }, spec });
}

/** How many there are: the server says how many are left behind the first. */
async function countOf(client: Client, resource: Resource<ApiObject>): Promise<number> {
  const { items } = await client.list(resource, { namespace, resourceVersion: "0" });
  return items.length;
}

const perDeployment = 10;
const perService = 10;

export const subjects: readonly Subject[] = [
  {
    name: "large-deployment",
    about: "pods of one Deployment, from its creation until its status counts all of them",
    count: 10_000,
    async run(client, count) {
      await deploy(client, "web", count);
      await until(async () => {
        const { status } = await client.get(Deployment, { namespace, name: "web" });
        return status.replicas === count;
      });
    },
    objects: (count) => count,
  },
  {
    name: "many-deployments",
    about: "Deployments of ten pods, from the first creation until each status counts its pods",
    count: 1_000,
    async run(client, count) {
      await times(count, (index) => deploy(client, `web-${index}`, perDeployment));
      await until(async () => {
        const { items } = await client.list(Deployment, { namespace });
        return items.every(({ status }) => status.replicas === perDeployment);
      });
    },
    // The Deployment, its set and its pods.
    objects: (count) => count * (2 + perDeployment),
  },
  {
    name: "endpoint-changes",
    about: "changes of pods' readiness, until the slices of their Services say so",
    count: 10_000,
    async prepare(client, count) {
      const services = Math.max(1, Math.ceil(count / 100));
      await times(services, async (index) => {
        const app = `web-${index}`;
        const spec = { selector: { app }, ports: [{ port: 80 }] };
        await client.create(Service, { metadata: { namespace, name: app }, spec });
        for (let pod = 0; pod < perService; pod++) {
          const name = `${app}-${pod}`;
          const { spec, metadata } = template(app);
          await client.create(Pod, { metadata: { namespace, name, ...metadata }, spec });
          await markPod(client, name, index * perService + pod, true);
        }
      });
      await until(async () => (await readyCount(client)) === services * perService);
    },
    async run(client, count) {
      const services = Math.max(1, Math.ceil(count / 100));
      const pods = services * perService;
      // Each pod turns several times; in the end all are as they were turned last.
      await times(count, (index) => {
        const pod = index % pods;
        const name = `web-${Math.floor(pod / perService)}-${pod % perService}`;
        return markPod(client, name, pod, Math.floor(index / pods) % 2 === 1);
      });
      const rounds = Math.ceil(count / pods);
      const expected = rounds % 2 === 0 ? pods : 0;
      await until(async () => (await readyCount(client)) === expected);
    },
  },
  {
    name: "garbage",
    about: "dependants of one object, from its deletion until all are gone",
    count: 50_000,
    async prepare(client, count) {
      const owner = await client.create(ConfigMap, { metadata: { namespace, name: "owner" } });
      const ownerReferences = [controllerReference(owner)];
      await times(count, (index) => {
        const metadata = { namespace, name: `part-${index}`, ownerReferences };
        return client.create(ConfigMap, { metadata, data: { number: String(index) } });
      });
    },
    async run(client) {
      await client.delete(ConfigMap, { namespace, name: "owner" });
      // The root certificate of the namespace stays.
      await until(async () => (await countOf(client, ConfigMap)) <= 1);
    },
  },
];

async function readyCount(client: Client): Promise<number> {
  const { items } = await client.list(EndpointSlice, { namespace });
  return items
    .filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"]?.startsWith("web-"))
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready).length;
}
