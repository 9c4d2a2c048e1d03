import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { fromBase64, toBase64, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import type { Clock } from "#base/clock.ts";
import type { PathHandler } from "#server/pipeline/pipeline.ts";
import type { Revision, Store } from "#storage/store.ts";
import type { ClusterConfig } from "../config.ts";

/** Where a running server gives its snapshot, to administrators. */
export const snapshotPath = "/kijabi/snapshot";

/** What of a cluster's configuration its objects rely on. */
export type SnapshotConfig = Pick<
  ClusterConfig,
  "nodeSubnet" | "podCidr" | "serviceCidr" | "simulatedNodes"
> & { readonly nodes: number };

/** The first line of a snapshot. */
export interface SnapshotHead {
  readonly kijabiSnapshot: number;
  /** The revision that all of it is of. */
  readonly revision: Revision;
  readonly createdAt: string;
  readonly config: SnapshotConfig;
}

/** The last line. The digest is of all lines before. */
interface SnapshotEnd {
  readonly entries: number;
  readonly sha256: string;
}

export interface SnapshotEntry {
  readonly key: string;
  readonly value: Bytes;
}

const formatVersion = 1;
const pageEntries = 500;
const root = "/registry/";
/** Of the servers that run, not of the cluster: reservations, and marks in the store itself. */
const passing = [
  "ranges/",
  "masterleases/",
  "revisions/",
  "fences/",
  // A restored cluster shall not wait for leaders that are gone.
  "coordination.k8s.io/leases/kube-system/kube-scheduler",
  "coordination.k8s.io/leases/kube-system/kube-controller-manager",
].map((name) => root + name);
const isPassing = (key: string) =>
  passing.some((name) => (name.endsWith("/") ? key.startsWith(name) : key === name));

export interface SnapshotSource {
  readonly store: Store;
  readonly config: ClusterConfig;
  readonly clock: Clock;
}

/**
 * A snapshot as lines of JSON: a head, one line per key, an end with their count and digest. It is
 * read page by page, all of one revision; throws when that is compacted meanwhile.
 */
export async function* snapshotOf({ store, config, clock }: SnapshotSource): AsyncGenerator<Bytes> {
  const digest = createHash("sha256");
  const lines = (values: readonly object[]) => {
    const bytes = utf8(values.map((value) => `${JSON.stringify(value)}\n`).join(""));
    digest.update(bytes);
    return bytes;
  };
  let page = await store.range({ prefix: root, limit: pageEntries });
  const { revision } = page;
  const { nodeSubnet, podCidr, serviceCidr, simulatedNodes, nodes } = config;
  const head: SnapshotHead = {
    kijabiSnapshot: formatVersion,
    revision,
    createdAt: new Date(clock.now()).toISOString(),
    config: { nodeSubnet, podCidr, serviceCidr, simulatedNodes, nodes: nodes.length },
  };
  yield lines([head]);
  let entries = 0;
  for (;;) {
    const kept = page.entries.filter(({ key }) => !isPassing(key));
    entries += kept.length;
    yield lines(kept.map(({ key, value }) => ({ key, value: toBase64(value) })));
    const last = page.entries.at(-1);
    if (page.remaining === 0 || !last) break;
    const start = `${last.key}\0`;
    page = await store.range({ prefix: root, start, limit: pageEntries, revision });
  }
  const end: SnapshotEnd = { entries, sha256: digest.digest("hex") };
  yield utf8(`${JSON.stringify(end)}\n`);
}

export function snapshotHandler(source: SnapshotSource): PathHandler {
  return {
    handle(path) {
      if (path !== snapshotPath) return undefined;
      const contentType = "application/jsonl";
      const chunks = snapshotOf(source);
      return { status: 200, headers: {}, body: { kind: "stream", contentType, chunks } };
    },
  };
}

/** A file that is no whole snapshot; the message says why. */
export class SnapshotError extends Error {
  override name = "SnapshotError";
}

export interface SnapshotFacts {
  readonly head: SnapshotHead;
  readonly entries: number;
}

/** Reads all of the file, and throws `SnapshotError` unless it is what was written. */
export async function verifySnapshot(file: string): Promise<SnapshotFacts> {
  const digest = createHash("sha256");
  let head: SnapshotHead | undefined;
  let last = "";
  let count = 0;
  for await (const line of linesOf(file)) {
    if (count === 0) head = headOf(line);
    else digest.update(`${last}\n`);
    last = line;
    count++;
  }
  if (!head) throw new SnapshotError("it is empty");
  const end = parse(last) as Partial<SnapshotEnd>;
  if (count < 2 || end.sha256 === undefined) throw new SnapshotError("its end is missing");
  if (end.sha256 !== digest.digest("hex") || end.entries !== count - 2) {
    throw new SnapshotError("its content is damaged: the checksum does not match");
  }
  return { head, entries: end.entries };
}

/** The entries of a file that was verified. */
export async function* entriesOf(file: string): AsyncGenerator<SnapshotEntry> {
  let isHead = true;
  for await (const line of linesOf(file)) {
    const { key, value } = parse(line) as { key?: string; value?: string };
    if (!isHead && key !== undefined && value !== undefined)
      yield { key, value: fromBase64(value) };
    isHead = false;
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const lines = createInterface({ input: createReadStream(file, "utf8"), crlfDelay: Infinity });
  yield* lines;
}

function headOf(line: string): SnapshotHead {
  const head = parse(line) as Partial<SnapshotHead>;
  if (head.kijabiSnapshot === undefined) throw new SnapshotError("it is no snapshot");
  if (head.kijabiSnapshot !== formatVersion) {
    const version = head.kijabiSnapshot;
    throw new SnapshotError(`it has format ${version}; this program reads format ${formatVersion}`);
  }
  return head as SnapshotHead;
}

function parse(line: string): object {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // In either case it is no line of ours.
  }
  throw new SnapshotError("it is no snapshot");
}
