import { test } from "node:test";
import assert from "node:assert/strict";
import { HorizontalPodAutoscaler } from "#api/autoscaling/v2.ts";
import type { HorizontalPodAutoscalerSpec, MetricSpec } from "#api/autoscaling/v2.ts";
import { Pod } from "#api/core/v1.ts";
import type { ApiRequest } from "#client/transport.ts";
import * as status from "#machinery/status.ts";
import { timestamp } from "../common/time.ts";
import { startCluster } from "../testing/cluster.ts";
import { horizontalPodAutoscalerController } from "./controller.ts";

const place = { namespace: "default", name: "web" };
const scalePath = "/apis/apps/v1/namespaces/default/deployments/web/scale";

/** A Deployment of three pods in word only, and the metrics that a test gives them. */
async function setUp(replicas = 3) {
  const cluster = await startCluster([horizontalPodAutoscalerController()]);
  const world = {
    replicas,
    /** By path, without what is asked for in the query. */
    answers: new Map<string, unknown>(),
    asked: [] as string[],
    conflicts: 0,
  };
  world.answers.set("/apis/apps", {
    preferredVersion: { version: "v1" },
    versions: [{ version: "v1" }],
  });
  world.answers.set("/apis/apps/v1", {
    resources: [
      { name: "deployments/scale", kind: "Scale" },
      { name: "deployments", kind: "Deployment" },
    ],
  });
  cluster.api.intercept = (request: ApiRequest) => {
    const answer = (object: unknown, code = 200) => ({
      status: code,
      headers: {},
      body: { kind: "object" as const, object },
    });
    if (request.path === scalePath && request.method === "PUT") {
      if (world.conflicts-- > 0) {
        const group = { group: "apps", resource: "deployments" };
        return answer(status.toStatus(status.conflict(group, "web", "try again")), 409);
      }
      const body = request.body.kind === "object" ? request.body.object : undefined;
      world.replicas = (body as { spec: { replicas: number } }).spec.replicas;
      return answer(body);
    }
    if (request.path === scalePath) {
      return answer({
        apiVersion: "autoscaling/v1",
        kind: "Scale",
        metadata: place,
        spec: { replicas: world.replicas },
        status: { replicas: world.replicas, selector: "app=web" },
      });
    }
    const found = world.answers.get(request.path);
    if (found) world.asked.push(`${request.path}?${request.query.toString()}`);
    if (found) return answer(typeof found === "function" ? (found as () => unknown)() : found);
    const missing = request.path.includes("metrics.k8s.io");
    return missing ? answer(status.toStatus(status.pathNotFound()), 404) : undefined;
  };
  for (let at = 0; at < 3; at++) {
    await cluster.client.create(Pod, {
      metadata: { namespace: "default", name: `web-${at}`, labels: { app: "web" } },
      spec: {
        containers: [{ name: "main", image: "nginx", resources: { requests: { cpu: "100m" } } }],
      },
    });
  }
  await cluster.advance(600_000);
  const read = async () => (await cluster.client.get(HorizontalPodAutoscaler, place)).status;
  return { cluster, world, read };
}

/** Every pod uses so much of a CPU, now and whenever it is asked. */
const usage = (cpu: string, clock: { now(): number }) => () => ({
  items: [0, 1, 2].map((at) => ({
    metadata: { name: `web-${at}` },
    timestamp: timestamp(clock.now()),
    window: "30s",
    containers: [{ name: "main", usage: { cpu } }],
  })),
});

const cpu: MetricSpec = {
  type: "Resource",
  resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } },
};

function autoscaler(spec: Partial<HorizontalPodAutoscalerSpec> = {}) {
  const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
  return {
    metadata: place,
    spec: { scaleTargetRef, minReplicas: 1, maxReplicas: 10, metrics: [cpu], ...spec },
  };
}

const podUsage = "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods";

test("scales up at once, and down when it has been quiet for a while", async () => {
  const { cluster, read, world } = await setUp();
  world.answers.set(podUsage, usage("80m", cluster.clock));
  await cluster.client.create(HorizontalPodAutoscaler, autoscaler());
  await cluster.advance(14_000);
  assert.equal(world.replicas, 3, "not before its time");
  world.conflicts = 2;
  await cluster.advance(2_000);
  assert.equal(world.replicas, 5);
  assert.deepEqual(world.asked.at(-1), `${podUsage}?labelSelector=app%3Dweb`);
  const grown = await read();
  assert.deepEqual(grown?.currentMetrics, [
    {
      type: "Resource",
      resource: { name: "cpu", current: { averageUtilization: 80, averageValue: "80m" } },
    },
  ]);
  assert.deepEqual([grown.currentReplicas, grown.desiredReplicas], [3, 5]);
  assert.deepEqual(
    grown.conditions?.map(({ message, reason, status, type }) => [type, status, reason, message]),
    [
      [
        "AbleToScale",
        "True",
        "SucceededRescale",
        "the HPA controller was able to update the target scale to 5",
      ],
      [
        "ScalingActive",
        "True",
        "ValidMetricFound",
        "the HPA was able to successfully calculate a replica count from cpu resource " +
          "utilization (percentage of request)",
      ],
      [
        "ScalingLimited",
        "False",
        "DesiredWithinRange",
        "the desired count is within the acceptable range",
      ],
    ],
  );
  world.answers.set(podUsage, usage("10m", cluster.clock));
  await cluster.advance(60_000);
  assert.equal(world.replicas, 5);
  assert.equal((await read())?.conditions?.[0]?.reason, "ScaleDownStabilized");
  await cluster.advance(300_000);
  assert.equal(world.replicas, 1);
  assert.deepEqual(await cluster.events(), [
    "SuccessfulRescale: New size: 5; reason: cpu resource utilization (percentage of request) " +
      "above target",
    "SuccessfulRescale: New size: 1; reason: All metrics below target",
  ]);
  await cluster.stop();
});

test("says what it cannot read, and leaves everything as it is", async () => {
  const { cluster, read, world } = await setUp();
  await cluster.client.create(HorizontalPodAutoscaler, autoscaler());
  await cluster.advance(16_000);
  const why =
    "failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch " +
    "metrics from resource metrics API: the server could not find the requested resource " +
    "(get pods.metrics.k8s.io)";
  const [, active] = (await read())?.conditions ?? [];
  assert.deepEqual(
    [active?.status, active?.reason, active?.message],
    ["False", "FailedGetResourceMetric", `the HPA was unable to compute the replica count: ${why}`],
  );
  assert.deepEqual(await cluster.events(), [
    `FailedGetResourceMetric: ${why}`,
    "FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: " +
      `failed to get cpu resource metric value: ${why}`,
  ]);
  assert.equal(world.replicas, 3);
  await cluster.stop();
});

test("keeps the bounds without any metric, and does nothing at zero", async () => {
  const cases = [
    [12, 10, "New size: 10; reason: Current number of replicas above Spec.MaxReplicas"],
    [1, 2, "New size: 2; reason: Current number of replicas below Spec.MinReplicas"],
    [0, 0, undefined],
  ] as const;
  for (const [from, to, message] of cases) {
    const { cluster, read, world } = await setUp(from);
    await cluster.client.create(HorizontalPodAutoscaler, autoscaler({ minReplicas: 2 }));
    await cluster.advance(16_000);
    assert.equal(world.replicas, to);
    assert.deepEqual(await cluster.events(), message ? [`SuccessfulRescale: ${message}`] : []);
    if (from === 0) assert.equal((await read())?.conditions?.[1]?.reason, "ScalingDisabled");
    await cluster.stop();
  }
});

test("the metric that asks for most decides: of pods, an object, or something outside", async () => {
  const { cluster, read, world } = await setUp();
  const custom = "/apis/custom.metrics.k8s.io";
  world.answers.set(custom, { versions: [{ version: "v1beta2" }] });
  world.answers.set("/api/v1", { resources: [{ name: "services", kind: "Service" }] });
  const namespace = `${custom}/v1beta2/namespaces/default`;
  world.answers.set(`${namespace}/pods/*/requests`, {
    items: [0, 1, 2].map((at) => ({ describedObject: { name: `web-${at}` }, value: "20" })),
  });
  world.answers.set(`${namespace}/services/front/hits`, { items: [{ value: "40" }] });
  world.answers.set("/apis/external.metrics.k8s.io/v1beta1/namespaces/default/queue", {
    items: [{ value: "30" }, { value: "40" }],
  });
  const selector = { matchLabels: { verb: "GET" } };
  const metrics: MetricSpec[] = [
    {
      type: "Pods",
      pods: {
        metric: { name: "requests", selector },
        target: { type: "AverageValue", averageValue: "10" },
      },
    },
    {
      type: "Object",
      object: {
        metric: { name: "hits" },
        describedObject: { apiVersion: "v1", kind: "Service", name: "front" },
        target: { type: "Value", value: "10" },
      },
    },
    {
      type: "External",
      external: { metric: { name: "queue" }, target: { type: "AverageValue", averageValue: "10" } },
    },
  ];
  await cluster.client.create(HorizontalPodAutoscaler, autoscaler({ metrics, maxReplicas: 100 }));
  await cluster.advance(16_000);
  assert.ok(
    world.asked.includes(
      `${namespace}/pods/*/requests?labelSelector=app%3Dweb&metricLabelSelector=verb%3DGET`,
    ),
    world.asked.join("\n"),
  );
  const { conditions, currentMetrics } = (await read()) ?? {};
  assert.deepEqual(
    currentMetrics?.map(({ external, object, pods }) => (pods ?? object ?? external)?.current),
    [{ averageValue: "20" }, { value: "40" }, { averageValue: "23334m" }],
  );
  // They ask for six, twelve and seven; twice as many as there are is all that is done at once.
  assert.equal(world.replicas, 6);
  assert.equal(conditions?.[2]?.reason, "ScaleUpLimit");
  await cluster.stop();
});

test("two autoscalers of the same pods do nothing, and say so", async () => {
  const { cluster, read, world } = await setUp();
  world.answers.set(podUsage, usage("80m", cluster.clock));
  const { client } = cluster;
  const other = { ...autoscaler(), metadata: { ...place, name: "other" } };
  await client.create(HorizontalPodAutoscaler, other);
  await cluster.advance(16_000);
  world.replicas = 3;
  await client.create(HorizontalPodAutoscaler, autoscaler());
  await cluster.advance(31_000);
  const active = (await read())?.conditions?.find(({ type }) => type === "ScalingActive");
  assert.equal(active?.reason, "AmbiguousSelector");
  assert.match(active?.message ?? "", /by selector app=web are controlled by multiple HPAs: \[\{/);
  await cluster.stop();
});
