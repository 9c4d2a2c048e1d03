import { existsSync, statSync } from "node:fs";
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { crc32 } from "node:zlib";
import { StorageFault } from "../../store.ts";
import type { EngineConnection } from "./sqlite-store.ts";

/** What a row says, apart from its checksum. */
export interface RowContent {
  readonly revision: number;
  readonly key: string;
  readonly created: number;
  readonly previous: number | null;
  readonly deleted: number;
  readonly expires: number | null;
  readonly value: Uint8Array;
}

/** SQLite itself finds damage in the structure of its pages, but not in what they hold. */
export function checksumOf(row: RowContent): number {
  const { revision, key, created, previous, deleted, expires, value } = row;
  return crc32(value, crc32(`${revision} ${key} ${created} ${previous} ${deleted} ${expires}`));
}

/** The row, if it is what was written. */
export function verified<R extends RowContent>(
  row: R & { readonly checksum: number },
  path: string,
): R {
  if (checksumOf(row) === row.checksum) return row;
  throw damaged(path, `revision ${row.revision} is not what was written`);
}

export const damaged = (path: string, what: string) =>
  new StorageFault("corrupt", `${path} is damaged: ${what}`);

/** A file of the first format, whose rows have no checksums, gets them. */
export function addChecksums(database: DatabaseSync): void {
  database.function(
    "checksum_of",
    { deterministic: true, varargs: true },
    (...fields: SQLInputValue[]) => {
      const [revision, key, created, previous, deleted, expires, value] = fields;
      return checksumOf({
        revision,
        key,
        created,
        previous,
        deleted,
        expires,
        value,
      } as RowContent);
    },
  );
  database.exec("ALTER TABLE change ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0");
  database.exec(
    `UPDATE change
     SET checksum = checksum_of(revision, key, created, previous, deleted, expires, value)`,
  );
}

/** Larger files are looked through only when they were not closed: that takes seconds for a GB. */
const alwaysBytesMax = 64 << 20;

/** Whether to look through the whole file before it is used; to be asked before it is opened. */
export function needsInspection(path: string): boolean {
  if (!existsSync(path)) return false;
  const log = `${path}-wal`;
  const wasClosed = !existsSync(log) || statSync(log).size === 0;
  return !wasClosed || statSync(path).size <= alwaysBytesMax;
}

/** Throws when pages, or the index over the rows, do not fit together. */
export function inspect(database: DatabaseSync, path: string): void {
  const [finding] = database.prepare("PRAGMA integrity_check(1)").all();
  const text = String(Object.values(finding ?? {})[0]);
  if (text !== "ok") throw damaged(path, text.replace(/\s+/g, " "));
}

export interface DamageOptions {
  /** What whoever hears of a damaged file should do. */
  readonly advice: (() => Promise<string>) | undefined;
  /** Hears of each request that met damage. */
  readonly met: (fault: StorageFault) => void;
}

/** A connection whose failures because of damage say what to do about it. */
export function withAdvice(
  connection: EngineConnection,
  { advice, met }: DamageOptions,
): EngineConnection {
  let found: Promise<string> | undefined;
  return {
    set onBroken(listener: (fault: StorageFault) => void) {
      connection.onBroken = listener;
    },
    async ask(request) {
      try {
        return await connection.ask(request);
      } catch (error) {
        if (!isDamage(error)) throw error;
        found ??= advice?.();
        const fault = await advised(error, found);
        met(fault);
        throw fault;
      }
    },
    close: () => connection.close(),
  };
}

export const isDamage = (error: unknown): error is StorageFault =>
  error instanceof StorageFault && error.code === "corrupt";

export async function advised(
  fault: StorageFault,
  advice: Promise<string> | undefined,
): Promise<StorageFault> {
  if (!advice) return fault;
  return new StorageFault(fault.code, `${fault.message}; ${await advice}`, { cause: fault });
}
