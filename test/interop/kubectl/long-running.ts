import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { main } from "#kubectl/main.ts";
import { nodeHost } from "#kubectl/node/host.ts";
import { eventually } from "../../support/eventually.ts";
import { stockKubectl } from "./stock.ts";

/** A command that goes on until it is interrupted. */
export interface LongRunning {
  /** What it has said so far, on both outputs. */
  readonly said: () => string;
  /** Resolves with the match once it has said so. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  /** As Ctrl-C; resolves with the exit code. */
  interrupt(): Promise<number>;
  readonly ended: Promise<number>;
}

export type Start = (
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
) => LongRunning;

export const programs: readonly { readonly name: string; readonly start: Start }[] = [
  { name: "the stock kubectl", start: startStock },
  { name: "ours", start: startOurs },
];

function startStock(args: readonly string[], environment: Readonly<Record<string, string>>) {
  const child = spawn(stockKubectl().path, args, { env: environment });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  }
  const ended = new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? 130)));
  return running(
    () => said,
    ended,
    () => child.kill("SIGINT"),
  );
}

const real = nodeHost();

function startOurs(args: readonly string[], environment: Readonly<Record<string, string>>) {
  const interrupted = new AbortController();
  let said = "";
  const output = {
    isTerminal: false,
    write: (data: string | Uint8Array) =>
      void (said += typeof data === "string" ? data : Buffer.from(data).toString()),
  };
  const host = {
    ...real,
    environment,
    homeDirectory: environment["HOME"] ?? "",
    stdout: output,
    stderr: output,
    interrupted: interrupted.signal,
  };
  return running(
    () => said,
    main(host, args),
    () => interrupted.abort(new Error("interrupted")),
  );
}

function running(said: () => string, ended: Promise<number>, stop: () => void): LongRunning {
  return {
    said,
    ended,
    async until(pattern) {
      let found: RegExpExecArray | null = null;
      await eventually(() => {
        found = pattern.exec(said());
        assert.ok(found, said());
      });
      return found ?? assert.fail(said());
    },
    async interrupt() {
      stop();
      return await ended;
    },
  };
}
