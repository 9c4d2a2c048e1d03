import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { eventually } from "./eventually.ts";

/** A terminal that `script` lends to a command line, with a person's hands. */
export class Terminal implements AsyncDisposable {
  #screen = "";
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<number>;

  constructor(line: string, environment: NodeJS.ProcessEnv) {
    const words = ["-qec", `stty rows 24 cols 80; ${line}`, "/dev/null"];
    this.#child = spawn("script", words, { env: { ...environment, TERM: "xterm" } });
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
