import { CompactedError, FutureRevisionError, StorageFault } from "../../store.ts";
import type { Commit, FaultCode, Revision } from "../../store.ts";
import type { Entry } from "../../store.ts";

/** What the main thread asks of the worker. Requests are served one after the other, in order. */
export type Request =
  | { readonly type: "commit"; readonly commits: readonly Commit[]; readonly now: number }
  | { readonly type: "expire"; readonly now: number; readonly limit: number }
  | { readonly type: "get"; readonly key: string; readonly revision: Revision | undefined }
  | ({ readonly type: "range" } & PageQuery)
  | ({ readonly type: "history" } & HistoryQuery)
  | { readonly type: "compact"; readonly at: Revision; readonly revisionsMax: number }
  | { readonly type: "advance"; readonly to: Revision }
  | { readonly type: "probe" }
  | { readonly type: "close" };

/** Keys from `from` inclusive to `to` exclusive. */
export interface KeyRange {
  readonly from: string;
  readonly to: string | undefined;
}

export interface PageQuery extends KeyRange {
  readonly limit: number;
  readonly revision: Revision | undefined;
  /** Whether to count what lies behind the page. */
  readonly count: boolean;
}

export interface Page {
  readonly entries: readonly Entry[];
  readonly revision: Revision;
  /** 0 unless asked for. */
  readonly remaining: number;
  /** Whether the range has more behind the page. */
  readonly more: boolean;
}

/** What to ask for after a page; undefined where it is the last, or the only one that was wanted. */
export function nextPage(query: PageQuery, page: Page): PageQuery | undefined {
  const last = page.entries.at(-1);
  if (!page.more || query.count || !last) return undefined;
  const { to, limit, count } = query;
  // Later pages are of the first one's snapshot, whatever is written between them.
  return { from: `${last.key}\0`, to, limit, revision: page.revision, count };
}

export interface HistoryQuery extends KeyRange {
  readonly after: Revision;
  readonly upTo: Revision;
  readonly limit: number;
}

/** One written revision, without the value that the main thread has anyway. */
export interface Written {
  readonly revision: Revision;
  readonly created: Revision;
  readonly previous: Entry | undefined;
}

export type Outcome =
  | Written
  | { readonly current: Entry | undefined; readonly revision: Revision };

export interface HistoryRow {
  readonly key: string;
  readonly revision: Revision;
  readonly entry: Entry | undefined;
  readonly previous: Entry | undefined;
}

/** When the next key with a TTL is due. */
export interface WithDeadline {
  readonly deadline: number | undefined;
}

export interface Answers {
  commit: { readonly outcomes: readonly Outcome[] } & WithDeadline;
  expire: { readonly deleted: readonly HistoryRow[] } & WithDeadline;
  get: Entry | undefined;
  range: Page;
  history: readonly HistoryRow[];
  compact: { readonly compacted: Revision };
  /** The newest revision, which is also the oldest that is kept. */
  advance: { readonly revision: Revision };
  /** It can be written to, and has room for more. */
  probe: undefined;
  close: undefined;
}

export interface Opened extends WithDeadline {
  readonly revision: Revision;
  readonly compacted: Revision;
}

/** Answers come in the order of the requests; the first message tells how opening went. */
export type Reply = { readonly value: unknown } | { readonly failure: Failure };

export type Failure =
  | { readonly type: "compacted"; readonly revision: Revision }
  | { readonly type: "future"; readonly revision: Revision }
  | { readonly type: "fault"; readonly code: FaultCode; readonly message: string };

export function failureOf(error: unknown): Failure {
  if (error instanceof CompactedError) return { type: "compacted", revision: error.oldest };
  if (error instanceof FutureRevisionError) return { type: "future", revision: error.current };
  if (error instanceof StorageFault) {
    return { type: "fault", code: error.code, message: error.message };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { type: "fault", code: "broken", message };
}

export function errorOf(failure: Failure): Error {
  switch (failure.type) {
    case "compacted":
      return new CompactedError(failure.revision);
    case "future":
      return new FutureRevisionError(failure.revision);
    case "fault":
      return new StorageFault(failure.code, failure.message);
    default:
      return failure satisfies never;
  }
}
