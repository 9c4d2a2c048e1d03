import { existsSync } from "node:fs";
import { lookup } from "node:dns/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { TimeoutError, withTimeout } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";

const probeTimeoutMs = 1500;

/**
 * Asks whether a registry's host accepts connections: the runtime itself would wait half a minute
 * for one that does not. Says nothing where the runtime would go another way, by a mirror or proxy.
 */
export function createRegistryProbe(options: {
  readonly clock: Clock;
  /** The runtime's folder of `<registry>/hosts.toml`. */
  readonly registryDir?: string;
  /** Whether the runtime goes through a proxy. */
  readonly proxied: boolean;
}): (endpoint: string, signal: AbortSignal) => Promise<string | undefined> {
  return async (endpoint, signal) => {
    if (options.proxied || hasMirror(options.registryDir, endpoint)) return undefined;
    try {
      await withTimeout(options.clock, probeTimeoutMs, signal, (signal) => dial(endpoint, signal));
      return undefined;
    } catch (error) {
      if (signal.aborted) throw error;
      if (error instanceof TimeoutError) return `dial tcp ${endpoint}: i/o timeout`;
      return error instanceof Error ? error.message : String(error);
    }
  };
}

function hasMirror(registryDir: string | undefined, endpoint: string): boolean {
  if (registryDir === undefined) return false;
  const registry = endpoint === "registry-1.docker.io" ? "docker.io" : endpoint;
  const names = [registry, registry.replace(/:(\d+)$/, "_$1_"), "_default"];
  return names.some((name) => existsSync(join(registryDir, name, "hosts.toml")));
}

async function dial(endpoint: string, signal: AbortSignal): Promise<void> {
  const { hostname, port } = new URL(`https://${endpoint}`);
  const host = hostname.replace(/^\[|\]$/g, "");
  let address: string;
  try {
    ({ address } = await lookup(host));
  } catch {
    throw new Error(`dial tcp: lookup ${host}: no such host`);
  }
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host: address, port: Number(port || 443), signal });
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        new Error(`dial tcp ${address}:${port || 443}: ${reasons[error.code ?? ""] ?? error}`),
      );
    });
  });
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  ENETUNREACH: "connect: network is unreachable",
  EHOSTUNREACH: "connect: no route to host",
  ETIMEDOUT: "i/o timeout",
};
