import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { eventually } from "./eventually.ts";

/** The second terminal window of the tutorials: `kubectl get pods -w` while other commands run. */
export class PodWatch implements AsyncDisposable {
  #output = "";
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  constructor(line: string, environment: NodeJS.ProcessEnv) {
    this.#child = spawn("bash", ["-c", `exec ${line}`], { env: environment });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    this.#ended = new Promise((done) => this.#child.on("close", () => done()));
  }

  /** "web-0 1/1 Running", in the order of their coming, what was said again left out. */
  get steps(): readonly string[] {
    const last = new Map<string, string>();
    return this.#output.split("\n").flatMap((line) => {
      const [name = "", ready = "", status = ""] = line.split(/\s+/);
      if (!/^\d+\/\d+$/.test(ready)) return [];
      const step = `${name} ${ready} ${status}`;
      if (last.get(name) === step) return [];
      last.set(name, step);
      return [step];
    });
  }

  /** Waits until these were seen, in this order; others may stand between them. */
  async saw(...expected: readonly string[]): Promise<void> {
    await eventually(() => {
      let at = -1;
      for (const step of expected) {
        at = this.steps.indexOf(step, at + 1);
        assert.ok(at >= 0, `no "${step}" in its place:\n${this.steps.join("\n")}`);
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await this.#ended;
  }
}
