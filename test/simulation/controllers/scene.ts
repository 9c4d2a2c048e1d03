import { DaemonSet, Deployment, ReplicaSet, StatefulSet } from "#api/apps/v1.ts";
import { Job } from "#api/batch/v1.ts";
import { Service } from "#api/core/v1.ts";
import type { Pod } from "#api/core/v1.ts";
import { PodDisruptionBudget } from "#api/policy/v1.ts";
import type { Client, Resource } from "#client/client.ts";
import type { ApiObject } from "#client/object.ts";
import type { Draft } from "#schema/message.ts";
import { podTemplate } from "#controllers/testing/cluster.ts";
import type { Dice } from "../world.ts";

export const namespace = "default";
export const minAvailable = 2;

const selector = (app: string) => ({ matchLabels: { app } });
const meta = (name: string) => ({ namespace, name });

/** What runs in the cluster, by the label "app" of its pods. */
export type Workload = "web" | "set" | "db" | "agent" | "work";

/** Makes the workload, with what chance says about it. */
export async function create(workload: Workload, client: Client, dice: Dice): Promise<void> {
  const template = podTemplate({ app: workload });
  switch (workload) {
    case "web": {
      const maxSurge = dice.integer(0, 2);
      const maxUnavailable = maxSurge === 0 ? 1 : dice.integer(0, 2);
      const draft: Draft<Deployment> = {
        metadata: meta("web"),
        spec: {
          replicas: dice.integer(1, 6),
          selector: selector("web"),
          strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge, maxUnavailable } },
          template,
        },
      };
      await client.create(Deployment, draft);
      return;
    }
    case "set":
      await client.create(ReplicaSet, {
        metadata: meta("set"),
        spec: { replicas: dice.integer(1, 5), selector: selector("set"), template },
      });
      return;
    case "db":
      await client.create(StatefulSet, {
        metadata: meta("db"),
        spec: {
          replicas: dice.integer(1, 4),
          serviceName: "db",
          selector: selector("db"),
          podManagementPolicy: dice.chance(0.7) ? "OrderedReady" : "Parallel",
          template,
        },
      });
      return;
    case "agent":
      await client.create(DaemonSet, {
        metadata: meta("agent"),
        spec: { selector: selector("agent"), template },
      });
      return;
    case "work": {
      const containers = [{ name: "main", image: "work" }];
      const metadata = { labels: { app: workload } };
      await client.create(Job, {
        metadata: meta("work"),
        spec: {
          completions: dice.integer(2, 6),
          parallelism: dice.integer(1, 3),
          backoffLimit: 100,
          template: { metadata, spec: { containers, restartPolicy: "Never" } },
        },
      });
      return;
    }
    default:
      workload satisfies never;
  }
}

export async function createAll(client: Client, dice: Dice): Promise<void> {
  for (const workload of workloads) await create(workload, client, dice);
  await client.create(PodDisruptionBudget, {
    metadata: meta("web"),
    spec: { minAvailable, selector: selector("web") },
  });
  await client.create(Service, {
    metadata: meta("web"),
    spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
  });
}

export const workloads: readonly Workload[] = ["web", "set", "db", "agent", "work"];

export const kindOf: Readonly<Record<Workload, Resource<ApiObject>>> = {
  web: Deployment,
  set: ReplicaSet,
  db: StatefulSet,
  agent: DaemonSet,
  work: Job,
};

export function podsOf(pods: readonly Pod[], workload: Workload): readonly Pod[] {
  return pods.filter(({ metadata }) => metadata.labels?.["app"] === workload);
}
