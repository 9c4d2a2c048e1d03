// Cluster DNS in a network namespace, for a Service whose address is given. Ends with its input.
import { createLogger } from "#base/log.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { cryptoRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import { Service } from "#api/core/v1/service.ts";
import { applyDefaults } from "#schema/default.ts";
import { ClusterRecords } from "../../records.ts";
import { serveDns } from "../server.ts";

const [address = "", clusterIP = ""] = process.argv.slice(2);
const clock = systemClock();
const logger = createLogger({
  write: (line) => process.stderr.write(line),
  now: () => clock.now(),
  level: "warn",
});
const scope = new Scope({ onFailure: (task, error) => logger.error("failed", { task, error }) });
const records = new ClusterRecords();
records.setService(
  applyDefaults(Service, {
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: "default", name: "web" },
    spec: { clusterIP, ports: [{ name: "http", port: 80 }] },
  }),
);
records.markSynced();
await serveDns(
  {
    addresses: [address],
    records,
    upstreams: () => [],
    clock,
    random: cryptoRandom,
    logger,
  },
  scope,
);
process.stdout.write("ready\n");
process.stdin.resume().on("end", () => void scope.close());
