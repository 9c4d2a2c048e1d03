import { test } from "node:test";
import assert from "node:assert/strict";
import type { Node, Pod, PodAffinityTerm } from "#api/core/v1.ts";
import { seededRandom } from "#base/random.ts";
import { SchedulerCache } from "./cache/cache.ts";
import { podInfo, podKey } from "./cache/pod-info.ts";
import { decide, refusalText } from "./decide.ts";
import type { Decision } from "./decide.ts";
import { noObjects } from "./framework.ts";
import { defaultPlugins } from "./plugins/default-plugins.ts";
import { Nominations } from "./preemption/nominations.ts";
import { leastLoss } from "./preemption/candidate.ts";
import { preempt } from "./preemption/preempt.ts";
import { profileOf } from "./profile/profile.ts";
import { nodeOf, podOf } from "./testing/fixtures.ts";
import type { PodOptions } from "./testing/fixtures.ts";
import { KeptVerdicts } from "./verdicts.ts";

const profile = profileOf(defaultPlugins);
const zone = "topology.kubernetes.io/zone";
const hostname = "kubernetes.io/hostname";

/** Chooses by a seed. */
class Dice {
  readonly #random: { float(): number };

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  under(count: number): number {
    return Math.floor(this.#random.float() * count);
  }

  chance(share: number): boolean {
    return this.#random.float() < share;
  }

  of<T>(items: readonly T[]): T {
    const item = items[this.under(items.length)];
    assert.ok(item !== undefined);
    return item;
  }
}

function randomNode(name: string, dice: Dice): Node {
  return nodeOf(name, {
    cpu: dice.of(["500m", "1", "2"]),
    labels: {
      ...(dice.chance(0.8) && { [zone]: dice.of(["a", "b", "c"]) }),
      ...(dice.chance(0.5) && { rack: dice.of(["1", "2", "3", "4"]) }),
    },
    ...(dice.chance(0.1) && { unschedulable: true }),
    ...(dice.chance(0.2) && {
      taints: [
        { key: "k", value: "v", effect: dice.of(["NoSchedule", "PreferNoSchedule"] as const) },
      ],
    }),
    ...(dice.chance(0.2) && {
      images: [{ names: ["docker.io/library/nginx:latest"], sizeBytes: dice.under(9) * 1e8 }],
    }),
  });
}

function randomTerm(dice: Dice): PodAffinityTerm {
  return {
    topologyKey: dice.of([zone, hostname, "rack"]),
    labelSelector: { matchLabels: { app: dice.of(["x", "y"]) } },
    ...(dice.chance(0.3) && { namespaceSelector: { matchLabels: { team: "t" } } }),
    ...(dice.chance(0.3) && { namespaces: ["two"] }),
  };
}

function randomAffinity(dice: Dice): NonNullable<PodOptions["affinity"]> {
  const required = { requiredDuringSchedulingIgnoredDuringExecution: [randomTerm(dice)] };
  const weight = 1 + dice.under(100);
  const preferred = {
    preferredDuringSchedulingIgnoredDuringExecution: [
      { weight, podAffinityTerm: randomTerm(dice) },
    ],
  };
  const inZone = { matchExpressions: [{ key: zone, operator: "In" as const, values: ["a", "b"] }] };
  const nodeAffinity = {
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [inZone] },
    preferredDuringSchedulingIgnoredDuringExecution: [
      { weight, preference: { matchExpressions: [{ key: "rack", operator: "Exists" as const }] } },
    ],
  };
  return {
    ...(dice.chance(0.4) && { podAffinity: dice.of([required, preferred]) }),
    ...(dice.chance(0.4) && { podAntiAffinity: dice.of([required, preferred]) }),
    ...(dice.chance(0.4) && { nodeAffinity }),
  };
}

function randomPod(name: string, dice: Dice): Pod {
  const app = dice.of(["x", "y", "z"]);
  const constraint = () => ({
    maxSkew: 1 + dice.under(2),
    topologyKey: dice.of([zone, hostname, "rack"]),
    whenUnsatisfiable: dice.of(["DoNotSchedule", "ScheduleAnyway"] as const),
    labelSelector: { matchLabels: { app } },
    ...(dice.chance(0.2) && { minDomains: 3 }),
    ...(dice.chance(0.3) && { nodeTaintsPolicy: "Honor" as const }),
  });
  const port = { containerPort: 80, hostPort: 80 };
  return podOf(name, {
    namespace: dice.of(["one", "two"]),
    labels: { app, ...(dice.chance(0.2) && { own: name }) },
    cpu: dice.of(["100m", "500m", "1500m"]),
    priority: dice.of([0, 0, 5, 10]),
    ...(dice.chance(0.3) && { affinity: randomAffinity(dice) }),
    ...(dice.chance(0.2) && { topologySpreadConstraints: [constraint(), constraint()] }),
    ...(dice.chance(0.1) && { nodeSelector: { [zone]: "a" } }),
    ...(dice.chance(0.2) && { tolerations: [{ key: "k", operator: "Exists" as const }] }),
    ...(dice.chance(0.05) && { containers: [{ name: "c", image: "nginx", ports: [port] }] }),
  });
}

/** What the API server has. */
interface World {
  readonly nodes: Map<string, Node>;
  readonly pods: Map<string, Pod>;
}

/** A picture made anew, by somebody who has seen nothing before. */
function pictureOf({ nodes, pods }: World): SchedulerCache {
  const cache = new SchedulerCache(objects);
  for (const node of nodes.values()) cache.setNode(node);
  for (const pod of pods.values()) cache.setPod(pod);
  return cache;
}

const teams = ["one", "two"].map((name) => ({
  metadata: { name, labels: name === "one" ? { team: "t" } : {} },
})) as unknown as ReturnType<typeof noObjects.namespaces>;
const objects = { ...noObjects, namespaces: () => teams };

function change({ nodes, pods }: World, cache: SchedulerCache, dice: Dice, step: number): void {
  const someNode = [...nodes.keys()][dice.under(nodes.size)];
  const somePod = [...pods.values()][dice.under(pods.size)];
  if (dice.chance(0.1)) {
    const name = dice.chance(0.5) && someNode ? someNode : `node-${step}`;
    const node = randomNode(name, dice);
    nodes.set(name, node);
    cache.setNode(node);
  }
  if (dice.chance(0.03) && someNode) {
    nodes.delete(someNode);
    cache.removeNode(someNode);
  }
  const [isGone, isChanged] = [dice.chance(0.2), dice.chance(0.2)];
  if (isGone && somePod) {
    pods.delete(podKey(somePod));
    cache.removePod(podKey(somePod));
  } else if (isChanged && somePod) {
    const { metadata } = somePod;
    const relabelled = { ...metadata, labels: { ...metadata.labels, app: dice.of(["x", "z"]) } };
    const leaving = { ...metadata, deletionTimestamp: "2026-01-01T00:00:00Z" };
    const pod = { ...somePod, metadata: dice.of([metadata, relabelled, leaving]) };
    pods.set(podKey(pod), pod);
    cache.setPod(pod);
  }
}

function text(decision: Decision): string {
  if (!decision.ok) return refusalText(decision);
  return `${decision.node} with ${decision.score} after ${decision.looked}`;
}

for (const seed of [1, 2, 3]) {
  test(`what is kept says the same as what is found anew, seed ${seed}`, () => {
    const dice = new Dice(seed);
    const world: World = { nodes: new Map(), pods: new Map() };
    const cache = new SchedulerCache(objects);
    const kept = new KeptVerdicts();
    const nominations = new Nominations();
    for (let index = 0; index < 110; index++) {
      const node = randomNode(`first-${index}`, dice);
      world.nodes.set(node.metadata.name, node);
      cache.setNode(node);
    }
    const shapes = Array.from({ length: 20 }, (_, index) => randomPod(`shape-${index}`, dice));
    let refused = 0;
    for (let step = 0; step < 250; step++) {
      change(world, cache, dice, step);
      const model = dice.of(shapes);
      const metadata = { ...model.metadata, name: `pod-${step}`, uid: `${step}` };
      const startTime = new Date(step * 1000).toISOString();
      const pod: Pod = { ...model, metadata, status: { ...model.status, startTime } };
      const start = dice.under(cache.nodes.length);
      const options = { profile, nominations, random: () => 0.5, start };
      const fresh = pictureOf(world);
      const quick = decide(cache.infoOf(pod), cache, { ...options, kept });
      const plain = decide(podInfo(pod), fresh, options);
      assert.equal(text(quick), text(plain), `step ${step}`);
      if (quick.ok) {
        cache.assume(cache.infoOf(pod), quick.node);
        const bound: Pod = { ...pod, spec: { ...pod.spec, nodeName: quick.node } };
        world.pods.set(podKey(pod), bound);
        if (dice.chance(0.9)) cache.setPod(bound);
        nominations.delete(podKey(pod));
        continue;
      }
      refused++;
      assert.ok(!plain.ok);
      const preempting = { ...preemptOptions, nominations };
      const evictions = [
        preempt(cache.infoOf(pod), cache, quick, preempting),
        preempt(podInfo(pod), fresh, plain, preempting),
      ].map((result) => {
        if (!result.ok) return result.text;
        const best = leastLoss(result.candidates, 0);
        return `${best?.node}: ${best?.victims.map(({ key }) => key).join(" ")}`;
      });
      assert.equal(evictions[0], evictions[1], `preemption at step ${step}`);
      if (dice.chance(0.3)) {
        const node = dice.of([...world.nodes.keys()]);
        nominations.set(cache.infoOf(pod), node);
      }
    }
    assert.ok(refused > 0, "no pod was refused");
  });
}

const preemptOptions = {
  minCandidateNodesPercentage: 10,
  minCandidateNodesAbsolute: 100,
  now: 0,
  random: () => 0.25,
};
