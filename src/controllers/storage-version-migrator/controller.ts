import { CustomResourceDefinition } from "#api/apiextensions/v1.ts";
import { StorageVersionMigration } from "#api/storagemigration/v1beta1.ts";
import type { Resource } from "#client/client.ts";
import { isConflict, isNotFound } from "#client/client.ts";
import type { Discovery, ServedResource } from "#client/discovery.ts";
import type { ApiObject } from "#client/object.ts";
import { isAtLeast } from "#client/object.ts";
import { StatusError } from "#machinery/status.ts";
import type { ReconcileContext } from "#component/context.ts";
import type { Controller } from "#component/controller.ts";
import { defineController, watch } from "#component/controller.ts";
import { msOf } from "../common/time.ts";
import {
  definitionDone,
  definitionStarted,
  failed,
  hasEnded,
  isSameResource,
  nameOfResource,
  planMigration,
  statements,
  withStatement,
} from "./plan.ts";
import type { Statement } from "./plan.ts";

type Migration = StorageVersionMigration;
type Context = ReconcileContext<Migration>;

/** What is not served may be on its way, when the migration was made together with it. */
const patienceMs = 60_000;
const retryMs = 5_000;
const pageSize = 500;
const neededVerbs = ["update", "patch", "list"];
const passingReasons = [
  "ServerTimeout",
  "TooManyRequests",
  "ServiceUnavailable",
  "InternalError",
  "Timeout",
];

/** Has all objects of a resource written again, as they are stored today. */
export function storageVersionMigrator(
  discover: (signal: AbortSignal) => Promise<Discovery>,
): Controller {
  return defineController({
    name: "storage-version-migrator-controller",
    for: StorageVersionMigration,
    watches: [
      // Who waits for another one's end has to hear of it.
      watch(StorageVersionMigration, (migration, cache) =>
        cache
          .list(StorageVersionMigration)
          .filter((other) => isSameResource(other, migration) && !hasEnded(other))
          .map(({ metadata }) => ({ name: metadata.name })),
      ),
    ],

    async reconcile(migration, ctx) {
      const step = planMigration(migration, ctx.list(StorageVersionMigration));
      switch (step) {
        case "nothing":
        case "wait":
          return undefined;
        case "start":
          await tellDefinition(migration, ctx, (definition) =>
            definitionStarted(definition, migration.metadata.name, ctx.now),
          );
          await state(migration, statements.running, ctx);
          return undefined;
        case "note":
        case "migrate":
          return migrate(migration, await find(migration, discover, ctx.signal), ctx);
        case "close": {
          const succeeded = migration.status.conditions?.some(
            ({ type, status }) => type === "Succeeded" && status === "True",
          );
          await tellDefinition(migration, ctx, (definition) =>
            definitionDone(definition, succeeded ?? false, ctx.now),
          );
          await state(migration, statements.over, ctx);
          return undefined;
        }
        default:
          return step satisfies never;
      }
    },
  });
}

const state = (migration: Migration, statement: Statement, ctx: Context) =>
  ctx.updateStatus(withStatement(migration, statement, ctx.now));

async function find(
  { spec }: Migration,
  discover: (signal: AbortSignal) => Promise<Discovery>,
  signal: AbortSignal,
): Promise<ServedResource | undefined> {
  const { group = "", resource } = spec?.resource ?? {};
  const { resources } = await discover(signal);
  return resources.find(
    ({ resource: { info } }) => info.group === group && info.resource === resource,
  );
}

async function migrate(migration: Migration, served: ServedResource | undefined, ctx: Context) {
  if (!served) {
    const age = ctx.now - (msOf(migration.metadata.creationTimestamp) ?? 0);
    if (age < patienceMs) return { requeueAfterMs: retryMs };
    await state(migration, failed("resource does not exist in discovery"), ctx);
    return undefined;
  }
  const { resource, verbs } = served;
  if (neededVerbs.some((verb) => !verbs.includes(verb))) {
    const { group, version, resource: plural } = resource.info;
    const name = `${group}/${version}, Resource=${plural}`;
    const needed = neededVerbs.join(" ");
    const text = `resource "${name}" does not support discovery operations: [${needed}]`;
    await state(migration, failed(text), ctx);
    return undefined;
  }
  const { resourceVersion } = migration.status;
  if (!resourceVersion) {
    // Whatever is written from now on is written as it is to be.
    const list = await ctx.client.list(resource, { limit: 1 }, ctx.signal);
    await ctx.updateStatus({ ...migration.status, resourceVersion: list.resourceVersion });
    return undefined;
  }
  try {
    await rewrite(resource, resourceVersion, ctx);
  } catch (error) {
    const isPassing =
      !(error instanceof StatusError) || passingReasons.includes(error.reason ?? "");
    if (isPassing || ctx.signal.aborted) throw error;
    await state(migration, failed(error.message), ctx);
    return undefined;
  }
  await state(migration, statements.succeeded, ctx);
  return undefined;
}

/** Changes nothing in any object: the server stores it anew if it lies there in an old form. */
async function rewrite(resource: Resource<ApiObject>, since: string, ctx: Context): Promise<void> {
  let next: string | undefined;
  do {
    const page = await ctx.client.list(
      resource,
      { limit: pageSize, ...(next && { continue: next }) },
      ctx.signal,
    );
    for (const { metadata } of page.items) {
      const { namespace, name, uid, resourceVersion } = metadata;
      if (resourceVersion !== since && isAtLeast(resourceVersion, since)) continue;
      const patch = { metadata: { uid, resourceVersion } };
      try {
        await ctx.client.patch(resource, { namespace, name }, { type: "merge", patch });
      } catch (error) {
        // Somebody else wrote it meanwhile, which is as good, or it is gone.
        if (!isConflict(error) && !isNotFound(error)) throw error;
      }
    }
    next = page.continue;
  } while (next);
}

/** Of custom resources, the definition says in which versions its objects are stored. */
async function tellDefinition(
  migration: Migration,
  ctx: Context,
  statusOf: (definition: CustomResourceDefinition) => object,
): Promise<void> {
  const name = nameOfResource(migration);
  const definition = await ctx.client.find(CustomResourceDefinition, { name }, ctx.signal);
  if (!definition) return;
  const { resourceVersion } = definition.metadata;
  const patch = { metadata: { resourceVersion }, status: statusOf(definition) };
  await ctx.client.patch(
    CustomResourceDefinition,
    { name },
    { type: "merge", patch },
    { subresource: "status" },
  );
}
