import type { ContainerStatus, Pod } from "#api/core/v1.ts";
import type { Column } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn, since, wideColumn } from "../../common/columns.ts";

export const podColumns: readonly Column<Pod>[] = [
  nameColumn(),
  column("Ready", (pod) => {
    const { ready, total } = summarize(pod);
    return `${ready}/${total}`;
  }),
  column("Status", (pod) => summarize(pod).status),
  column("Restarts", (pod, now) => {
    const { restarts, lastRestart } = summarize(pod);
    return restarts > 0 && lastRestart !== undefined
      ? `${restarts} (${since(lastRestart, now)} ago)`
      : `${restarts}`;
  }),
  ageColumn(),
  wideColumn("IP", (pod) => pod.status.podIPs?.[0]?.ip || "<none>"),
  wideColumn("Node", (pod) => pod.spec.nodeName || "<none>"),
  wideColumn("Nominated Node", (pod) => pod.status.nominatedNodeName || "<none>"),
  wideColumn("Readiness Gates", (pod) => {
    const gates = pod.spec.readinessGates ?? [];
    if (!gates.length) return "<none>";
    const passed = gates.filter((gate) => hasCondition(pod, gate.conditionType));
    return `${passed.length}/${gates.length}`;
  }),
];

export interface PodSummary {
  readonly ready: number;
  readonly total: number;
  /** The one word that says how the pod fares: "Running", "CrashLoopBackOff", "Init:0/1". */
  readonly status: string;
  readonly restarts: number;
  readonly lastRestart: string | undefined;
}

/** A pod in one line. The word is the most specific thing known of its containers. */
export function summarize(pod: Pod): PodSummary {
  const { status, spec, metadata } = pod;
  const sidecars = sidecarNames(pod);
  let word = status.reason || status.phase || "";
  for (const condition of status.conditions ?? []) {
    if (condition.type === "PodScheduled" && condition.reason === "SchedulingGated") {
      word = "SchedulingGated";
    }
  }

  const init = summarizeInit(pod, sidecars);
  word = init.word ?? word;
  let ready = init.readySidecars;
  let restarts = init.all;
  if (init.word === undefined || hasCondition(pod, "Initialized")) {
    const main = summarizeMain(pod, word);
    word = main.word;
    ready += main.ready;
    restarts = init.sidecars.plus(main.restarts);
  }

  if (metadata.deletionTimestamp !== undefined) {
    if (status.reason === "NodeLost") word = "Unknown";
    else if (status.phase !== "Succeeded" && status.phase !== "Failed") word = "Terminating";
  }
  return {
    ready,
    total: spec.containers.length + sidecars.size,
    status: word,
    restarts: restarts.count,
    lastRestart: restarts.last,
  };
}

class Restarts {
  readonly count: number;
  readonly last: string | undefined;

  constructor(count = 0, last?: string) {
    this.count = count;
    this.last = last;
  }
  add(container: ContainerStatus): Restarts {
    const finished = container.lastState.terminated?.finishedAt;
    return this.plus(new Restarts(container.restartCount, finished));
  }
  plus(other: Restarts): Restarts {
    const later = this.last === undefined || (other.last ?? "") > this.last;
    return new Restarts(this.count + other.count, later ? other.last : this.last);
  }
}

/** The word is undefined when initialization is over. */
function summarizeInit(pod: Pod, sidecars: ReadonlySet<string>) {
  let all = new Restarts();
  let ofSidecars = new Restarts();
  let readySidecars = 0;
  let word: string | undefined;
  for (const [index, container] of (pod.status.initContainerStatuses ?? []).entries()) {
    const isSidecar = sidecars.has(container.name);
    all = all.add(container);
    if (isSidecar) ofSidecars = ofSidecars.add(container);
    const { terminated, waiting } = container.state;
    if (terminated?.exitCode === 0) continue;
    if (isSidecar && container.started) {
      if (container.ready) readySidecars++;
      continue;
    }
    if (terminated) {
      word = `Init:${terminated.reason || exitWord(terminated)}`;
    } else if (waiting?.reason && waiting.reason !== "PodInitializing") {
      word = `Init:${waiting.reason}`;
    } else {
      word = `Init:${index}/${pod.spec.initContainers?.length ?? 0}`;
    }
    break;
  }
  return { all, sidecars: ofSidecars, readySidecars, word };
}

function summarizeMain(pod: Pod, before: string) {
  let word = before;
  let ready = 0;
  let restarts = new Restarts();
  let running = false;
  // Backwards, so that the first container has the last word.
  for (const container of [...(pod.status.containerStatuses ?? [])].reverse()) {
    restarts = restarts.add(container);
    const { waiting, terminated } = container.state;
    if (waiting?.reason) word = waiting.reason;
    else if (terminated) word = terminated.reason || exitWord(terminated);
    else if (container.ready && container.state.running) {
      running = true;
      ready++;
    }
  }
  if (word === "Completed" && running) word = hasCondition(pod, "Ready") ? "Running" : "NotReady";
  return { word, ready, restarts };
}

function exitWord(terminated: { exitCode: number; signal?: number }): string {
  return terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`;
}

function sidecarNames(pod: Pod): ReadonlySet<string> {
  return new Set(
    (pod.spec.initContainers ?? [])
      .filter((container) => container.restartPolicy === "Always")
      .map((container) => container.name),
  );
}

function hasCondition(pod: Pod, type: string): boolean {
  return (pod.status.conditions ?? []).some(
    (condition) => condition.type === type && condition.status === "True",
  );
}
