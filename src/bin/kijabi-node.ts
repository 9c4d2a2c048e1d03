import { createLogger } from "#base/log.ts";
import { logOutput } from "#base/node/log-output.ts";
import { parseFlags } from "#base/flags.ts";
import { runAgent } from "#cluster/node/agent.ts";
import { startWarm } from "#cluster/node/warm-start.ts";

/** One node's agent: kubelet, proxy and DNS. Ends at SIGTERM; the containers run on. */
startWarm();
const { values } = parseFlags(
  { config: { type: "string", default: "", usage: "the agent's configuration file" } },
  process.argv.slice(2),
);
const logger = createLogger({
  write: logOutput(),
  now: () => Date.now(),
  level: process.env.KIJABI_LOG === "debug" ? "debug" : "info",
});
const stopping = new AbortController();
for (const name of ["SIGTERM", "SIGINT"] as const) {
  process.once(name, () => stopping.abort(new Error(`got ${name}`)));
}
await runAgent(values.config, logger, stopping.signal);
process.exit(0);
