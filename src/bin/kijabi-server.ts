import { createLogger } from "#base/log.ts";
import { logOutput } from "#base/node/log-output.ts";
import { parseFlags } from "#base/flags.ts";
import { auditFlags, auditOfFlags } from "#cluster/node/audit.ts";
import { accessFlags } from "#cluster/node/access.ts";
import { admissionFlags } from "#cluster/node/admission.ts";
import { apiEnablementFlags, runtimeConfigOfFlags } from "#cluster/node/api-enablement.ts";
import { encryptionFlags, encryptionOfFlags } from "#cluster/node/encryption.ts";
import { schedulerFlags } from "#cluster/node/scheduler-flags.ts";
import { runServer } from "#cluster/node/server.ts";
import { snapshotFlags } from "#cluster/node/snapshot-keeper.ts";
import { etcdFlags, etcdOfFlags } from "#cluster/node/store.ts";
import { startWarm } from "#cluster/node/warm-start.ts";

/** The control plane of one profile. Ends at SIGTERM; the nodes run on. */
startWarm();
const { values, given } = parseFlags(
  {
    profile: { type: "string", default: "kijabi", usage: "the cluster's name" },
    ...etcdFlags,
    ...auditFlags,
    ...encryptionFlags,
    ...accessFlags,
    ...admissionFlags,
    ...schedulerFlags,
    ...apiEnablementFlags,
    ...snapshotFlags,
  },
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
try {
  const options = {
    profile: values.profile,
    etcd: etcdOfFlags(values),
    audit: auditOfFlags(values),
    encryption: encryptionOfFlags(values),
    access: { values, given },
    admission: values,
    scheduler: values,
    runtimeConfig: runtimeConfigOfFlags(values),
    snapshots: {
      intervalMs: values["snapshot-interval"],
      countMax: values["snapshot-count"],
    },
  };
  await runServer(options, logger, stopping.signal);
} catch (error) {
  // Whoever starts a cluster reads this; where the code was helps only who works on it.
  logger.error(`the server cannot run: ${reasonOf(error)}`);
  logger.debug("where that was", { error });
  process.exit(1);
}
process.exit(0);

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${reasonOf(error.cause)}`;
}
