import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from "node:fs";
import { statSync, writeSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";

export interface LogFileOptions {
  /** "-" for the process's standard output. */
  readonly path: string;
  /** Rotated before it grows beyond this. */
  readonly bytesMax: number;
  /** Older files that are kept; 0 for all. */
  readonly backupsMax: number;
  /** Older files are kept this long; 0 for ever. */
  readonly daysMax: number;
  readonly now: () => number;
}

/**
 * A log whose lines are in the file when `write` returns: what a request did must not be lost with
 * the process. Full files are set aside under the time at which that was.
 */
export class LogFile {
  readonly #options: LogFileOptions;
  #descriptor: number;
  #bytes: number;

  constructor(options: LogFileOptions) {
    this.#options = options;
    if (options.path !== "-") mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 });
    [this.#descriptor, this.#bytes] = this.#open();
  }

  write(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    const { bytesMax, path } = this.#options;
    if (path !== "-" && this.#bytes > 0 && this.#bytes + bytes.length > bytesMax) this.#rotate();
    let written = 0;
    while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written);
    this.#bytes += bytes.length;
  }

  close(): void {
    if (this.#options.path !== "-") closeSync(this.#descriptor);
  }

  #open(): [descriptor: number, bytes: number] {
    const { path } = this.#options;
    if (path === "-") return [1, 0];
    const descriptor = openSync(path, "a", 0o600);
    return [descriptor, fstatSync(descriptor).size];
  }

  #rotate(): void {
    const { path, now } = this.#options;
    closeSync(this.#descriptor);
    const extension = extname(path);
    const stem = basename(path, extension);
    const time = new Date(now()).toISOString().replaceAll(":", "-").replace("Z", "");
    renameSync(path, join(dirname(path), `${stem}-${time}${extension}`));
    this.#removeOld(`${stem}-`, extension);
    [this.#descriptor, this.#bytes] = this.#open();
  }

  #removeOld(prefix: string, extension: string): void {
    const { path, backupsMax, daysMax, now } = this.#options;
    const folder = dirname(path);
    const time = /^\d{4}-\d\d-\d\dT[\d.-]+$/;
    const old = readdirSync(folder)
      .filter((name) => name.startsWith(prefix) && name.endsWith(extension))
      .filter((name) => time.test(name.slice(prefix.length, name.length - extension.length)))
      .sort()
      .reverse();
    const oldest = daysMax > 0 ? now() - daysMax * 24 * 60 * 60 * 1000 : 0;
    for (const [index, name] of old.entries()) {
      const file = join(folder, name);
      const isTooMany = backupsMax > 0 && index >= backupsMax;
      if (isTooMany || statSync(file).mtimeMs < oldest) rmSync(file, { force: true });
    }
  }
}
