import { Namespace, Node, Pod } from "#api/core/v1.ts";
import { seededRandom } from "#base/random.ts";
import { SchedulerCache } from "#scheduler/cache/cache.ts";
import type { PodInfo } from "#scheduler/cache/pod-info.ts";
import { decide } from "#scheduler/decide.ts";
import type { NoFit } from "#scheduler/decide.ts";
import { noObjects } from "#scheduler/framework.ts";
import { defaultPlugins } from "#scheduler/plugins/default-plugins.ts";
import { Nominations } from "#scheduler/preemption/nominations.ts";
import { leastLoss } from "#scheduler/preemption/candidate.ts";
import { preempt } from "#scheduler/preemption/preempt.ts";
import { profileOf } from "#scheduler/profile/profile.ts";
import { KeptVerdicts } from "#scheduler/verdicts.ts";
import { applyDefaults } from "#schema/default.ts";
import { namespacesOf } from "./cases.ts";
import type { PodGroup, SchedulerCase } from "./cases.ts";
import { nodeDraft, podDraft, podTemplates } from "./templates.ts";

/** How often churn strikes among the measured pods: as often as in upstream's runs, or oftener. */
const churnEvery = { unschedulable: 250, mixed: 1_000 };

/** CPU time per pod, in microseconds, for the scheduler's picture of the cluster and decisions. */
export function measureDecisions(given: SchedulerCase): number {
  const world = new World(given);
  for (const pod of podsOf(given.initial, "initial")) world.place(pod);
  const pods = podsOf(given.measured, "measured");
  const before = process.cpuUsage();
  pods.forEach((pod, index) => {
    if (given.churn && index % churnEvery[given.churn] === 0) world.churn(given.churn, index);
    world.place(pod);
  });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / pods.length;
}

/** Places pods as a scheduler does that is told of its bindings at once. */
class World {
  readonly #cache: SchedulerCache;
  readonly #kept = new KeptVerdicts();
  readonly #nominations = new Nominations();
  readonly #profile = profileOf(defaultPlugins);
  readonly #random = seededRandom(1);
  #start = 0;
  #now = 0;

  constructor(given: SchedulerCase) {
    const namespaces = namespacesOf(given).map((name) =>
      applyDefaults(Namespace, { metadata: { name, labels: { team: "devops" } } }),
    );
    this.#cache = new SchedulerCache({ ...noObjects, namespaces: () => namespaces });
    for (let index = 0; index < given.nodes; index++) {
      const inZone = given.zones[index % given.zones.length];
      this.#cache.setNode(applyDefaults(Node, nodeDraft(`node-${index}`, inZone)));
    }
  }

  place(pod: Pod): void {
    const info = this.#cache.infoOf(pod);
    let decision = this.#decide(info);
    if (!decision.ok && this.#makeRoom(info, decision)) {
      const nominatedNodeName = this.#nominations.nodeOf(info.key);
      const promised = { ...pod, status: { ...pod.status, nominatedNodeName } };
      decision = this.#decide(this.#cache.infoOf(promised));
    }
    if (!decision.ok) throw new Error(`${info.key} fits nowhere`);
    this.#nominations.delete(info.key);
    this.#cache.assume(info, decision.node);
  }

  churn(kind: "unschedulable" | "mixed", index: number): void {
    const pod = applyDefaults(Pod, podDraft(`large-${index}`, "default", podTemplates.tooLarge));
    const info = this.#cache.infoOf(pod);
    const decision = this.#decide(info);
    if (decision.ok || this.#makeRoom(info, decision)) throw new Error(`${info.key} found room`);
    if (kind === "unschedulable") return;
    this.#cache.removeNode(`churn-${index - churnEvery.mixed}`);
    this.#cache.setNode(applyDefaults(Node, nodeDraft(`churn-${index}`, undefined, "0")));
  }

  #decide(pod: PodInfo) {
    const decision = decide(pod, this.#cache, {
      profile: this.#profile,
      nominations: this.#nominations,
      random: () => this.#random.float(),
      start: this.#start,
      kept: this.#kept,
    });
    const { length } = this.#cache.nodes;
    if (decision.ok) this.#start = (this.#start + decision.looked) % length;
    return decision;
  }

  #makeRoom(pod: PodInfo, noFit: NoFit): boolean {
    const preemption = preempt(pod, this.#cache, noFit, {
      minCandidateNodesPercentage: 10,
      minCandidateNodesAbsolute: 100,
      nominations: this.#nominations,
      now: this.#now++,
      random: () => this.#random.float(),
    });
    const candidate = preemption.ok && leastLoss(preemption.candidates, this.#now);
    if (!candidate) return false;
    for (const { key } of candidate.victims) this.#cache.removePod(key);
    this.#nominations.set(pod, candidate.node);
    return true;
  }
}

function podsOf({ template, count, namespaces }: PodGroup, prefix: string): readonly Pod[] {
  return Array.from({ length: count }, (_, index) => {
    const namespace = namespaces[index % namespaces.length] ?? "default";
    return applyDefaults(Pod, podDraft(`${prefix}-${index}`, namespace, podTemplates[template]));
  });
}
