import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { eventually } from "./eventually.ts";

/** A terminal of 80 columns and 24 rows that `script` (util-linux) lends, with a person's hands. */
export class Terminal implements AsyncDisposable {
  #screen = "";
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<number>;

  /** Words go to the program as they are. */
  constructor(words: readonly string[], environment: Readonly<NodeJS.ProcessEnv>) {
    const command = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
    const args = ["-qec", `stty rows 24 cols 80; ${command}`, "/dev/null"];
    this.#child = spawn("script", args, { env: { ...environment, TERM: "xterm" } });
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => (this.#screen += text));
    this.#ended = new Promise((done) => this.#child.on("close", (code) => done(code ?? -1)));
  }

  type(text: string): void {
    this.#child.stdin.write(text);
  }

  async until(pattern: RegExp): Promise<void> {
    await eventually(() => assert.match(this.#screen, pattern));
  }

  /** The exit code, and all that was shown. */
  async end(): Promise<{ code: number; screen: string }> {
    return { code: await this.#ended, screen: this.#screen };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await this.#ended;
  }
}
