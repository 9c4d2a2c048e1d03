import type { Node, Pod } from "#api/core/v1.ts";
import type { NodeInfo } from "./cache/node-info.ts";
import type { PodInfo } from "./cache/pod-info.ts";
import type { Refusals } from "./refusals.ts";
import { candidateOf } from "./preemption/candidate.ts";
import type { Candidate } from "./preemption/candidate.ts";
import type { GivenExtender } from "./settings/messages.ts";

/** The plugin's name under which extenders refuse: any event may have changed their mind. */
export const extenderName = "Extender";

/** Sends JSON to another server; rejects where none answers in time. */
export type ExtenderPost = (
  url: string,
  body: string,
  extender: GivenExtender,
) => Promise<{ readonly status: number; readonly body: string }>;

/** Extenders score from 0 to 10, plugins to 100. */
const scorePerPoint = 10;

/** Another program that is asked over HTTP besides the plugins. */
export class Extender {
  readonly #given: GivenExtender;
  readonly #post: ExtenderPost;

  constructor(given: GivenExtender, post: ExtenderPost) {
    this.#given = given;
    this.#post = post;
  }

  /** Errors of such an extender are as if it had not been asked. */
  get isIgnorable(): boolean {
    return this.#given.ignorable ?? false;
  }

  get binds(): boolean {
    return !!this.#given.bindVerb;
  }

  get preempts(): boolean {
    return !!this.#given.preemptVerb;
  }

  /** Extenders that manage resources are asked only about pods that want some of those. */
  isInterested(pod: Pod): boolean {
    const managed = this.#given.managedResources ?? [];
    if (managed.length === 0) return true;
    const { containers, initContainers = [] } = pod.spec;
    return [...containers, ...initContainers].some(({ resources }) =>
      managed.some(({ name }) => resources?.requests?.[name] ?? resources?.limits?.[name]),
    );
  }

  /** The nodes that are left; `refusals` gets those that are not. */
  async filter(
    { pod }: PodInfo,
    nodes: readonly NodeInfo[],
    refusals: Refusals,
  ): Promise<readonly NodeInfo[]> {
    const { filterVerb, urlPrefix } = this.#given;
    if (!filterVerb) return nodes;
    const result = fieldsOf(await this.#send(filterVerb, this.#about(pod, nodes)));
    throwIfTold(result.error);
    const refuse = (names: unknown, unresolvable: boolean) => {
      for (const [name, reason] of Object.entries(isObject(names) ? names : {})) {
        const node = nodes.find((each) => each.name === name);
        const reasons = [String(reason)];
        if (node) refusals.add(node, { plugin: extenderName, reasons, unresolvable });
      }
    };
    refuse(result.failednodes, false);
    refuse(result.failedandunresolvablenodes, true);
    const listed = fieldsOf(result.nodes).items;
    const names = Array.isArray(result.nodenames)
      ? result.nodenames.map(String)
      : Array.isArray(listed)
        ? listed.map((node: Node) => node.metadata.name)
        : [];
    return names.map((name) => {
      const node = nodes.find((each) => each.name === name);
      if (node) return node;
      throw new Error(
        `extender "${urlPrefix}" claims a filtered node "${name}" which is not found in the input node list`,
      );
    });
  }

  /** What it adds to the scores of the nodes, in their order. */
  async scores({ pod }: PodInfo, nodes: readonly NodeInfo[]): Promise<readonly number[]> {
    const { prioritizeVerb, weight = 1 } = this.#given;
    if (!prioritizeVerb) return nodes.map(() => 0);
    const result = await this.#send(prioritizeVerb, this.#about(pod, nodes));
    const points = new Map<string, number>();
    for (const entry of Array.isArray(result) ? result : []) {
      const { host, score } = fieldsOf(entry);
      points.set(String(host), Number(score) || 0);
    }
    return nodes.map(({ name }) => (points.get(name) ?? 0) * weight * scorePerPoint);
  }

  async bind(pod: Pod, node: string): Promise<void> {
    const { namespace, name, uid } = pod.metadata;
    const result = await this.#send(this.#given.bindVerb ?? "", {
      PodName: name,
      PodNamespace: namespace,
      PodUID: uid,
      Node: node,
    });
    throwIfTold(fieldsOf(result).error);
  }

  /** The candidates that it agrees to, with the victims that it wants. */
  async preempt({ pod }: PodInfo, candidates: readonly Candidate[]): Promise<readonly Candidate[]> {
    const { preemptVerb = "", nodeCacheCapable } = this.#given;
    const victims = candidates.map(({ node, victims: each, violations }) => {
      const pods = each.map((victim) =>
        nodeCacheCapable ? { UID: victim.pod.metadata.uid } : victim.pod,
      );
      return [node, { Pods: pods, NumPDBViolations: violations }] as const;
    });
    const byNode = Object.fromEntries(victims);
    const field = nodeCacheCapable ? "NodeNameToMetaVictims" : "NodeNameToVictims";
    const result = fieldsOf(await this.#send(preemptVerb, { Pod: pod, [field]: byNode }));
    const agreed = isObject(result.nodenametometavictims) ? result.nodenametometavictims : {};
    return Object.entries(agreed).flatMap(([node, value]) => {
      const known = candidates.find((candidate) => candidate.node === node);
      const { pods, numpdbviolations } = fieldsOf(value);
      const uids = new Set(Array.isArray(pods) ? pods.map((entry) => fieldsOf(entry).uid) : []);
      const wanted = known?.victims.filter((victim) => uids.has(victim.pod.metadata.uid)) ?? [];
      if (known && wanted.length > 0) {
        return [candidateOf(node, wanted, Number(numpdbviolations) || 0)];
      }
      if (this.isIgnorable) return [];
      throw new Error(`expected at least one victim pod on node "${node}"`);
    });
  }

  #about(pod: Pod, nodes: readonly NodeInfo[]): object {
    return this.#given.nodeCacheCapable
      ? { Pod: pod, Nodes: null, NodeNames: nodes.map(({ name }) => name) }
      : { Pod: pod, Nodes: { items: nodes.map(({ node }) => node) }, NodeNames: null };
  }

  async #send(verb: string, body: object): Promise<unknown> {
    const url = `${this.#given.urlPrefix.replace(/\/+$/, "")}/${verb}`;
    const answer = await this.#post(url, JSON.stringify(body), this.#given);
    if (answer.status !== 200) {
      throw new Error(`failed ${verb} with extender at URL ${url}, code ${answer.status}`);
    }
    return JSON.parse(answer.body) as unknown;
  }
}

/** Errors of extenders are texts; an empty one is none. */
function throwIfTold(error: unknown): void {
  if (error) throw new Error(typeof error === "string" ? error : JSON.stringify(error));
}

/** Go, in which extenders are written, does not tell letters of different case apart. */
function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key.toLowerCase(), field]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
