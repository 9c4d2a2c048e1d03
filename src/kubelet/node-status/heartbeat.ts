import { Lease } from "#api/coordination/v1.ts";
import { Node } from "#api/core/v1.ts";
import type { Clock } from "#base/clock.ts";
import { sleep } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import { isAlreadyExists, isConflict } from "#client/client.ts";
import type { Client } from "#client/client.ts";
import type { Draft } from "#schema/message.ts";
import type { OwnNode } from "../pod-worker/dependencies.ts";
import { newNode, nodeStatus } from "./node-status.ts";
import type { NodeFacts, NodeHealth } from "./node-status.ts";

export interface HeartbeatOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly name: string;
  readonly labels: Record<string, string>;
  /** What the node says of itself, besides what every node says. */
  readonly annotations?: Record<string, string>;
  readonly podCidr: string;
  readonly facts: NodeFacts;
  /** Where nothing changes by itself, looking less often saves requests. */
  readonly lookMs?: number;
  health(signal: AbortSignal): Promise<NodeHealth>;
  event(node: Node, type: "Normal" | "Warning", reason: string, message: string): void;
}

/** How often the status is looked at, and written although nothing changed. */
const usualLookMs = 10_000;
const writeMs = 5 * 60_000;
const leaseSeconds = 40;
const leaseRenewMs = 10_000;
const leaseNamespace = "kube-node-lease";

/** Registers the node, then keeps its status and its lease fresh until the signal aborts. */
export class Heartbeat implements OwnNode {
  readonly #options: HeartbeatOptions;
  #node: Node | undefined;
  #poke: (() => void) | undefined;
  #poked = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  get lastSeen(): Node | undefined {
    return this.#node;
  }

  async look(signal: AbortSignal): Promise<Node> {
    const { client, name } = this.#options;
    return (this.#node = await client.get(Node, { name }, signal));
  }

  /** Something that the status shows has changed: write it now. */
  poke(): void {
    this.#poked = true;
    this.#poke?.();
  }

  /** Resolves with the node as it is on the API server; retries until it is there. */
  async register(signal: AbortSignal): Promise<Node> {
    const { clock, logger, name } = this.#options;
    for (let attempt = 0; ; attempt++) {
      try {
        const node = (await this.#known(signal)) ?? (await this.#create(signal));
        this.#node = node;
        this.#options.event(node, "Normal", "Starting", "Starting kubelet.");
        return node;
      } catch (error) {
        signal.throwIfAborted();
        if (isAlreadyExists(error)) continue;
        logger.warn("node could not be registered yet", { node: name, error });
        await sleep(clock, Math.min(100 * 2 ** attempt, 5000), signal);
      }
    }
  }

  /** A node that was here before keeps what it has, but shows the notes that it should. */
  async #known(signal: AbortSignal): Promise<Node | undefined> {
    const { client, name, facts, annotations = {} } = this.#options;
    const node = await client.find(Node, { name }, signal);
    if (!node) return undefined;
    const labels = newNode(name, facts, this.#options.labels).metadata?.labels ?? {};
    const { metadata } = node;
    if (includes(metadata.labels, labels) && includes(metadata.annotations, annotations)) {
      return node;
    }
    const patch = { metadata: { labels, annotations } };
    return await client.patch(Node, { name }, { type: "merge", patch });
  }

  async #create(signal: AbortSignal): Promise<Node> {
    const { client, clock, name, facts, labels, podCidr } = this.#options;
    const draft = newNode(name, facts, labels, this.#options.annotations);
    draft.spec = { podCIDR: podCidr, podCIDRs: [podCidr] };
    const health = await this.#options.health(signal);
    const status = nodeStatus(name, facts, health, undefined, clock.now());
    return await client.create(Node, { ...draft, status });
  }

  async runStatus(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options;
    let written = "";
    let writtenAtMs = 0;
    while (!signal.aborted) {
      try {
        const { text, send } = await this.#next(signal);
        if (text !== written || clock.now() - writtenAtMs >= writeMs) {
          await send();
          written = text;
          writtenAtMs = clock.now();
        }
      } catch (error) {
        if (signal.aborted) return;
        logger.warn("node status could not be written", { error });
      }
      await this.#pause(this.#options.lookMs ?? usualLookMs, signal);
    }
  }

  async runLease(signal: AbortSignal): Promise<void> {
    const { clock, logger, random } = this.#options;
    let lease: Lease | undefined;
    while (!signal.aborted) {
      try {
        lease = await this.#renew(lease, signal);
        await sleep(clock, leaseRenewMs * (1 + 0.04 * random.float()), signal);
      } catch (error) {
        if (signal.aborted) return;
        lease = undefined;
        if (!isConflict(error)) logger.warn("node lease could not be renewed", { error });
        await sleep(clock, 1000, signal).catch(() => {});
      }
    }
  }

  async #renew(lease: Lease | undefined, signal: AbortSignal): Promise<Lease> {
    const { client, clock, name } = this.#options;
    const reference = { namespace: leaseNamespace, name };
    const renewTime = new Date(clock.now()).toISOString().replace("Z", "000Z");
    const known = lease ?? (await client.find(Lease, reference, signal));
    const spec = { holderIdentity: name, leaseDurationSeconds: leaseSeconds, renewTime };
    if (known) return await client.update(Lease, { ...known, spec });
    const node = await client.get(Node, { name }, signal);
    const owner = { apiVersion: "v1", kind: "Node", name, uid: node.metadata.uid };
    const draft: Draft<Lease> = { metadata: { ...reference, ownerReferences: [owner] }, spec };
    return await client.create(Lease, draft);
  }

  async #next(signal: AbortSignal): Promise<{ text: string; send: () => Promise<void> }> {
    const { client, clock, name, facts } = this.#options;
    const [node, health] = await Promise.all([this.look(signal), this.#options.health(signal)]);
    const status = nodeStatus(name, facts, health, node.status, clock.now());
    // Heartbeat times differ each time; they alone are no reason to write.
    const text = JSON.stringify({
      ...status,
      conditions: status.conditions?.map(({ type, status: value, reason }) => [
        type,
        value,
        reason,
      ]),
    });
    return {
      text,
      send: async () => {
        const patch = { status };
        await client.patch(Node, { name }, { type: "strategic", patch }, { subresource: "status" });
        this.#tell(node, status.conditions ?? []);
      },
    };
  }

  #tell(node: Node, conditions: readonly { type: string; status: string }[]): void {
    const isReady = (list: readonly { type: string; status: string }[]) =>
      list.some(({ type, status }) => type === "Ready" && status === "True");
    const now = isReady(conditions);
    if (now === isReady(node.status.conditions ?? [])) return;
    const { name } = this.#options;
    const reason = now ? "NodeReady" : "NodeNotReady";
    this.#options.event(node, "Normal", reason, `Node ${name} status is now: ${reason}`);
  }

  /** Waits, unless somebody pokes before. Both, and the end, merely end the wait. */
  async #pause(delayMs: number, signal: AbortSignal): Promise<void> {
    if (this.#poked) {
      this.#poked = false;
      return;
    }
    const poked = new AbortController();
    this.#poke = () => poked.abort();
    const either = AbortSignal.any([signal, poked.signal]);
    await sleep(this.#options.clock, delayMs, either).catch(() => {});
    this.#poke = undefined;
    this.#poked = false;
  }
}

function includes(current: Record<string, string> = {}, wanted: Record<string, string>): boolean {
  return Object.entries(wanted).every(([key, value]) => current[key] === value);
}
