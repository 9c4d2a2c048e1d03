import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { runCommand } from "./command.ts";

/** Where programs of others that tests need are kept from one run to the next. */
export const interopCache = resolve(import.meta.dirname, "../../.cache/interop");

/** A first run fetches and compiles; later ones find it done. */
export const buildMsMax = 900_000;

const unreachable =
  /dial tcp|no such host|proxyconnect|module lookup disabled|i\/o timeout|NewConnectionError|ConnectTimeoutError|ProxyError/;

/** Runs a step that may fetch packages. Returns why they cannot be had; throws on what else is wrong. */
export async function fetchOrSkip(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  await mkdir(interopCache, { recursive: true });
  const result = await runCommand("nice", [program, ...args], {
    timeoutMs: buildMsMax,
    expectCode: "any",
    environment: { ...process.env, ...environment },
  });
  if (result.code === 0) return undefined;
  if (unreachable.test(result.stderr)) return `what ${program} needs cannot be fetched here`;
  throw new Error(`${program} ${args.join(" ")} failed:\n${result.stderr}`);
}

/** Says whether a program is there at all. */
export async function isInstalled(program: string, args: readonly string[]): Promise<boolean> {
  const result = await runCommand(program, args, { expectCode: "any" }).catch(() => undefined);
  return result?.code === 0;
}

export function inCache(...path: string[]): string {
  return join(interopCache, ...path);
}
