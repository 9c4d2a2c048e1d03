import { test } from "node:test";
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CommandResult } from "../../support/command.ts";
import type { ImagePrograms } from "../../support/fake-kubelet.ts";
import { comparable } from "./comparable.ts";
import type { MeantDifference } from "./meant-differences.ts";
import { objectsOn, openSide, runOurs, runStock } from "./side.ts";
import type { Side } from "./side.ts";
import { stockKubectl } from "./stock.ts";

/** Commands that are given to the stock kubectl and to ours, one after the other. */
export interface ParityScript {
  readonly name: string;
  /** By name, in the directory that the commands run in. */
  readonly files?: Readonly<Record<string, string>>;
  /** The same on a web server, whose address is WEB in commands. */
  readonly web?: Readonly<Record<string, string>>;
  /** So many nodes, two by default, whose pods pretend to run. Without them, pods stay Pending. */
  readonly nodes?: true | number;
  /** Kubelets that answer for logs, commands and ports; and what programs say that images have. */
  readonly kubelets?: true | ImagePrograms;
  /** The file of the API server's `--admission-control-config-file`. */
  readonly admission?: string;
  readonly steps: readonly Step[];
}

export type Step =
  /**
   * Without "kubectl"; quotes as in a shell, and `$(kubectl …)` for what another command says.
   * Everything is compared.
   */
  | string
  | CommandStep
  /** The text of a file is compared. */
  | { readonly file: string }
  /** Waits, on both sides, until the stock kubectl ends this with 0: nothing is compared. */
  | { readonly settle: string };

export interface CommandStep {
  readonly run: string;
  readonly stdin?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Why ours is meant to say something else; the exit code is compared all the same. */
  readonly differs?: Exclude<MeantDifference, "helps">;
  /** Ours is started as a program of its own, as it has to be to start others in its place. */
  readonly asProgram?: true;
  /** The command's help is printed there, whose words are our own. */
  readonly help?: "stdout" | "stderr";
  /** Lines come in no order that is promised. */
  readonly unordered?: true;
  /** Columns are as wide as ages and addresses happen to be. */
  readonly widths?: "any";
  /** What it says is `$NAME` in the commands after this one, and in their outputs. */
  readonly as?: string;
  /** What it says goes into this file too. */
  readonly into?: string;
  /**
   * It goes on until it is interrupted, which it is when it has said this, blanks counted as one.
   * Of the lines about one thing the last is compared: nobody promises to see each step.
   */
  readonly until?: RegExp;
  /** What is given at another terminal once it has begun. */
  readonly meanwhile?: readonly (string | CommandStep)[];
}

/**
 * A test for each script: two servers alike, the stock kubectl on one and ours on the other, and
 * after each command its output, its errors and its exit code compared; at the end the objects.
 */
export function parity(area: string, scripts: readonly ParityScript[]): void {
  for (const script of scripts) {
    test(`${area}: ${script.name}`, { skip: stockKubectl().skip }, (context) =>
      twiceIfNeeded(script, (line) => context.diagnostic(line)),
    );
  }
}

/** The commands of scripts, all of which are compared. */
export function commandsOf(scripts: readonly ParityScript[]): CommandStep[] {
  const of = (step: Step): CommandStep[] => {
    if (typeof step === "string") return [{ run: step }];
    return "run" in step ? [step, ...(step.meanwhile ?? []).flatMap(of)] : [];
  };
  return scripts.flatMap(({ steps }) => steps.flatMap(of));
}

/**
 * The controllers of two servers are never at the same step in the same moment, and a command that
 * looks at their work may see it. What the programs themselves differ in, differs every time.
 */
async function twiceIfNeeded(script: ParityScript, tell: (line: string) => void): Promise<void> {
  try {
    await runScript(script);
  } catch (error) {
    tell(`${script.name}, the first time: ${String(error)}`);
    await runScript(script);
  }
}

async function runScript(script: ParityScript): Promise<void> {
  await using stock = await openSide(script, runStock);
  await using ours = await openSide(script, runOurs);
  const differences: string[] = [];
  for (const step of script.steps) {
    if (typeof step === "object" && "settle" in step) {
      await Promise.all([stock.settle(step.settle), ours.settle(step.settle)]);
      continue;
    }
    if (typeof step === "object" && "file" in step) {
      const [expected, actual] = await Promise.all([
        fileOf(stock, step.file),
        fileOf(ours, step.file),
      ]);
      if (expected !== actual) {
        differences.push(`${step.file}\n=== stock:\n${expected}\n=== ours:\n${actual}`);
      }
      continue;
    }
    const command = typeof step === "string" ? { run: step } : step;
    const [expected, actual] = await Promise.all([stock.run(command), ours.run(command)]);
    for (const [index, { step, result }] of expected.entries()) {
      const told = differenceOf(step, result, actual[index]?.result ?? result);
      if (told) differences.push(told);
    }
  }
  const [left, right] = await Promise.all([objectsOn(stock, script), objectsOn(ours, script)]);
  if (differences.length > 0)
    throw new Error(`${differences.length} differ:\n${differences.join("\n")}`);
  assert.deepEqual(right, left);
}

function differenceOf(step: CommandStep, expected: CommandResult, actual: CommandResult): string {
  const show = (result: CommandResult) => {
    const said = step.differs
      ? ""
      : `\n--- stdout\n${shown(step, result, "stdout")}\n--- stderr\n${shown(step, result, "stderr")}`;
    return `exit ${result.code}${said}`;
  };
  if (show(expected) === show(actual)) return "";
  return `$ kubectl ${step.run}\n=== stock: ${show(expected)}\n=== ours: ${show(actual)}\n`;
}

function shown(step: CommandStep, result: CommandResult, name: "stdout" | "stderr"): string {
  if (step.help === name) return helpShown(result[name]);
  const narrow = step.widths === "any" || step.until !== undefined;
  const text = narrow ? result[name].replaceAll(/ +/g, " ") : result[name];
  const lines = step.until ? lastOfEach(text.split("\n")) : text.split("\n");
  return step.unordered || step.until ? lines.toSorted().join("\n") : text;
}

function lastOfEach(lines: readonly string[]): string[] {
  return [...new Map(lines.map((line) => [line.split(" ")[0], line])).values()];
}

/** Of a help only its usage is compared, and what stands behind it. */
function helpShown(text: string): string {
  const at = text.lastIndexOf("\nUsage:\n");
  return at < 0 ? text : text.slice(at);
}

async function fileOf({ directory }: Side, name: string): Promise<string> {
  try {
    return comparable(await readFile(join(directory, name), "utf8"), directory);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "(none)";
    throw error;
  }
}
