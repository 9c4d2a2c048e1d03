import { concatBytes, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import { StatusError } from "#machinery/status.ts";
import { CommandError, during, messageOf } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { QueryValue, RestClient } from "../../rest/rest-client.ts";
import { annotatedContainer, findContainer, firstContainer } from "../../streams/containers.ts";
import { podOrder } from "../../streams/pod-order.ts";
import { isPod, namedObject, podsOf, selectionOf } from "../../streams/pods.ts";
import type { PodObject } from "../../streams/pod-object.ts";

export interface LogOptions {
  /** What the argument names; undefined where a selector chooses. */
  readonly named: string | undefined;
  readonly selector: string;
  /** "" is for the pod to say. */
  readonly container: string;
  readonly query: Readonly<Record<string, QueryValue>>;
  readonly follow: boolean;
  readonly allContainers: boolean;
  readonly allPods: boolean;
  readonly ignoreErrors: boolean;
  readonly prefix: boolean;
  readonly followedMax: number;
  readonly timeoutMs: number;
  /** Throws at flags that contradict each other. */
  check(): void;
}

/** One container's log. */
interface Source {
  readonly pod: PodObject;
  readonly container: string;
}

export async function printLogs(kubectl: Kubectl, options: LogOptions): Promise<number> {
  const found = await find(kubectl, options);
  options.check();
  const sources = found.flatMap((pod) => sourcesOf(kubectl, pod, options));
  const { follow, followedMax } = options;
  if (follow && sources.length > 1 && sources.length > followedMax) {
    throw new CommandError(
      `you are attempting to follow ${sources.length} log streams, but maximum allowed concurrency is ${followedMax}, use --max-log-requests to increase the limit`,
    );
  }
  const rest = await kubectl.rest();
  if (follow) await Promise.all(sources.map((source) => print(kubectl, rest, source, options)));
  else for (const source of sources) await print(kubectl, rest, source, options);
  return kubectl.signal.aborted ? 130 : 0;
}

async function find(kubectl: Kubectl, options: LogOptions): Promise<PodObject[]> {
  const { named, selector, timeoutMs } = options;
  if (named === undefined) return await selectedPods(kubectl, selector);
  const object = await notFoundWhere(kubectl, () => namedObject(kubectl, [named]));
  options.check();
  if (isPod(object)) return [object];
  const selection = selectionOf(object, "get the logs from");
  const pods = await podsOf(kubectl, selection, timeoutMs, podOrder("logging"));
  if (options.allPods || pods.length < 2) return pods;
  const [first] = pods;
  if (!first) return [];
  kubectl.tell(`Found ${pods.length} pods, using pod/${first.metadata.name ?? ""}`);
  return [first];
}

/** What is not there is missed in a namespace. */
async function notFoundWhere<T>(kubectl: Kubectl, look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof StatusError) || error.reason !== "NotFound") throw error;
    const { name } = await kubectl.namespace();
    throw new CommandError(
      `error from server (NotFound): ${error.message} in namespace ${JSON.stringify(name)}`,
      { cause: error },
    );
  }
}

async function selectedPods(kubectl: Kubectl, selector: string): Promise<PodObject[]> {
  const { name } = await kubectl.namespace();
  const rest = await kubectl.rest();
  const path = `/api/v1/namespaces/${name}/pods`;
  const query = { labelSelector: selector };
  const list = await rest.list({ path, query }, 500, kubectl.signal).catch((error: unknown) => {
    if (!(error instanceof StatusError) || error.reason !== "BadRequest") throw error;
    const what = `Unable to find "/v1, Resource=pods" that match label selector "${selector}", field selector ""`;
    throw during(what, error);
  });
  if (list.items.length === 0) kubectl.tell(`No resources found in ${name} namespace.`);
  return list.items as unknown as PodObject[];
}

function sourcesOf(kubectl: Kubectl, pod: PodObject, options: LogOptions): Source[] {
  if (options.allContainers) {
    const { initContainers = [], containers, ephemeralContainers = [] } = pod.spec;
    const all = [...initContainers, ...containers, ...ephemeralContainers];
    return all.map(({ name }) => ({ pod, container: name }));
  }
  const { name = "" } = pod.metadata;
  if (options.container) {
    if (findContainer(pod, options.container)) return [{ pod, container: options.container }];
    throw new CommandError(`container ${options.container} is not valid for pod ${name}`);
  }
  const annotated = annotatedContainer(pod);
  if (annotated && findContainer(pod, annotated)) return [{ pod, container: annotated }];
  if (annotated) kubectl.tell(`Default container name "${annotated}" not found in pod ${name}`);
  const { container } = firstContainer(kubectl, pod, options.allPods);
  return [{ pod, container: container.name }];
}

/** One log after another may fail without the others. */
async function print(
  kubectl: Kubectl,
  rest: RestClient,
  source: Source,
  options: LogOptions,
): Promise<void> {
  try {
    await copy(kubectl, rest, source, options);
  } catch (error) {
    if (kubectl.signal.aborted || !options.ignoreErrors) throw error;
    kubectl.print(`error: ${messageOf(error)}\n`);
  }
}

/** Line by line, so that lines of several logs are never mixed. */
async function copy(
  kubectl: Kubectl,
  rest: RestClient,
  { pod, container }: Source,
  options: LogOptions,
): Promise<void> {
  const { namespace = "", name = "" } = pod.metadata;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/log`;
  const prefix = options.prefix ? utf8(`[pod/${name}/${container}] `) : undefined;
  const query = { container, ...options.query };
  const { stdout } = kubectl.host;
  for await (const lines of wholeLines(rest.stream({ path, query }, kubectl.signal))) {
    stdout.write(prefix ? withPrefix(lines, prefix) : lines);
    await stdout.drained?.();
  }
}

const newline = 10;

async function* wholeLines(chunks: AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
  let pending: Bytes[] = [];
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(newline) + 1;
    if (end > 0) {
      yield concatBytes([...pending, chunk.subarray(0, end)]);
      pending = [];
    }
    if (end < chunk.length) pending.push(chunk.subarray(end));
  }
  if (pending.length > 0) yield concatBytes(pending);
}

function withPrefix(lines: Bytes, prefix: Bytes): Bytes {
  const parts: Bytes[] = [];
  for (let start = 0; start < lines.length;) {
    const end = lines.indexOf(newline, start) + 1 || lines.length;
    parts.push(prefix, lines.subarray(start, end));
    start = end;
  }
  return concatBytes(parts);
}
