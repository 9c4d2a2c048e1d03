import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { text } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import { silentLogger } from "#base/log.ts";
import { cryptoRandom } from "#base/random.ts";
import { eventTtlSeconds } from "#server/resources/core/events/resource.ts";
import { StorageFault, revision } from "#storage/store.ts";
import type { Commit, RestorableStore, Revision } from "#storage/store.ts";
import type { ClusterConfig } from "../../config.ts";
import { ensurePki } from "../../node/pki.ts";
import {
  SnapshotError,
  entriesOf,
  snapshotOf,
  snapshotPath,
  verifySnapshot,
} from "../../node/snapshot.ts";
import type { SnapshotFacts } from "../../node/snapshot.ts";
import { syncFolder, writeSnapshot } from "../../node/snapshot-file.ts";
import { openStore } from "../../node/store.ts";
import { readPidFile } from "../../providers/node/processes.ts";
import { ActionError, readConfig, requireConfig } from "./context.ts";
import type { ActionContext } from "./context.ts";
import { adminTransport, checkProfile, createConfigLike } from "./start.ts";

/**
 * Writes all objects, as of one revision, into a file that is there whole or not at all. A running
 * server is asked for them; of a cluster that is stopped, the store is read.
 */
export async function saveSnapshot(context: ActionContext, name: string): Promise<void> {
  const { messages, paths, say } = context;
  const config = await requireConfig(context);
  const file = resolve(name);
  const isRunning = (await readPidFile(paths.serverPid)) !== undefined;
  try {
    const chunks = isRunning ? fromServer(context, config) : fromStore(context, config);
    const { head, entries } = await writeSnapshot(file, chunks);
    say(messages.saved(name, entries, head.revision));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw error instanceof ActionError ? error : new ActionError(messages.notSaved(name, why));
  }
}

/** Puts the objects of a file into a cluster that is stopped, making the cluster if there is none. */
export async function restoreSnapshot(
  context: ActionContext,
  name: string,
  { force }: { readonly force: boolean },
): Promise<void> {
  const { messages, paths, profile, say } = context;
  checkProfile(profile);
  const file = resolve(name);
  if (!existsSync(file)) throw new ActionError(messages.noSnapshot(name));
  const facts = await verifySnapshot(file).catch((error: unknown) => {
    if (!(error instanceof SnapshotError)) throw error;
    throw new ActionError(messages.badSnapshot(name, error.message));
  });
  if (await readPidFile(paths.serverPid)) throw new ActionError(messages.stopFirst(profile));
  const config =
    (await readConfig(paths.config)) ?? (await createConfigLike(context, facts.head.config));
  const restore = { context, file, facts, force };
  const at = config.etcd
    ? await restoreIntoEtcd({ ...restore, config })
    : await restoreIntoFile(restore);
  say(messages.restored(profile, facts.entries, at));
}

interface Restore {
  readonly context: ActionContext;
  readonly file: string;
  readonly facts: SnapshotFacts;
  readonly force: boolean;
}

/**
 * Clients know versions that the cluster gave out after the snapshot was made, and how many those
 * are nobody knows. So the count goes on far behind it: by as much as etcd's own manual advises,
 * and in etcd, where every revision that is left out costs a write, by what takes some seconds. An
 * etcd that still has what the cluster wrote since is behind all of it already.
 */
const gapInFile = 1_000_000_000;
const gapInEtcd = 10_000;

/** A new file takes the place of the old one when it is complete. */
async function restoreIntoFile({ context, file, facts, force }: Restore): Promise<Revision> {
  const { paths } = context;
  const known = await currentOfFile(context, force);
  const making = `${paths.store}.restoring`;
  await mkdir(dirname(making), { recursive: true, mode: 0o711 });
  for (const end of ["", ...logEnds]) await rm(`${making}${end}`, { force: true });
  const store = await openStore({}, { store: making }, environmentOf(context));
  let at: Revision;
  try {
    await store.advance(revision(Math.max(known, facts.head.revision) + gapInFile));
    at = await putAll(store, file);
  } finally {
    await store[Symbol.asyncDispose]();
  }
  // The old one's log, if a damaged file has left one, must not be taken for the new one's.
  for (const end of logEnds) await rm(`${paths.store}${end}`, { force: true });
  await rename(making, paths.store);
  await syncFolder(dirname(paths.store));
  return at;
}

/** Where the profile's file stands; throws unless it is empty or may be replaced. */
async function currentOfFile(context: ActionContext, force: boolean): Promise<Revision> {
  if (!existsSync(context.paths.store)) return revision(1);
  try {
    const store = await openStore({}, context.paths, environmentOf(context));
    try {
      if (!force) await requireEmpty(context, store);
      return await store.current();
    } finally {
      await store[Symbol.asyncDispose]();
    }
  } catch (error) {
    // A damaged file is what backups are for; how far it had counted is lost with it.
    const isDamaged = error instanceof StorageFault && error.code === "corrupt";
    if (!isDamaged) throw error;
    if (!force) throw new ActionError(context.messages.notEmpty(context.profile));
    return revision(1);
  }
}

async function restoreIntoEtcd(restore: Restore & { config: ClusterConfig }): Promise<Revision> {
  const { config, context, file, facts, force } = restore;
  const store = await openStore(config, context.paths, environmentOf(context));
  try {
    if (!force) await requireEmpty(context, store);
    await deleteAll(store);
    const reached = revision(facts.head.revision + gapInEtcd);
    await store.advance(revision(Math.max(await store.current(), reached)));
    return await putAll(store, file);
  } finally {
    await store[Symbol.asyncDispose]();
  }
}

async function requireEmpty(
  { messages, profile }: ActionContext,
  store: RestorableStore,
): Promise<void> {
  const { entries } = await store.range({ prefix: root, limit: 1 });
  if (entries.length > 0) throw new ActionError(messages.notEmpty(profile));
}

/** What SQLite keeps beside a database. */
const logEnds = ["-wal", "-shm"];
const root = "/registry/";
/** Events go by themselves; how long each had left is not in the snapshot. */
const eventsPrefix = `${root}events/`;
const writesAtOnce = 128;

async function deleteAll(store: RestorableStore): Promise<void> {
  for (;;) {
    const { entries } = await store.range({ prefix: root, limit: writesAtOnce });
    if (entries.length === 0) return;
    await Promise.all(
      entries.map(({ key, modified }) =>
        store.commit({ key, value: undefined, expected: modified }),
      ),
    );
  }
}

async function putAll(store: RestorableStore, file: string): Promise<Revision> {
  let batch: Commit[] = [];
  const flush = async () => {
    const results = await Promise.all(batch.map((commit) => store.commit(commit)));
    if (results.some(({ ok }) => !ok)) {
      throw new ActionError("somebody else writes to the store: stop all servers of the cluster");
    }
    batch = [];
  };
  for await (const { key, value } of entriesOf(file)) {
    const ttl = key.startsWith(eventsPrefix) && { ttlSeconds: eventTtlSeconds };
    batch.push({ key, value, expected: revision(0), ...ttl });
    if (batch.length >= writesAtOnce) await flush();
  }
  await flush();
  return await store.current();
}

async function* fromServer(
  { paths, clock }: ActionContext,
  config: ClusterConfig,
): AsyncGenerator<Bytes> {
  const pki = await ensurePki(paths.pki, config, clock.now());
  const { status, body } = await adminTransport(config, pki).send({
    method: "GET",
    path: snapshotPath,
    // The transport hands over as it comes what is followed.
    query: new URLSearchParams({ follow: "true" }),
    headers: {},
    body: { kind: "none" },
  });
  if (status === 200 && body.kind === "stream") return yield* body.chunks;
  throw new Error(body.kind === "bytes" ? text(body.bytes) : `the server answered ${status}`);
}

async function* fromStore(context: ActionContext, config: ClusterConfig): AsyncGenerator<Bytes> {
  const store = await openStore(config, context.paths, environmentOf(context));
  try {
    yield* snapshotOf({ store, config, clock: context.clock });
  } finally {
    await store[Symbol.asyncDispose]();
  }
}

const environmentOf = ({ clock }: ActionContext) => ({
  clock,
  random: cryptoRandom,
  logger: silentLogger,
});
