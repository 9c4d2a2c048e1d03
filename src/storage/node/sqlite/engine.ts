import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { SQLInputValue, StatementSync } from "node:sqlite";
import { required } from "#base/invariant.ts";
import { CompactedError, FutureRevisionError, StorageFault, revision } from "../../store.ts";
import type { Commit, Entry, FaultCode, Revision } from "../../store.ts";
import { addChecksums, checksumOf, damaged, inspect, needsInspection, verified } from "./damage.ts";
import type { RowContent } from "./damage.ts";
import type {
  Answers,
  HistoryQuery,
  HistoryRow,
  KeyRange,
  Opened,
  Outcome,
  Page,
  PageQuery,
  Request,
} from "./protocol.ts";

/** "KJBI": tells our files from other programs' databases. */
const applicationId = 0x4b4a4249;
const formatVersion = 2;
/** Its rows have no checksums. */
const firstVersion = 1;
/** A disk with less than that is full: the next write of some size would fail. */
const roomBytesMin = 1 << 20;

const schema = `
  -- Every change of every key, until compaction. The newest row of a key is its state.
  CREATE TABLE change (
    revision INTEGER PRIMARY KEY,
    key      TEXT    NOT NULL,
    -- The revision that created the key.
    created  INTEGER NOT NULL,
    -- The row that this one replaces; NULL where it creates.
    previous INTEGER,
    deleted  INTEGER NOT NULL,
    -- Milliseconds since the epoch; only ever set on the newest row of a key.
    expires  INTEGER,
    value    BLOB    NOT NULL,
    -- CRC-32 of all the other columns.
    checksum INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX change_by_key ON change (key, revision, deleted);
  CREATE INDEX change_by_expiry ON change (expires) WHERE expires IS NOT NULL;
  -- One row. History before \`revision\` is gone.
  CREATE TABLE compacted (revision INTEGER NOT NULL) STRICT;
  INSERT INTO compacted VALUES (1);
`;

/** A row of `change`. */
interface Row extends RowContent {
  readonly value: Uint8Array<ArrayBuffer>;
  readonly checksum: number;
}

/**
 * The store's database: synchronous, one caller. What a method has returned from is durable; what
 * it has thrown from did not happen.
 */
export class Engine {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof prepare>;
  #revision: Revision;
  #compacted: Revision;
  /** Set when the database is in an unknown state: everything after is refused. */
  #broken: StorageFault | undefined;

  constructor(path: string) {
    this.#path = path;
    const opened = this.#guarded(() => open(path));
    this.#database = opened;
    try {
      this.#statements = this.#guarded(() => prepare(opened));
      const { newest, compacted } = this.#guarded(
        () =>
          opened
            .prepare(
              `SELECT (SELECT max(revision) FROM change) AS newest,
                      (SELECT revision FROM compacted) AS compacted`,
            )
            .get() as { newest: number | null; compacted: number },
      );
      this.#compacted = revision(compacted);
      // The newest change may have been a delete that compaction has removed.
      this.#revision = revision(Math.max(newest ?? 0, compacted));
    } catch (error) {
      opened.close();
      throw error;
    }
  }

  get opened(): Opened {
    const { deadline } = this;
    return { revision: this.#revision, compacted: this.#compacted, deadline };
  }

  get deadline(): number | undefined {
    const row = this.#guarded(() => this.#statements.nextExpiry.get());
    return (row as { expires: number | null } | undefined)?.expires ?? undefined;
  }

  answer(request: Request): Answers[Request["type"]] {
    switch (request.type) {
      case "commit":
        return this.commit(request.commits, request.now);
      case "expire":
        return this.expire(request.now, request.limit);
      case "get":
        return this.get(request.key, request.revision);
      case "range":
        return this.range(request);
      case "history":
        return this.history(request);
      case "compact":
        return this.compact(request.at, request.revisionsMax);
      case "advance":
        return this.advance(request.to);
      case "probe":
        this.probe();
        return undefined;
      case "close":
        this.close();
        return undefined;
      default:
        return request satisfies never;
    }
  }

  /** All commits in one transaction, in order; each guard sees the commits before it. */
  commit(commits: readonly Commit[], now: number): Answers["commit"] {
    const outcomes = this.#transaction((next) =>
      commits.map((commit): Outcome => {
        const row = this.#newest(commit.key);
        const current = row && !row.deleted ? row : undefined;
        const failed =
          commit.expected !== undefined && commit.expected !== (current?.revision ?? 0);
        if (failed || (commit.value === undefined && !current)) {
          return { current: current && entryOf(current), revision: next.revision };
        }
        return this.#write(next, commit, { current, now });
      }),
    );
    return { outcomes, deadline: this.deadline };
  }

  /** Deletes up to `limit` keys whose time has come. */
  expire(now: number, limit: number): Answers["expire"] {
    const deleted = this.#transaction((next) =>
      (this.#statements.expired.all(now, limit) as unknown as Row[]).map((row): HistoryRow => {
        verified(row, this.#path);
        const written = this.#write(
          next,
          { key: row.key, value: undefined },
          { current: row, now },
        );
        const previous = entryOf(row);
        return { key: row.key, revision: written.revision, entry: undefined, previous };
      }),
    );
    return { deleted, deadline: this.deadline };
  }

  get(key: string, at: Revision | undefined): Entry | undefined {
    this.#checkRange(at ?? this.#revision);
    const row = this.#guarded(() => this.#newest(key, at));
    return row && !row.deleted ? entryOf(row) : undefined;
  }

  range(query: PageQuery): Page {
    const at = query.revision ?? this.#revision;
    this.#checkRange(at);
    return this.#guarded(() => {
      const { range, rangeFrom } = this.#statements;
      // One more than asked for tells whether there is more.
      const found = this.#rows(range, rangeFrom, query, [at], [query.limit + 1]);
      const more = found.length > query.limit;
      if (more) found.pop();
      const last = found.at(-1);
      const entries = found.map(entryOf);
      if (!more || !query.count || !last) return { entries, revision: at, remaining: 0, more };
      const rest = { from: `${last.key}\0`, to: query.to };
      const { count, countFrom } = this.#statements;
      const [counted] = rows(count, countFrom, rest, [at], []) as unknown as { count: number }[];
      return { entries, revision: at, remaining: required(counted, "a count").count, more };
    });
  }

  history(query: HistoryQuery): readonly HistoryRow[] {
    if (query.after < this.#compacted) throw new CompactedError(this.#compacted);
    return this.#guarded(() => {
      const { history, historyFrom } = this.#statements;
      const revisions = [query.after, query.upTo];
      const found = this.#rows(history, historyFrom, query, revisions, [query.limit]);
      return found.map((row): HistoryRow => {
        const previous = row.previous === null ? undefined : this.#at(row.previous);
        const entry = row.deleted ? undefined : entryOf(row);
        return { key: row.key, revision: revision(row.revision), entry, previous };
      });
    });
  }

  /**
   * Forgets history before `at`, at most `revisionsMax` at once so that commits can go between.
   * Every row that is replaced, or deletes, at or before that point goes.
   */
  compact(at: Revision, revisionsMax: number): Answers["compact"] {
    if (at > this.#revision) throw new FutureRevisionError(this.#revision);
    const target = revision(Math.min(at, this.#compacted + revisionsMax));
    if (target > this.#compacted) {
      this.#transaction(() => {
        this.#statements.dropReplaced.run(this.#compacted, target);
        this.#statements.dropDeletes.run(this.#compacted, target);
        this.#statements.setCompacted.run(target);
      });
      this.#compacted = target;
    }
    if (target >= at) this.#shrink();
    return { compacted: this.#compacted };
  }

  /** The counter itself is not stored: a compaction there makes it go on from there. */
  advance(to: Revision): Answers["advance"] {
    const target = revision(Math.max(to, this.#revision));
    this.#transaction((next) => {
      this.#statements.dropReplaced.run(this.#compacted, this.#revision);
      this.#statements.dropDeletes.run(this.#compacted, this.#revision);
      this.#statements.setCompacted.run(target);
      next.revision = target;
    });
    this.#compacted = target;
    return { revision: target };
  }

  /** Throws unless something is written, and more would be. */
  probe(): void {
    const { bavail, bsize } = statfsSync(dirname(this.#path));
    if (bavail * bsize < roomBytesMin) throw faultWith(13, this.#path, "too little is free");
    this.#transaction(() => this.#statements.setCompacted.run(this.#compacted));
  }

  close(): void {
    this.#database.close();
  }

  #write(
    next: { revision: Revision },
    { key, value, ttlSeconds }: Commit,
    { current, now }: { current: Row | undefined; now: number },
  ) {
    const written = revision(next.revision + 1);
    next.revision = written;
    const created = revision(current?.created ?? written);
    const ttlMs = Math.max(1, Math.ceil(ttlSeconds ?? 0)) * 1000;
    const expires = value !== undefined && ttlSeconds !== undefined ? now + ttlMs : null;
    if (current && current.expires !== null) {
      const checksum = checksumOf({ ...current, expires: null });
      this.#statements.unsetExpiry.run(checksum, current.revision);
    }
    const row: RowContent = {
      revision: written,
      key,
      created,
      previous: current?.revision ?? null,
      deleted: value === undefined ? 1 : 0,
      expires,
      value: value ?? nothing,
    };
    const { previous, deleted } = row;
    this.#statements.insert.run(
      written,
      key,
      created,
      previous,
      deleted,
      expires,
      row.value,
      checksumOf(row),
    );
    return { revision: written, created, previous: current && entryOf(current) };
  }

  #newest(key: string, at: Revision = revision(Number.MAX_SAFE_INTEGER)): Row | undefined {
    const row = this.#statements.newest.get(key, at) as Row | undefined;
    return row && verified(row, this.#path);
  }

  #at(at: number): Entry {
    const row = this.#statements.at.get(at) as Row | undefined;
    if (!row) throw damaged(this.#path, `revision ${at} is missing`);
    return entryOf(verified(row, this.#path));
  }

  /** Of statements that return arrays. */
  #rows(...query: Parameters<typeof rows>): Row[] {
    const found = (rows(...query) as unknown as Columns[]).map(rowOf);
    for (const row of found) verified(row, this.#path);
    return found;
  }

  #checkRange(at: Revision): void {
    if (at > this.#revision) throw new FutureRevisionError(this.#revision);
    if (at < this.#compacted) throw new CompactedError(this.#compacted);
  }

  /** Gives pages back to the file system when a lot of the file is free. */
  #shrink(): void {
    this.#guarded(() => {
      const count = (pragma: string) =>
        Number(Object.values(this.#database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
      const free = count("freelist_count");
      if (free > 2_000 && free * 2 > count("page_count")) {
        this.#database.exec(`PRAGMA incremental_vacuum(${Math.min(free, 10_000)})`);
      }
    });
  }

  /** Runs the body and makes it durable. `next.revision` counts up as the body writes. */
  #transaction<T>(body: (next: { revision: Revision }) => T): T {
    const next = { revision: this.#revision };
    const result = this.#guarded(() => {
      this.#database.exec("BEGIN IMMEDIATE");
      try {
        const value = body(next);
        this.#database.exec("COMMIT");
        return value;
      } catch (error) {
        this.#rollback(error);
        throw error;
      }
    });
    this.#revision = next.revision;
    return result;
  }

  #rollback(cause: unknown): void {
    // Some failures have rolled back by themselves.
    if (!this.#database.isTransaction) return;
    try {
      this.#database.exec("ROLLBACK");
    } catch (error) {
      const message = `${this.#path}: a failed write could not be undone: ${String(error)}`;
      this.#broken = new StorageFault("broken", message, { cause });
    }
  }

  /** Says what a failure of SQLite means. */
  #guarded<T>(body: () => T): T {
    if (this.#broken) throw this.#broken;
    try {
      return body();
    } catch (error) {
      throw faultOf(error, this.#path);
    }
  }
}

const nothing = new Uint8Array(0);

function open(path: string): DatabaseSync {
  const isUnsure = needsInspection(path);
  const database = new DatabaseSync(path, { timeout: 500 });
  try {
    // One process owns the file; it then needs no shared memory beside it either.
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    const number = (pragma: string) =>
      Number(Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
    const [id, version, pages] = ["application_id", "user_version", "page_count"].map(number);
    if (pages !== 0 && id !== applicationId) {
      throw new StorageFault("corrupt", `${path} is a database of another program`);
    }
    if (pages !== 0 && version !== formatVersion && version !== firstVersion) {
      const message = `${path} has format ${version}; this program reads format ${formatVersion}`;
      throw new StorageFault("corrupt", message);
    }
    if (isUnsure && pages !== 0) inspect(database, path);
    // Only matters to a new file, and must come before its first page is written.
    database.exec("PRAGMA auto_vacuum = INCREMENTAL");
    database.exec("PRAGMA journal_mode = WAL");
    // FULL: the log is synced at every COMMIT, so an acknowledged write survives a power cut.
    database.exec("PRAGMA synchronous = FULL");
    database.exec("PRAGMA journal_size_limit = 16777216");
    database.exec("PRAGMA cache_size = -8192");
    database.exec("BEGIN EXCLUSIVE");
    if (pages === 0) {
      database.exec(schema);
      database.exec(`PRAGMA application_id = ${applicationId}`);
    } else if (version === firstVersion) addChecksums(database);
    if (version !== formatVersion) database.exec(`PRAGMA user_version = ${formatVersion}`);
    database.exec("COMMIT");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The statements; those that end in `From` are for ranges without an end. */
function prepare(database: DatabaseSync) {
  const sql = (text: string): StatementSync => database.prepare(text);
  const ranged = (text: (keys: string) => string) =>
    [sql(text("key >= ? AND key < ?")), sql(text("key >= ?"))] as const;
  // The objects that it makes of rows take longer than all the rest, to make and to use.
  const asArrays = ([bounded, unbounded]: readonly [StatementSync, StatementSync]) => {
    bounded.setReturnArrays(true);
    unbounded.setReturnArrays(true);
    return [bounded, unbounded] as const;
  };
  // With max(), SQLite takes the bare column of the row that has the maximum.
  const newestOf = (keys: string) => `
    SELECT key, max(revision) AS newest, deleted FROM change
    WHERE ${keys} AND revision <= ? GROUP BY key HAVING deleted = 0`;
  const [range, rangeFrom] = asArrays(
    ranged(
      (keys) => `
        SELECT change.* FROM (${newestOf(keys)} ORDER BY key LIMIT ?) AS found
        JOIN change ON change.revision = found.newest ORDER BY found.key`,
    ),
  );
  const [count, countFrom] = ranged((keys) => `SELECT count(*) AS count FROM (${newestOf(keys)})`);
  // The plus keeps SQLite off the index by key: history is read in the order of revisions.
  const [history, historyFrom] = asArrays(
    ranged(
      (keys) => `
        SELECT * FROM change WHERE ${keys.replaceAll("key", "+key")}
        AND revision > ? AND revision <= ? ORDER BY revision LIMIT ?`,
    ),
  );
  return {
    range,
    rangeFrom,
    count,
    countFrom,
    history,
    historyFrom,
    newest: sql(
      "SELECT * FROM change WHERE key = ? AND revision <= ? ORDER BY revision DESC LIMIT 1",
    ),
    at: sql("SELECT * FROM change WHERE revision = ?"),
    insert: sql("INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
    unsetExpiry: sql("UPDATE change SET expires = NULL, checksum = ? WHERE revision = ?"),
    nextExpiry: sql("SELECT min(expires) AS expires FROM change WHERE expires IS NOT NULL"),
    expired: sql(
      `SELECT * FROM change WHERE expires IS NOT NULL AND expires <= ?
       ORDER BY expires, revision LIMIT ?`,
    ),
    dropReplaced: sql(
      `DELETE FROM change WHERE revision IN
       (SELECT previous FROM change WHERE revision > ? AND revision <= ? AND previous IS NOT NULL)`,
    ),
    dropDeletes: sql("DELETE FROM change WHERE revision > ? AND revision <= ? AND deleted = 1"),
    setCompacted: sql("UPDATE compacted SET revision = ?"),
  };
}

function rows(
  bounded: StatementSync,
  unbounded: StatementSync,
  { from, to }: KeyRange,
  before: readonly SQLInputValue[],
  after: readonly SQLInputValue[],
): Row[] {
  const found =
    to === undefined
      ? unbounded.all(from, ...before, ...after)
      : bounded.all(from, to, ...before, ...after);
  return found as unknown as Row[];
}

/** In the order of the table. */
type Columns = readonly [
  revision: number,
  key: string,
  created: number,
  previous: number | null,
  deleted: number,
  expires: number | null,
  value: Uint8Array<ArrayBuffer>,
  checksum: number,
];

function rowOf(columns: Columns): Row {
  const [revision, key, created, previous, deleted, expires, value, checksum] = columns;
  return { revision, key, created, previous, deleted, expires, value, checksum };
}

function entryOf(row: Row): Entry {
  return {
    key: row.key,
    value: row.value,
    created: revision(row.created),
    modified: revision(row.revision),
  };
}

interface Meaning {
  readonly code: FaultCode;
  readonly meaning: string;
  /** What whoever reads the message should do. */
  readonly advice?: (folder: string) => string;
}

const lookAtMedium = (folder: string) =>
  `find out why the file system of ${folder} refuses (mount, dmesg); the data is left as it is`;

/** SQLite's primary result codes. */
const faults: Readonly<Record<number, Meaning>> = {
  5: { code: "locked", meaning: "is in use by another process" },
  8: { code: "io", meaning: "is read-only", advice: lookAtMedium },
  10: { code: "io", meaning: "cannot be read or written", advice: lookAtMedium },
  11: { code: "corrupt", meaning: "is damaged" },
  13: {
    code: "full",
    meaning: "cannot grow: the disk is full",
    advice: (folder) => `make room in ${folder}; then it takes writes again`,
  },
  14: { code: "io", meaning: "cannot be opened", advice: lookAtMedium },
  26: { code: "corrupt", meaning: "is no database of this program" },
};

function faultOf(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !("errcode" in error)) return error;
  return faultWith(Number(error.errcode), path, error.message, error);
}

function faultWith(errorCode: number, path: string, detail: string, cause?: Error): StorageFault {
  const { code, meaning, advice }: Meaning = faults[errorCode & 0xff] ?? {
    code: "broken",
    meaning: "failed",
  };
  const text = `${path} ${meaning} (SQLite error ${errorCode}: ${detail})`;
  return new StorageFault(code, advice ? `${text}: ${advice(dirname(path))}` : text, { cause });
}
