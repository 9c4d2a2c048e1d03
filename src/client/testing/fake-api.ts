import { Channel } from "#base/channel.ts";
import type { Clock } from "#base/clock.ts";
import type { Random } from "#base/random.ts";
import { nameSuffix } from "#base/random.ts";
import { builtInKinds } from "#api/registry.ts";
import { applyDefaults } from "#schema/default.ts";
import type { Binding } from "#api/core/v1.ts";
import type { KindType } from "#schema/message.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { cloneJson } from "#machinery/json.ts";
import { parseSelector } from "#machinery/labels/selector.ts";
import { applyJsonPatch } from "#machinery/patch/json-patch.ts";
import { applyMergePatch } from "#machinery/patch/merge-patch.ts";
import { applyStrategicMergePatch } from "#machinery/patch/strategic-merge.ts";
import * as status from "#machinery/status.ts";
import type { ApiObject } from "../object.ts";
import { deepFreeze } from "../object.ts";
import type { ApiRequest, ApiResponse, Transport, WatchEvent } from "../transport.ts";

type Stored = ApiObject & { spec?: Record<string, unknown>; status?: unknown };

interface Place {
  readonly type: KindType;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/**
 * Just enough of an API server for tests of what speaks to one: objects, versions, conflicts,
 * finalizers, graceful deletion, watches. No validation, no admission, no discovery.
 */
export class FakeApi implements Transport {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #objects = new Map<string, Stored>();
  readonly #watchers = new Set<{ place: Place; channel: Channel<WatchEvent<unknown>> }>();
  /** Every change ever: tests are short. */
  readonly #history: { prefix: string; event: WatchEvent<Stored> }[] = [];
  #version = 100;
  /** Every request, as "METHOD path". */
  readonly requests: string[] = [];
  /** Answers instead of the server where it returns a Status. */
  intercept: (request: ApiRequest) => ApiResponse | undefined = () => undefined;

  constructor(options: { clock: Clock; random: Random }) {
    this.#clock = options.clock;
    this.#random = options.random;
  }

  // oxlint-disable-next-line typescript/require-await -- the contract is asynchronous
  async send(request: ApiRequest, signal?: AbortSignal): Promise<ApiResponse> {
    this.requests.push(`${request.method} ${request.path}`);
    const intercepted = this.intercept(request);
    if (intercepted) return intercepted;
    try {
      return this.#route(request, signal);
    } catch (error) {
      const answer = status.toStatus(error);
      return { status: answer.code ?? 500, headers: {}, body: { kind: "object", object: answer } };
    }
  }

  /** Ends every watch, as a server that shuts down does. */
  dropWatches(): void {
    for (const { channel } of this.#watchers) channel.close();
    this.#watchers.clear();
  }

  #route(request: ApiRequest, signal?: AbortSignal): ApiResponse {
    const place = parsePath(request.path);
    const body = request.body.kind === "object" ? request.body.object : undefined;
    switch (request.method) {
      case "GET":
        if (place.name) return ok(this.#get(place));
        return request.query.get("watch") === "true"
          ? this.#watch(request, place, signal)
          : this.#list(request, place);
      case "POST":
        if (place.subresource === "binding") return ok(this.#bind(place, body as Binding), 201);
        return ok(this.#create(place, body as Stored), 201);
      case "PUT":
        return ok(this.#replace(place, body as Stored));
      case "PATCH":
        return ok(this.#patch(place, request.headers["content-type"] ?? "", body));
      case "DELETE":
        return ok(this.#delete(place, body ?? {}));
      default:
        throw status.methodNotAllowed();
    }
  }

  #get(place: Place): Stored {
    const object = this.#objects.get(keyOf(place, place.namespace, place.name));
    if (!object) throw status.notFound(groupResource(place), place.name ?? "");
    return object;
  }

  #matching(request: ApiRequest, place: Place): Stored[] {
    const selector = parseSelector(request.query.get("labelSelector") ?? "");
    return [...this.#objects].flatMap(([key, object]) =>
      key.startsWith(`${prefixOf(place)} `) &&
      (!place.namespace || object.metadata.namespace === place.namespace) &&
      selector.matches(object.metadata.labels ?? {})
        ? [object]
        : [],
    );
  }

  #list(request: ApiRequest, place: Place): ApiResponse {
    const items = this.#matching(request, place);
    return ok({ kind: "List", metadata: { resourceVersion: String(this.#version) }, items });
  }

  #watch(request: ApiRequest, place: Place, signal?: AbortSignal): ApiResponse {
    const channel = new Channel<WatchEvent<unknown>>({ capacity: 100_000, whenFull: "close" });
    const initial = request.query.get("sendInitialEvents") === "true";
    if (initial) {
      for (const object of this.#matching(request, place)) channel.push({ type: "ADDED", object });
      const metadata = {
        resourceVersion: String(this.#version),
        annotations: { "k8s.io/initial-events-end": "true" },
      };
      channel.push({ type: "BOOKMARK", object: { metadata } });
    }
    const from = request.query.get("resourceVersion");
    const since = initial || from === null ? this.#version : Number(from);
    for (const { prefix, event } of this.#history) {
      const { metadata } = event.object as Stored;
      if (prefix === prefixOf(place) && Number(metadata.resourceVersion) > since) {
        channel.push(event);
      }
    }
    const watcher = { place, channel };
    this.#watchers.add(watcher);
    signal?.addEventListener("abort", () => this.#watchers.delete(watcher), { once: true });
    return { status: 200, headers: {}, body: { kind: "events", events: channel.iterate(signal) } };
  }

  #create(place: Place, draft: Stored): Stored {
    const object = applyDefaults(place.type, cloneJson(draft)) as Stored;
    const { metadata } = object;
    if (!metadata.name && metadata.generateName) {
      metadata.name = metadata.generateName + nameSuffix(this.#random);
    }
    if (place.namespace) metadata.namespace = place.namespace;
    const key = keyOf(place, metadata.namespace, metadata.name);
    if (this.#objects.has(key)) throw status.alreadyExists(groupResource(place), metadata.name);
    metadata.uid = this.#random.uuid();
    metadata.creationTimestamp = timestamp(this.#clock.now());
    if (object.spec) metadata.generation = 1;
    return this.#store(place, "ADDED", object);
  }

  #bind(place: Place, { target }: Binding): Stored {
    const pod = cloneJson(this.#get(place));
    return this.#change(place, pod, { ...pod, spec: { ...pod.spec, nodeName: target.name } });
  }

  #replace(place: Place, given: Stored): Stored {
    const old = this.#get(place);
    const version = given.metadata.resourceVersion;
    if (version && version !== old.metadata.resourceVersion) {
      throw status.conflict(groupResource(place), place.name ?? "", status.objectModified);
    }
    return this.#change(place, old, cloneJson(given));
  }

  #patch(place: Place, contentType: string, patch: unknown): Stored {
    const old = this.#get(place);
    const next = contentType.includes("strategic")
      ? applyStrategicMergePatch(old, patch, place.type)
      : contentType.includes("json-patch")
        ? (applyJsonPatch(old, patch) as object)
        : applyMergePatch(old, patch);
    const uid = (patch as { metadata?: { uid?: string } }).metadata?.uid;
    if (uid && uid !== old.metadata.uid) {
      throw status.conflict(groupResource(place), place.name ?? "", "the UID does not match");
    }
    return this.#change(place, old, next);
  }

  #change(place: Place, old: Stored, given: object): Stored {
    const next = applyDefaults(place.type, given) as Stored;
    const { uid, creationTimestamp, deletionTimestamp, generation } = old.metadata;
    let changed: Stored = {
      ...next,
      metadata: { ...next.metadata, uid, creationTimestamp },
    };
    if (deletionTimestamp) changed.metadata.deletionTimestamp = deletionTimestamp;
    if (place.subresource === "status") {
      const { labels, annotations } = next.metadata;
      const metadata = {
        ...old.metadata,
        ...(labels && { labels }),
        ...(annotations && { annotations }),
      };
      changed = { ...old, metadata, status: next.status };
    } else if ("status" in old) changed.status = old.status;
    const newSpec = !deepEqual(old.spec, changed.spec);
    changed.metadata.resourceVersion = old.metadata.resourceVersion;
    if (generation) changed.metadata.generation = generation + (newSpec ? 1 : 0);
    if (deepEqual(old, changed)) return old;
    const finalizers = [
      ...(changed.metadata.finalizers ?? []),
      ...((changed.spec?.finalizers as string[] | undefined) ?? []),
    ];
    if (deletionTimestamp && finalizers.length === 0 && !isGraceful(changed)) {
      return this.#remove(place, changed);
    }
    return this.#store(place, "MODIFIED", changed);
  }

  #delete(place: Place, body: DeleteBody): Stored {
    const object = cloneJson(this.#get(place));
    const { metadata } = object;
    for (const [field, name] of preconditions) {
      const wanted = body.preconditions?.[field];
      if (!wanted || wanted === metadata[field]) continue;
      const found = `${name} in object meta: ${metadata[field]}`;
      throw status.conflict(
        groupResource(place),
        metadata.name,
        `Precondition failed: ${name} in precondition: ${wanted}, ${found}`,
      );
    }
    const finalizers = new Set(metadata.finalizers);
    if (body.propagationPolicy === "Foreground") finalizers.add("foregroundDeletion");
    if (body.propagationPolicy === "Orphan") finalizers.add("orphan");
    const specFinalizers = (object.spec?.finalizers as string[] | undefined) ?? [];
    const waits = finalizers.size + specFinalizers.length > 0;
    const graceful = isGraceful(object) && body.gracePeriodSeconds !== 0;
    if (!waits && !graceful) return this.#remove(place, object);
    const seconds = graceful ? 30 : 0;
    const isKnown = metadata.deletionTimestamp && metadata.deletionGracePeriodSeconds === seconds;
    if (isKnown && finalizers.size === (metadata.finalizers ?? []).length) return this.#get(place);
    metadata.deletionTimestamp ??= timestamp(this.#clock.now());
    metadata.deletionGracePeriodSeconds = seconds;
    if (finalizers.size > 0) metadata.finalizers = [...finalizers];
    return this.#store(place, "MODIFIED", object);
  }

  #store(place: Place, type: "ADDED" | "MODIFIED", object: Stored): Stored {
    object.metadata.resourceVersion = String(++this.#version);
    const stored = deepFreeze(cloneJson(object));
    this.#objects.set(keyOf(place, stored.metadata.namespace, stored.metadata.name), stored);
    this.#tell(place, { type, object: stored });
    return stored;
  }

  #remove(place: Place, object: Stored): Stored {
    const last = cloneJson(object);
    last.metadata.resourceVersion = String(++this.#version);
    this.#objects.delete(keyOf(place, last.metadata.namespace, last.metadata.name));
    this.#tell(place, { type: "DELETED", object: deepFreeze(last) });
    return last;
  }

  #tell(place: Place, event: WatchEvent<Stored>): void {
    this.#history.push({ prefix: prefixOf(place), event });
    for (const watcher of this.#watchers) {
      if (prefixOf(watcher.place) !== prefixOf(place)) continue;
      const { namespace } = watcher.place;
      if (!namespace || namespace === (event.object as Stored).metadata.namespace) {
        watcher.channel.push(event);
      }
    }
  }
}

interface DeleteBody {
  gracePeriodSeconds?: number;
  propagationPolicy?: string;
  preconditions?: { uid?: string; resourceVersion?: string };
}

const preconditions = [
  ["uid", "UID"],
  ["resourceVersion", "ResourceVersion"],
] as const;

/** A pod on a node stays until the node says that it has stopped. */
function isGraceful(object: Stored): boolean {
  const { phase } = (object.status ?? {}) as { phase?: string };
  const finished = phase === "Succeeded" || phase === "Failed";
  const isNow =
    object.metadata.deletionTimestamp !== undefined &&
    object.metadata.deletionGracePeriodSeconds === 0;
  return object.kind === "Pod" && Boolean(object.spec?.nodeName) && !finished && !isNow;
}

function parsePath(path: string): Place {
  const parts = path.split("/").slice(1);
  const [root, ...rest] = parts;
  const version = root === "api" ? rest.shift() : `${rest.shift()}/${rest.shift()}`;
  let namespace: string | undefined;
  if (
    rest[0] === "namespaces" &&
    rest.length > 2 &&
    rest[2] !== "finalize" &&
    rest[2] !== "status"
  ) {
    namespace = rest[1];
    rest.splice(0, 2);
  }
  const [resource = "", name, subresource] = rest;
  const type = builtInKinds.byResource(version ?? "", resource);
  if (!type) throw status.pathNotFound();
  return { type, namespace, name, subresource };
}

const prefixOf = ({ type }: Place) => `${type.info.group}/${type.info.kind}`;
const keyOf = (place: Place, namespace = "", name = "") =>
  `${prefixOf(place)} ${namespace} ${name}`;
const groupResource = ({ type }: Place) => ({
  group: type.info.group,
  resource: type.info.resource ?? "",
});

function ok(object: unknown, code = 200): ApiResponse {
  return { status: code, headers: {}, body: { kind: "object", object } };
}

function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
