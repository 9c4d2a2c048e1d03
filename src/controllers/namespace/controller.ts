import { Namespace } from "#api/core/v1.ts";
import { StatusError } from "#machinery/status.ts";
import type { Client } from "#client/client.ts";
import { isNotFound } from "#client/client.ts";
import type { Discovery, ServedResource } from "#client/discovery.ts";
import type { ApiObject } from "#client/object.ts";
import type { ReconcileContext } from "#component/context.ts";
import type { Controller } from "#component/controller.ts";
import { defineController } from "#component/controller.ts";
import { deletionConditions } from "./conditions.ts";
import type { Remains } from "./conditions.ts";

const finalizer = "kubernetes";
const recheckMs = 1_000;

/** Empties a namespace that is being deleted, pods first, and then lets it go. */
export function namespaceController(
  discover: (signal: AbortSignal) => Promise<Discovery>,
): Controller {
  return defineController({
    name: "namespace-controller",
    for: Namespace,
    concurrency: 10,

    async reconcile(namespace, ctx) {
      const { metadata, spec } = namespace;
      if (!metadata.deletionTimestamp || !spec.finalizers?.includes(finalizer)) return undefined;
      const { resources, failures } = await discover(ctx.signal);
      const remains = await empty(ctx.client, metadata.name, resources, ctx.signal);
      const all: Remains = {
        ...remains,
        discoveryFailures: [...failures].map(([group, why]) => `${group}: ${why}`),
      };
      await ctx.updateStatus({
        phase: "Terminating",
        conditions: deletionConditions(namespace.status.conditions, all, ctx.now),
      });
      if (isEmpty(all)) return finish(ctx);
      return { requeueAfterMs: recheckMs };
    },
  });
}

async function finish(ctx: ReconcileContext<Namespace>): Promise<undefined> {
  const namespace = ctx.object;
  if (!namespace) return undefined;
  const finalizers = (namespace.spec.finalizers ?? []).filter((name) => name !== finalizer);
  try {
    await ctx.update(
      Namespace,
      { ...namespace, spec: { ...namespace.spec, finalizers } },
      { subresource: "finalize" },
    );
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return undefined;
}

function isEmpty({ counts, discoveryFailures, failures }: Remains): boolean {
  const left = [...counts.values()].some((count) => count > 0);
  return !left && failures.length === 0 && discoveryFailures.length === 0;
}

/** Asks for the deletion of everything there is, and reports what has not gone yet. */
async function empty(
  client: Client,
  namespace: string,
  served: readonly ServedResource[],
  signal: AbortSignal,
): Promise<Omit<Remains, "discoveryFailures">> {
  const remains = {
    failures: [] as string[],
    counts: new Map<string, number>(),
    finalizers: new Map<string, number>(),
  };
  const deletable = served.filter(
    ({ resource, verbs }) =>
      resource.info.namespaced && verbs.includes("list") && verbs.includes("delete"),
  );
  const isPods = ({ resource }: ServedResource) =>
    resource.info.group === "" && resource.info.kind === "Pod";
  // Pods first, so that what they rely on (policies, secrets) is there until they have stopped.
  for (const part of [deletable.filter(isPods), deletable.filter((one) => !isPods(one))]) {
    for (const one of part) await emptyOne(client, namespace, one, remains, signal);
    if (remains.failures.length > 0) break;
    if ([...remains.counts.values()].some((count) => count > 0) && part.some(isPods)) break;
  }
  return remains;
}

async function emptyOne(
  client: Client,
  namespace: string,
  { resource, verbs }: ServedResource,
  remains: { failures: string[]; counts: Map<string, number>; finalizers: Map<string, number> },
  signal: AbortSignal,
): Promise<void> {
  const { group, resource: plural = "" } = resource.info;
  const name = group ? `${plural}.${group}` : `${plural}.`;
  try {
    const { items } = await client.list(resource, { namespace }, signal);
    if (items.length === 0) return;
    const options = { propagationPolicy: "Background" } as const;
    if (verbs.includes("deletecollection")) {
      await client.deleteCollection(resource, { namespace }, options);
    } else {
      for (const { metadata } of items) await remove(client, resource, metadata, options);
    }
    const left = (await client.list(resource, { namespace }, signal)).items;
    if (left.length > 0) remains.counts.set(name, left.length);
    for (const { metadata } of left) {
      for (const wait of metadata.finalizers ?? []) {
        remains.finalizers.set(wait, (remains.finalizers.get(wait) ?? 0) + 1);
      }
    }
  } catch (error) {
    // Discovery was a moment ago: the resource may have gone with its definition.
    if (isNotFound(error)) return;
    if (!(error instanceof StatusError)) throw error;
    remains.failures.push(`${name}: ${error.message}`);
  }
}

async function remove(
  client: Client,
  resource: ServedResource["resource"],
  { namespace, name }: ApiObject["metadata"],
  options: { propagationPolicy: "Background" },
): Promise<void> {
  try {
    await client.delete(resource, { namespace, name }, options);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
