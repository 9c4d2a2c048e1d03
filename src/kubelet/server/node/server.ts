import { createServer } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { Bytes } from "#base/bytes.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Scope } from "#base/scope.ts";
import { acceptPortForward, acceptRemoteCommand } from "#streaming/node/accept.ts";
import { UpgradeRefusedError } from "#streaming/node/http.ts";
import { openPortForward, openRemoteCommand } from "#streaming/node/open.ts";
import { upgradeTarget } from "#streaming/node/target.ts";
import { bridgePortForward } from "#streaming/port-forward.ts";
import { bridgeRemoteCommand } from "#streaming/remote-command.ts";
import type { Runtime } from "../../cri/runtime.ts";
import type { Kubelet } from "../../kubelet.ts";
import type { PodWorker } from "../../pod-worker/worker.ts";
import { latestRun } from "../../pod-worker/runtime-state.ts";
import type { ContainerRun } from "../../pod-worker/runtime-state.ts";
import type { KubeletCaller, KubeletPermission } from "../authorize.ts";
import { commandStreams, parseKubeletPath, permissionOf } from "../routes.ts";
import type { KubeletRequest } from "../routes.ts";

/** PEM. */
export interface KubeletTls {
  readonly key: string;
  readonly cert: string;
  /** Who signs the certificates of those who ask. */
  readonly clientCa: string;
}

export interface KubeletListener {
  /** New connections get the new certificate. */
  renew(tls: KubeletTls): void;
}

export interface KubeletServerOptions {
  readonly address: string;
  readonly port: number;
  readonly tls: KubeletTls;
  readonly kubelet: Kubelet;
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Asks the API server whether the caller may. Undefined: the caller is not known. */
  authorize(
    caller: KubeletCaller,
    permission: KubeletPermission,
  ): Promise<"allow" | "deny" | undefined>;
  logs(
    worker: PodWorker,
    run: ContainerRun,
    query: URLSearchParams,
    signal: AbortSignal,
  ): AsyncIterable<Bytes>;
  /** Deletes a folder that was made for a claim; one that is not there is fine. */
  removeVolume(name: string): Promise<void>;
  metrics(): Promise<string>;
  /** What containers use, for a metrics server. */
  resourceMetrics(signal: AbortSignal): Promise<string>;
  stats(signal: AbortSignal): Promise<object>;
}

/** An answer other than success. */
class HttpError extends Error {
  override name = "HttpError";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Serves the kubelet's API until closed: what the API server asks for logs, exec and the rest. */
export async function serveKubelet(
  options: KubeletServerOptions,
  scope: Scope,
): Promise<KubeletListener> {
  const { logger } = options;
  const contextOf = ({ key, cert, clientCa: ca }: KubeletTls) => ({ key, cert, ca });
  const server = createServer(
    { ...contextOf(options.tls), requestCert: true, rejectUnauthorized: false },
    (request, response) =>
      scope.run("request", (signal) => respond(request, response, options, signal)),
  );
  server.on("upgrade", (request, socket, head) =>
    scope.run("upgrade", (signal) => upgrade({ request, socket, head }, options, signal)),
  );
  server.on("tlsClientError", (error) => logger.debug("TLS handshake failed", { error }));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.address, () => resolve());
  });
  scope.onClose(async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return { renew: (tls) => server.setSecureContext(contextOf(tls)) };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: KubeletServerOptions,
  signal: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort(new Error("the client went away")));
  const linked = AbortSignal.any([signal, gone.signal]);
  try {
    const { route, url } = await admit(request, options);
    await answer(route, url.searchParams, response, options, linked);
  } catch (error) {
    if (linked.aborted) return void response.destroy();
    const status = error instanceof HttpError ? error.status : 500;
    if (status === 500) options.logger.warn("kubelet request failed", { url: request.url, error });
    if (response.headersSent) return void response.destroy();
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
    response.end(error instanceof Error ? error.message : String(error));
  }
}

/** Who asks and for what; throws where it may not be. */
async function admit(
  request: IncomingMessage,
  options: KubeletServerOptions,
): Promise<{ route: KubeletRequest; url: URL }> {
  const url = new URL(request.url ?? "/", "https://kubelet");
  const route = parseKubeletPath(url.pathname);
  if (!route) throw new HttpError(404, "404 page not found\n");
  if (route.kind === "volume" && request.method !== "DELETE") {
    throw new HttpError(405, "a volume can only be deleted");
  }
  const caller = callerOf(request);
  const permission = permissionOf(route, request.method ?? "GET");
  const decision = await options.authorize(caller, permission);
  if (decision === undefined) throw new HttpError(401, "Unauthorized");
  if (decision === "deny") {
    const { verb, subresource } = permission;
    const who = caller.commonName ?? "token";
    throw new HttpError(
      403,
      `Forbidden (user=${who}, verb=${verb}, resource=nodes, subresource=${subresource})`,
    );
  }
  return { route, url };
}

function callerOf(request: IncomingMessage): KubeletCaller {
  const { socket } = request;
  if (socket instanceof TLSSocket && socket.authorized) {
    const { subject } = socket.getPeerCertificate();
    if (subject?.CN) {
      return { commonName: single(subject.CN), organizations: [subject.O ?? []].flat() };
    }
  }
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "");
  return bearer?.[1] ? { token: bearer[1] } : {};
}

function single(value: string | string[]): string {
  return [value].flat()[0] ?? "";
}

async function answer(
  route: KubeletRequest,
  query: URLSearchParams,
  response: ServerResponse,
  options: KubeletServerOptions,
  signal: AbortSignal,
): Promise<void> {
  switch (route.kind) {
    case "healthz":
      response.writeHead(200, { "content-type": "text/plain" });
      response.end("ok");
      return;
    case "pods":
      return sendJson(response, {
        kind: "PodList",
        apiVersion: "v1",
        metadata: {},
        items: options.kubelet.pods,
      });
    case "metrics":
      return sendMetrics(response, await options.metrics());
    case "resourceMetrics":
      return sendMetrics(response, await options.resourceMetrics(signal));
    case "stats":
      return sendJson(response, await options.stats(signal));
    case "volume":
      await options.removeVolume(route.name);
      response.writeHead(204);
      response.end();
      return;
    case "logs":
      return sendLogs(route, query, response, options, signal);
    case "exec":
    case "attach":
    case "portForward":
      throw new HttpError(400, "Upgrade request required");
    case "configz":
      throw new HttpError(404, "this kubelet takes no configuration file");
    default:
      route satisfies never;
  }
}

function sendMetrics(response: ServerResponse, text: string): void {
  response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
  response.end(text);
}

function sendJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

async function sendLogs(
  route: Extract<KubeletRequest, { container: string }>,
  query: URLSearchParams,
  response: ServerResponse,
  options: KubeletServerOptions,
  signal: AbortSignal,
): Promise<void> {
  const worker = workerOf(route, options);
  const runs = worker.state.runs.filter(({ name }) => name === route.container);
  const previous = query.get("previous") === "true";
  const { name, namespace } = worker.pod.metadata;
  if (!hasContainer(worker, route.container)) {
    throw new HttpError(
      404,
      `container ${route.container} not found in pod "${name}_${namespace}"`,
    );
  }
  const run = previous ? endedBefore(runs) : runs.find(({ state }) => state !== "created");
  if (!run) {
    throw new HttpError(
      400,
      previous
        ? `previous terminated container "${route.container}" in pod "${name}" not found`
        : `container "${route.container}" in pod "${name}" is waiting to start: ${waitingReason(worker, route.container)}`,
    );
  }
  response.writeHead(200, { "content-type": "text/plain" });
  response.flushHeaders();
  await pipeline(Readable.from(options.logs(worker, run, query, signal)), response);
}

function endedBefore(runs: readonly ContainerRun[]): ContainerRun | undefined {
  const [latest, before] = runs;
  return before ?? (latest?.state === "exited" ? latest : undefined);
}

function waitingReason(worker: PodWorker, container: string): string {
  const { status } = worker.pod;
  const found = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])].find(
    ({ name }) => name === container,
  );
  return found?.state.waiting?.reason ?? "ContainerCreating";
}

function workerOf(
  route: { readonly namespace: string; readonly pod: string },
  { kubelet }: KubeletServerOptions,
): PodWorker {
  const worker = kubelet.findPod(route.namespace, route.pod);
  if (!worker) throw new HttpError(404, `pod "${route.pod}_${route.namespace}" does not exist`);
  return worker;
}

function hasContainer(worker: PodWorker, name: string): boolean {
  const { containers, initContainers = [], ephemeralContainers = [] } = worker.pod.spec;
  return [...containers, ...initContainers, ...ephemeralContainers].some(
    (container) => container.name === name,
  );
}

interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

async function upgrade(
  { request, socket, head }: UpgradeRequest,
  options: KubeletServerOptions,
  signal: AbortSignal,
): Promise<void> {
  socket.on("error", () => {}); // Whoever reads the connection hears of it by its "close".
  try {
    const { route, url } = await admit(request, options);
    const connection = { request, socket, head };
    switch (route.kind) {
      case "exec":
      case "attach":
        return await runCommand(route, url.searchParams, connection, options, signal);
      case "portForward":
        return await forwardPorts(route, url.searchParams, connection, options, signal);
      default:
        throw new HttpError(400, "this path takes no upgrade");
    }
  } catch (error) {
    // Refused ones have been answered; the others are told here, unless it is too late.
    if (error instanceof UpgradeRefusedError) return;
    const status = error instanceof HttpError ? error.status : 500;
    const message = error instanceof Error ? error.message : String(error);
    if (status === 500) options.logger.debug("upgrade failed", { url: request.url, error });
    if (socket.writable && !("bytesWritten" in socket && Number(socket.bytesWritten) > 0)) {
      socket.end(
        `HTTP/1.1 ${status} Error\r\ncontent-type: text/plain\r\nconnection: close\r\n` +
          `content-length: ${Buffer.byteLength(message)}\r\n\r\n${message}`,
      );
    } else socket.destroy();
  }
}

async function runCommand(
  route: Extract<KubeletRequest, { container: string }>,
  query: URLSearchParams,
  { request, socket, head }: UpgradeRequest,
  options: KubeletServerOptions,
  signal: AbortSignal,
): Promise<void> {
  const worker = workerOf(route, options);
  const run = latestRun(worker.state, route.container);
  if (!run || run.state !== "running") {
    throw new HttpError(500, `container not found ("${route.container}")`);
  }
  const streams = commandStreams(query);
  if (!streams.stdin && !streams.stdout && !streams.stderr) {
    throw new HttpError(400, "you must specify at least 1 of stdin, stdout, stderr");
  }
  const { runtime, clock } = options;
  const asked = { containerId: run.id, ...streams };
  const { url } =
    route.kind === "exec"
      ? await runtime.exec({ ...asked, cmd: query.getAll("command") }, signal)
      : await runtime.attach(asked, signal);
  const target = upgradeTarget(url);
  const command = await openRemoteCommand({ target, transport: "spdy", streams, clock }, signal);
  let session;
  try {
    session = await acceptRemoteCommand(request, socket, head, streams, { clock });
  } catch (error) {
    command.close(error);
    throw error;
  }
  await bridgeRemoteCommand(session, command);
}

async function forwardPorts(
  route: Extract<KubeletRequest, { kind: "portForward" }>,
  query: URLSearchParams,
  { request, socket, head }: UpgradeRequest,
  options: KubeletServerOptions,
  signal: AbortSignal,
): Promise<void> {
  const worker = workerOf(route, options);
  const sandbox = worker.state.sandboxes.find(({ ready }) => ready);
  if (!sandbox) throw new HttpError(500, `pod "${route.pod}" is not running`);
  const { runtime, clock, logger } = options;
  const port = query.getAll("port").map(Number);
  const { url } = await runtime.portForward({ podSandboxId: sandbox.id, port }, signal);
  const target = upgradeTarget(url);
  const upstream = await openPortForward({ target, transport: "spdy", clock }, signal);
  let session;
  try {
    session = await acceptPortForward(request, socket, head, { clock });
  } catch (error) {
    upstream.close(error);
    throw error;
  }
  await bridgePortForward(session, upstream, logger);
}
