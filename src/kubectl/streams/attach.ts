import { CommandError, messageOf } from "../errors.ts";
import type { Kubectl } from "../kubectl.ts";
import { chooseContainer, findContainer } from "./containers.ts";
import type { PodObject } from "./pod-object.ts";
import { inTime } from "./pods.ts";
import { runSession, wantsTerminal } from "./session.ts";

export interface AttachOptions {
  /** "" is for the pod to say. */
  readonly container: string;
  readonly stdin: boolean;
  readonly tty: boolean;
  readonly quiet: boolean;
}

/** Joins the process that runs in a container until it ends, or the connection does. */
export async function attachToPod(
  kubectl: Kubectl,
  pod: PodObject,
  options: AttachOptions,
): Promise<void> {
  const { quiet, stdin } = options;
  const { name: container, tty: hasTerminal = false } = containerOf(kubectl, pod, options);
  if (options.tty && !hasTerminal && !quiet) {
    kubectl.tell(`error: Unable to use a TTY - container ${container} did not allocate one`);
  }
  // Of a process with a terminal, there is no other way to see anything.
  const tty = wantsTerminal(kubectl, { stdin, tty: hasTerminal, quiet });
  if (!quiet) kubectl.tell("If you don't see a command prompt, try pressing enter.");
  const { host } = kubectl;
  await runSession(kubectl, {
    pod,
    subresource: "attach",
    container,
    ...(stdin && { stdin: (signal) => host.stdin.chunks(signal) }),
    stdout: host.stdout,
    stderr: host.stderr,
    tty,
    redraws: true,
  });
  if (!quiet && tty) kubectl.printLine(resumeText(kubectl, pod, container));
}

function containerOf(kubectl: Kubectl, pod: PodObject, { container, quiet }: AttachOptions) {
  try {
    return chooseContainer(kubectl, pod, { name: container, quiet }).container;
  } catch (error) {
    throw new CommandError(`cannot attach to the container: ${messageOf(error)}`, { cause: error });
  }
}

function resumeText({ programName }: Kubectl, pod: PodObject, container: string): string {
  const { name = "", namespace = "" } = pod.metadata;
  const command = `'${programName} attach ${name} -c ${container} -n ${namespace} -i -t'`;
  return findContainer(pod, container)?.list === "ephemeralContainers"
    ? `Session ended, the ephemeral container will not be restarted but may be reattached using ${command} if it is still running`
    : `Session ended, resume using ${command} command`;
}

/**
 * Waits until a pod that was just made runs, and attaches to it; of one that has ended already,
 * and where attaching fails, its log is shown. What was written before anyone was attached is lost
 * to the session, as it is for the stock program.
 */
export async function attachOnceRunning(
  kubectl: Kubectl,
  at: PodName,
  options: AttachOptions & { readonly timeoutMs: number },
): Promise<void> {
  const pod = await waitForPod(kubectl, at, options.timeoutMs, isRunningOrOver);
  if (isOver(pod)) return await printLog(kubectl, pod, options);
  try {
    await attachToPod(kubectl, pod, options);
  } catch (error) {
    if (!(error instanceof CommandError) || kubectl.signal.aborted) throw error;
    kubectl.tell(
      `warning: couldn't attach to pod/${at.name}, falling back to streaming logs: ${error.message}`,
    );
    await printLog(kubectl, pod, options);
  }
}

async function printLog(kubectl: Kubectl, pod: PodObject, options: AttachOptions): Promise<void> {
  const { container } = chooseContainer(kubectl, pod, {
    name: options.container,
    quiet: options.quiet,
  });
  const { namespace = "", name = "" } = pod.metadata;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/log`;
  const rest = await kubectl.rest();
  const chunks = rest.stream({ path, query: { container: container.name } }, kubectl.signal);
  for await (const bytes of chunks) kubectl.print(bytes);
}

export interface PodName {
  readonly namespace: string;
  readonly name: string;
}

/** The pod as it is once `done` says so. Deleted meanwhile, it is not found; 0 ms wait forever. */
export async function waitForPod(
  kubectl: Kubectl,
  { namespace, name }: PodName,
  timeoutMs: number,
  done: (pod: PodObject) => boolean,
): Promise<PodObject> {
  const rest = await kubectl.rest();
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const fieldSelector = `metadata.name=${name}`;
  return await inTime(kubectl, timeoutMs, async (signal) => {
    for (;;) {
      const list = await rest.list({ path, query: { fieldSelector } }, 0, signal);
      const [first] = list.items as unknown as PodObject[];
      if (first && done(first)) return first;
      const { resourceVersion } = list.metadata;
      const events = rest.watch({ path, query: { fieldSelector, resourceVersion } }, signal);
      for await (const { type, object } of events) {
        if (type === "DELETED") throw new CommandError(`pods ${JSON.stringify(name)} not found`);
        if (type === "ERROR") break;
        const pod = object as PodObject;
        if (done(pod)) return pod;
      }
      signal.throwIfAborted();
    }
  });
}

export function isOver({ status }: PodObject): boolean {
  return status.phase === "Succeeded" || status.phase === "Failed";
}

function isRunningOrOver(pod: PodObject): boolean {
  if (isOver(pod)) return true;
  const ready = pod.status.conditions?.find(({ type }) => type === "Ready");
  return pod.status.phase === "Running" && ready?.status === "True";
}
