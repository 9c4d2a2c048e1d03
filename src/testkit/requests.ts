import { invariant } from "#base/invariant.ts";
import { text, utf8 } from "#base/bytes.ts";
import { VirtualClock } from "#base/clock.ts";
import { ConfigMap, Namespace, Pod } from "#api/core/v1.ts";
import { Deployment } from "#api/apps/v1.ts";
import type { ApiRequest, ApiResponse, RequestBody } from "#client/transport.ts";
import { openTestServer } from "./server.ts";
import type { TestServer, TestServerOptions } from "./server.ts";
import { defineResource } from "#server/resources/define.ts";
import type { ResourceDefinition } from "#server/registry/resource.ts";

/** Small definitions: what is tested is the registry, not the rules of real resources. */
export const testResources: readonly ResourceDefinition[] = [
  defineResource<ConfigMap>({ type: ConfigMap }),
  defineResource<Namespace>({
    type: Namespace,
    hasGeneration: false,
    holdsDeletion: ({ spec }) => (spec.finalizers?.length ?? 0) > 0,
    markDeleted(namespace) {
      namespace.status = { phase: "Terminating" };
    },
    views: {
      finalize: {
        verbs: ["update"],
        prepareForUpdate(namespace, old) {
          namespace.status = old.status;
        },
      },
    },
  }),
  defineResource<Pod>({
    type: Pod,
    prepareForCreate(pod) {
      pod.status = { phase: "Pending" };
    },
    selectableFields: { "spec.nodeName": ({ spec }) => spec.nodeName ?? "" },
    graceful: ({ spec }, requested) =>
      spec.nodeName ? (requested ?? spec.terminationGracePeriodSeconds ?? 30) : 0,
    status: {},
  }),
  defineResource<Deployment>({
    type: Deployment,
    prepareForCreate(deployment) {
      deployment.status = {};
    },
    status: {},
    scale: {
      replicas: ({ spec }) => spec.replicas ?? 0,
      setReplicas({ spec }, replicas) {
        spec.replicas = replicas;
      },
      statusReplicas: ({ status }) => status?.replicas ?? 0,
      selector: () => "app=web",
    },
  }),
];

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly text: string;
  /** Parsed when it is JSON; loosely typed, for assertions. */
  readonly json: Loose;
}

/** As loose as JSON: a wrong path in an assertion fails when the test runs. */
export type Loose = ReturnType<typeof JSON.parse>;

export interface SendOptions {
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server, and how a client over the network talks to it. */
export class Harness implements AsyncDisposable {
  readonly server: TestServer;
  readonly clock: VirtualClock;

  constructor(server: TestServer, clock: VirtualClock) {
    this.server = server;
    this.clock = clock;
  }

  /** `path` may have a query; a string body is sent as it is. */
  async send(method: string, path: string, options: SendOptions = {}): Promise<Answer> {
    const response = await this.raw(method, path, options);
    return answerOf(response);
  }

  raw(
    method: string,
    path: string,
    options: SendOptions = {},
    signal = new AbortController().signal,
  ): Promise<ApiResponse> {
    return this.server.api.handle(requestOf(method, path, options), {}, signal);
  }

  /** Lines of a watch, one by one; undefined after the last. */
  async watch(
    path: string,
    signal: AbortSignal,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<() => Promise<Loose>> {
    const response = await this.raw("GET", path, { headers }, signal);
    const { body } = response;
    invariant(body.kind === "stream", `a watch was answered with ${response.status}`);
    const lines = linesOf(body.chunks);
    return async () => {
      const next = await lines.next();
      return next.done ? undefined : JSON.parse(next.value);
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}

export async function openHarness(options: Partial<TestServerOptions> = {}): Promise<Harness> {
  const clock = new VirtualClock();
  const server = await openTestServer({ resources: testResources, clock, ...options });
  return new Harness(server, clock);
}

function requestOf(method: string, path: string, options: SendOptions): ApiRequest {
  const url = new URL(path, "http://localhost");
  return {
    method: method as ApiRequest["method"],
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    headers: { "user-agent": "test/1.0", ...options.headers },
    body: bodyOf(options),
  };
}

function bodyOf({ body, contentType = "application/json" }: SendOptions): RequestBody {
  if (body === undefined) return { kind: "none" };
  const content = utf8(typeof body === "string" ? body : JSON.stringify(body));
  return { kind: "bytes", contentType, read: async () => content };
}

async function answerOf({ status, headers, body }: ApiResponse): Promise<Answer> {
  let content = "";
  let contentType = "";
  if (body.kind === "bytes") {
    content = text(body.bytes);
    ({ contentType } = body);
  } else if (body.kind === "stream") {
    ({ contentType } = body);
    for await (const chunk of body.chunks) content += text(chunk);
  } else invariant(body.kind === "none", `an answer of kind ${body.kind} left the process`);
  const json = contentType.startsWith("application/json") ? JSON.parse(content) : undefined;
  return { status, headers, contentType, text: content, json };
}

async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<string, void, undefined> {
  let rest = "";
  for await (const chunk of chunks) {
    rest += text(chunk);
    for (let at = rest.indexOf("\n"); at >= 0; at = rest.indexOf("\n")) {
      yield rest.slice(0, at);
      rest = rest.slice(at + 1);
    }
  }
}

export function configMap(name: string, data?: Record<string, string>, metadata: object = {}) {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, ...metadata },
    ...(data && { data }),
  };
}

export function pod(name: string, spec: object = {}, metadata: object = {}) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, ...metadata },
    spec: { containers: [{ name: "main", image: "nginx" }], ...spec },
  };
}
