import { sleep } from "#base/clock.ts";
import { formatDuration } from "#base/duration.ts";
import type { Pod } from "#api/core/v1.ts";
import { controllerOf } from "#client/object.ts";
import { StatusError } from "#machinery/status.ts";
import { CommandError, ManyErrors, messageOf, throwAll } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import type { DryRun } from "../../writes/dry-run.ts";
import { operationText } from "../../writes/dry-run.ts";
import { isGoneLongEnough, isOfDaemonSet, podFate, reasonLines } from "./pods.ts";
import type { DaemonSetAnswer, DrainRules } from "./pods.ts";

export interface DrainOptions extends DrainRules {
  readonly dryRun: DryRun;
  readonly podSelector: string;
  readonly chunkSize: number;
  readonly disableEviction: boolean;
  /** Negative leaves it to the pod. */
  readonly gracePeriodSeconds: number;
  /** 0 is for ever. */
  readonly timeoutMs: number;
}

const pollMs = 1000;
const evictionRetryMs = 5000;
/** How Go prints the longest duration, which is what no timeout means. */
const forever = "2562047h47m16.854775807s";

/** Takes the pods away from the node, and waits until they are gone. */
export async function drainNode(
  kubectl: Kubectl,
  node: string,
  options: DrainOptions,
): Promise<void> {
  const { pods, warnings } = await podsToGo(kubectl, node, options);
  if (warnings) kubectl.tell(`Warning: ${warnings}`);
  if (options.dryRun === "client") {
    for (const pod of pods) kubectl.printLine(`evicting pod ${nameOf(pod)} (dry run)`);
    return;
  }
  try {
    await removePods(kubectl, pods, options);
  } catch (error) {
    if (!kubectl.signal.aborted) await tellPending(kubectl, node, options, error);
    throw error;
  }
}

interface PodsToGo {
  readonly pods: readonly Pod[];
  readonly warnings: string;
}

async function podsToGo(kubectl: Kubectl, node: string, options: DrainOptions): Promise<PodsToGo> {
  const rest = await kubectl.rest();
  const fieldSelector = `spec.nodeName=${node}`;
  const query = { fieldSelector, labelSelector: options.podSelector || undefined };
  const { items } = await rest.list({ path: "/api/v1/pods", query }, options.chunkSize);
  const pods: Pod[] = [];
  const warned: { pod: Pod; why: string }[] = [];
  const refused: { pod: Pod; why: string }[] = [];
  for (const pod of items as unknown as Pod[]) {
    const daemonSet = isOfDaemonSet(pod) ? await daemonSetProblem(kubectl, pod) : undefined;
    const fate = podFate(pod, options, { now: kubectl.now(), daemonSet });
    if (fate.kind === "refuse") refused.push({ pod, why: fate.why });
    if (fate.kind === "warn") warned.push({ pod, why: fate.why });
    if (fate.kind === "go" || (fate.kind === "warn" && fate.goes)) pods.push(pod);
  }
  throwAll(reasonLines(refused).map((line) => new CommandError(`cannot delete ${line}`)));
  return { pods, warnings: reasonLines(warned).join("; ") };
}

async function daemonSetProblem(kubectl: Kubectl, pod: Pod): Promise<DaemonSetAnswer | undefined> {
  const rest = await kubectl.rest();
  const name = controllerOf(pod)?.name ?? "";
  const path = `/apis/apps/v1/namespaces/${pod.metadata.namespace ?? ""}/daemonsets/${name}`;
  try {
    await rest.send({ path });
    return undefined;
  } catch (error) {
    return { missing: isReason(error, "NotFound"), message: messageOf(error) };
  }
}

function isReason(error: unknown, reason: string): boolean {
  return error instanceof StatusError && error.reason === reason;
}

function nameOf({ metadata }: Pod): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

async function tellPending(
  kubectl: Kubectl,
  node: string,
  options: DrainOptions,
  error: unknown,
): Promise<void> {
  try {
    const { pods } = await podsToGo(kubectl, node, options);
    if (pods.length === 0) return;
    kubectl.tell(
      `There are pending pods in node "${node}" when an error occurred: ${aggregateText(error)}`,
    );
    for (const { metadata } of pods) kubectl.tell(`pod/${metadata.name}`);
  } catch (failure) {
    kubectl.host.stderr.write(
      `Following errors occurred while getting the list of pods to delete:\n${aggregateText(failure)}`,
    );
  }
}

/** Several errors on one line, as Go's aggregates are printed. */
export function aggregateText(error: unknown): string {
  return error instanceof ManyErrors
    ? `[${error.errors.map(messageOf).join(", ")}]`
    : messageOf(error);
}

async function removePods(
  kubectl: Kubectl,
  pods: readonly Pod[],
  options: DrainOptions,
): Promise<void> {
  if (pods.length === 0) return;
  const { clock } = kubectl.host;
  const end = options.timeoutMs > 0 ? clock.monotonic() + options.timeoutMs : Infinity;
  const removal = new Removal(kubectl, options, end);
  if (options.disableEviction) {
    await removal.delete(pods);
    return;
  }
  const results = await Promise.allSettled(pods.map((pod) => removal.evict(pod)));
  throwAll(results.flatMap((result) => (result.status === "rejected" ? [result.reason] : [])));
}

/** One drain's requests, all with the same options and the same end. */
class Removal {
  readonly #kubectl: Kubectl;
  readonly #options: DrainOptions;
  readonly #end: number;

  constructor(kubectl: Kubectl, options: DrainOptions, end: number) {
    this.#kubectl = kubectl;
    this.#options = options;
    this.#end = end;
  }

  /** As long as a budget forbids it, again and again. */
  async evict(pod: Pod): Promise<void> {
    const { dryRun } = this.#options;
    const { name, namespace = "" } = pod.metadata;
    const what = `pods/"${name}" -n "${namespace}"`;
    let active = pod;
    for (;;) {
      const told = dryRun === "server" ? " (server dry run)" : "";
      this.#kubectl.printLine(`evicting pod ${nameOf(pod)}${told}`);
      if (this.#isOver()) {
        throw new CommandError(`error when evicting ${what}: ${this.#timeoutText()}`);
      }
      try {
        await this.#requestEviction(pod);
        break;
      } catch (error) {
        if (isReason(error, "NotFound")) return;
        if (isOfEndingNamespace(error)) {
          // It is on its way: what is left is to wait for it.
          if (active.metadata.deletionTimestamp) break;
          this.#tellRetry(`pod "${name}" from terminating namespace "${namespace}"`, error);
        } else if (isReason(error, "TooManyRequests")) this.#tellRetry(what, error);
        else throw new CommandError(`error when evicting ${what}: ${messageOf(error)}`);
        await sleep(this.#kubectl.host.clock, evictionRetryMs, this.#kubectl.signal);
      }
      active = (await this.#read(active).catch(() => undefined)) ?? active;
    }
    if (dryRun === "server") return;
    try {
      await this.#waitForEnd([active], "evicted");
    } catch (error) {
      throw new CommandError(
        `error when waiting for pod "${name}" in namespace "${namespace}" to terminate: ${messageOf(error)}`,
      );
    }
  }

  async delete(pods: readonly Pod[]): Promise<void> {
    const rest = await this.#kubectl.rest();
    for (const pod of pods) {
      try {
        await rest.send({ method: "DELETE", path: pathOf(pod), body: this.#deleteOptions() });
      } catch (error) {
        if (!isReason(error, "NotFound")) throw error;
      }
    }
    await this.#waitForEnd(pods, "deleted");
  }

  #deleteOptions(): object {
    const { gracePeriodSeconds, dryRun } = this.#options;
    return {
      kind: "DeleteOptions",
      apiVersion: "v1",
      ...(gracePeriodSeconds >= 0 && { gracePeriodSeconds }),
      ...(dryRun === "server" && { dryRun: ["All"] }),
    };
  }

  async #requestEviction(pod: Pod): Promise<void> {
    const { name, namespace } = pod.metadata;
    const {
      apiVersion: _version,
      kind: _kind,
      ...deleteOptions
    } = this.#deleteOptions() as KubeObject;
    const rest = await this.#kubectl.rest();
    await rest.send({
      method: "POST",
      path: `${pathOf(pod)}/eviction`,
      body: {
        kind: "Eviction",
        apiVersion: "policy/v1",
        metadata: { name, namespace },
        deleteOptions,
      },
    });
  }

  #isOver(): boolean {
    return this.#kubectl.host.clock.monotonic() >= this.#end;
  }

  #timeoutText(): string {
    const { timeoutMs } = this.#options;
    return `global timeout reached: ${timeoutMs > 0 ? formatDuration(timeoutMs * 1e6) : forever}`;
  }

  #tellRetry(what: string, error: unknown): void {
    this.#kubectl.tell(`error when evicting ${what} (will retry after 5s): ${messageOf(error)}`);
  }

  async #read(pod: Pod): Promise<Pod | undefined> {
    const rest = await this.#kubectl.rest();
    try {
      return await rest.json<Pod>({ path: pathOf(pod) });
    } catch (error) {
      if (isReason(error, "NotFound")) return undefined;
      throw error;
    }
  }

  /** A pod of the same name that came after it is another one. */
  async #waitForEnd(pods: readonly Pod[], word: "evicted" | "deleted"): Promise<void> {
    const { skipDeletedSeconds, dryRun } = this.#options;
    let left = pods;
    for (;;) {
      const pending: Pod[] = [];
      for (const pod of left) {
        const current = await this.#readOrTell(pod, word);
        if (!current || current.metadata.uid !== pod.metadata.uid) {
          this.#kubectl.printLine(`pod/${pod.metadata.name} ${operationText(word, dryRun)}`);
        } else if (isGoneLongEnough(current, skipDeletedSeconds, this.#kubectl.now())) {
          this.#kubectl.printLine(
            `pod "${pod.metadata.name}" has DeletionTimestamp older than ${skipDeletedSeconds} seconds, skipping`,
          );
        } else pending.push(pod);
      }
      left = pending;
      if (left.length === 0) return;
      if (this.#isOver()) {
        const isEviction = word === "evicted";
        throw new CommandError(isEviction ? this.#timeoutText() : "context deadline exceeded");
      }
      await sleep(this.#kubectl.host.clock, pollMs, this.#kubectl.signal);
    }
  }

  async #readOrTell(pod: Pod, word: "evicted" | "deleted"): Promise<Pod | undefined> {
    try {
      return await this.#read(pod);
    } catch (error) {
      const failed = word === "evicted" ? "eviction failed" : "deletion failed";
      this.#kubectl.printLine(`pod/${pod.metadata.name} ${failed}`);
      throw error;
    }
  }
}

function pathOf({ metadata }: Pod): string {
  return `/api/v1/namespaces/${metadata.namespace ?? ""}/pods/${metadata.name}`;
}

function isOfEndingNamespace(error: unknown): boolean {
  if (!(error instanceof StatusError) || error.reason !== "Forbidden") return false;
  const causes = error.status.details?.causes ?? [];
  return causes.some(({ reason }) => reason === "NamespaceTerminating");
}
