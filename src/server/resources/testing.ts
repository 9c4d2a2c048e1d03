import { VirtualClock } from "#base/clock.ts";
import { seededRandom } from "#base/random.ts";
import type { Client, ObjectReference } from "#client/client.ts";
import type { ApiResponse } from "#client/transport.ts";
import { notFound } from "#machinery/status.ts";
import { fieldErrorText } from "#machinery/validation/field-error.ts";
import { validateSchema } from "#machinery/validation/schema.ts";
import { applyDefaults } from "#schema/default.ts";
import type { KindType } from "#schema/message.ts";
import { deepFreeze } from "#storage/cacher/deep-freeze.ts";
import type { RequestContext } from "../pipeline/request.ts";
import { complete } from "../registry/body.ts";
import type { ResourceDefinition } from "../registry/resource.ts";
import type { ForwardedRequest, Target } from "./core/pods/kubelet-connector.ts";
import { createServiceAllocator } from "./core/services/allocator.ts";
import type { ResourceDependencies } from "./dependencies.ts";

/** A server's surroundings for tests of single resources: objects in a map, a kubelet that records. */
export interface TestSurroundings {
  readonly dependencies: ResourceDependencies;
  /** By "Kind namespace/name". */
  readonly objects: Map<string, { metadata: { name: string; namespace?: string } }>;
  readonly forwarded: { target: Target; request: ForwardedRequest }[];
  readonly deleted: string[];
  answer: ApiResponse;
  put(object: { kind: string; metadata: { name: string; namespace?: string } }): void;
}

export function createSurroundings(): TestSurroundings {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const objects: TestSurroundings["objects"] = new Map();
  const forwarded: TestSurroundings["forwarded"] = [];
  const deleted: string[] = [];
  const key = (type: KindType, { namespace = "", name }: ObjectReference) =>
    `${type.info.kind} ${namespace}/${name}`;
  const find = (type: KindType, reference: ObjectReference): unknown => {
    const found = objects.get(key(type, reference));
    if (found) return found;
    throw notFound({ group: type.info.group, resource: type.info.resource ?? "" }, reference.name);
  };
  const missing = (name: string) => () => {
    throw new Error(`${name} is not part of this test`);
  };
  const surroundings: TestSurroundings = {
    objects,
    forwarded,
    deleted,
    answer: { status: 200, headers: {}, body: { kind: "none" } },
    put: (object) =>
      void objects.set(
        `${object.kind} ${object.metadata.namespace ?? ""}/${object.metadata.name}`,
        object,
      ),
    dependencies: {
      clock,
      random,
      client: {
        list: (type: KindType, { namespace }: { namespace?: string } = {}) => {
          const items = [...objects]
            .filter(([name, { metadata }]) => {
              const matches = namespace === undefined || metadata.namespace === namespace;
              return name.startsWith(`${type.info.kind} `) && matches;
            })
            .map(([, object]) => object);
          return Promise.resolve({ items, resourceVersion: "1" });
        },
        delete: (type: KindType, reference: ObjectReference, options?: { dryRun?: boolean }) => {
          find(type, reference);
          if (!options?.dryRun) deleted.push(key(type, reference));
          return Promise.resolve();
        },
      } as unknown as Client,
      objects: {
        get: <T>(type: KindType<T>, reference: ObjectReference) =>
          Promise.resolve().then(() => find(type, reference) as T),
        update: async <T>(
          type: KindType<T>,
          reference: ObjectReference,
          change: (object: Readonly<T>) => T,
          options?: { readonly dryRun?: boolean },
        ) => {
          // As the server has them: shared, so that nobody may change them.
          const changed = change(deepFreeze(find(type, reference) as T));
          if (!options?.dryRun) objects.set(key(type, reference), changed as never);
          return changed;
        },
      },
      bodies: {
        read: <T>({ request }: RequestContext, type: KindType<T>) => {
          const { body } = request;
          if (body.kind !== "object") throw new Error("tests send objects");
          return Promise.resolve(applyDefaults(type, body.object as object) as T);
        },
      },
      services: createServiceAllocator({
        networks: () => Promise.resolve(["10.96.0.0/24"]),
        nodePortRange: { from: 30_000, to: 30_099 },
        clock,
        random,
        list: () => Promise.resolve([]),
      }),
      kubelet: {
        fetch: (target, request) => {
          forwarded.push({ target, request });
          return Promise.resolve(surroundings.answer);
        },
        tunnel: (_upgrade, target, request) => {
          forwarded.push({ target, request });
          return Promise.resolve();
        },
      },
      tokenIssuer: { issue: missing("tokenIssuer") },
      tokenReviewer: { review: missing("tokenReviewer") },
      authorizer: { authorize: missing("authorizer") },
      rules: { rulesFor: missing("rules") },
      components: { health: missing("components") },
    },
  };
  return surroundings;
}

/** A request, as the pipeline hands it to a definition. */
export function contextOf(parts: {
  readonly method?: "GET" | "POST" | "PUT";
  readonly namespace?: string;
  readonly name?: string;
  readonly rest?: string;
  readonly path?: string;
  readonly query?: string;
  readonly object?: unknown;
  readonly upgrade?: boolean;
}): RequestContext {
  const { method = "GET", namespace = "default", name = "x", object } = parts;
  return {
    request: {
      method,
      path: parts.path ?? "/",
      query: new URLSearchParams(parts.query ?? ""),
      headers: {},
      body: object === undefined ? { kind: "none" } : { kind: "object", object },
    },
    connection: parts.upgrade
      ? { upgrade: { request: {}, socket: {}, head: new Uint8Array() } }
      : {},
    info: {
      isResource: true,
      verb: method === "GET" ? "get" : "create",
      path: parts.path ?? "/",
      group: "",
      version: "v1",
      resource: "",
      subresource: "",
      namespace,
      name,
      rest: parts.rest ?? "",
    },
    user: { name: "tester", groups: [] },
    warn: () => {},
    signal: new AbortController().signal,
  };
}

/** The object with every default filled in, static ones first. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what the test reads it as
export function defaulted<T>(definition: ResourceDefinition, draft: object): T {
  return complete(definition, structuredClone(draft) as Record<string, unknown>) as T;
}

/** Everything that a create of the object would be refused for, as clients read it. */
export function problems(definition: ResourceDefinition, draft: object): string[] {
  const object = defaulted<object>(definition, draft);
  const found = [
    ...validateSchema(definition.type, object),
    ...(definition.validate?.(object) ?? []),
    ...(definition.validateCreate?.(object) ?? []),
  ];
  return [...new Set(found.map(fieldErrorText))];
}

/** Everything that a change from one object to the other would be refused for. */
export function updateProblems(definition: ResourceDefinition, from: object, to: object): string[] {
  const old = defaulted<object>(definition, from);
  const object = defaulted<object>(definition, to);
  const found = [
    ...(definition.validate?.(object) ?? []),
    ...(definition.validateUpdate?.(object, old) ?? []),
  ];
  return [...new Set(found.map(fieldErrorText))];
}
