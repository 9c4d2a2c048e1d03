import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Scope } from "#base/scope.ts";
import type { HttpsTransport } from "#client/node/https-transport.ts";
import type { Transport } from "#client/transport.ts";

const everyMs = 20_000;

/** One transport for each kubeconfig, which follows the certificates that it names. */
export async function kubeconfigTransports({
  scope,
  clock,
  logger,
}: {
  readonly scope: Scope;
  readonly clock: Clock;
  readonly logger: Logger;
}): Promise<(path: string | undefined) => Transport> {
  const [{ inClusterConfig, loadKubeconfig }, { httpsTransport }] = await Promise.all([
    import("#client/node/kubeconfig.ts"),
    import("#client/node/https-transport.ts"),
  ]);
  const open = new Map<string, HttpsTransport>();
  return (path) => {
    const read = () => (path === undefined ? inClusterConfig() : loadKubeconfig({ path }));
    const config = read();
    const key = JSON.stringify([path, config]);
    const known = open.get(key);
    if (known) return known;
    const transport = httpsTransport(config);
    open.set(key, transport);
    scope.onClose(() => transport.close());
    scope.run(`kubeconfig ${path ?? "of the pod"}`, async (signal) => {
      while (!signal.aborted) {
        try {
          await sleep(clock, everyMs, signal);
          transport.renew(read());
        } catch (error) {
          if (!signal.aborted) logger.warn("a kubeconfig cannot be read again", { path, error });
        }
      }
    });
    return transport;
  };
}
