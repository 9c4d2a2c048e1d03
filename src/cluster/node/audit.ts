import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Clock } from "#base/clock.ts";
import type { FlagSpecs, FlagValues } from "#base/flags.ts";
import type { Random } from "#base/random.ts";
import type { Scope } from "#base/scope.ts";
import type { Auditor } from "#server/audit/auditor.ts";
import type { AuditPolicy } from "#server/audit/policy.ts";
import type { AuditConfig } from "../config.ts";

/** As kube-apiserver names them. */
export const auditFlags = {
  "audit-policy-file": { type: "string", usage: "which requests are written down, and how much" },
  "audit-log-path": {
    type: "string",
    usage: 'where they are written down; "-" is the server\'s log',
  },
  "audit-log-maxsize": { type: "int", default: 100, usage: "megabytes of one file of that log" },
  "audit-log-maxbackup": { type: "int", default: 0, usage: "how many older files stay; 0: all" },
  "audit-log-maxage": { type: "int", default: 0, usage: "days that older files stay; 0: for ever" },
} as const satisfies FlagSpecs;

/** Undefined when nothing is to be written down. Throws `TypeError` for flags that say only half. */
export function auditOfFlags(
  values: Partial<FlagValues<typeof auditFlags>>,
): AuditConfig | undefined {
  const { "audit-policy-file": policyFile, "audit-log-path": logPath } = values;
  if (policyFile === undefined && logPath === undefined) return undefined;
  if (policyFile === undefined || logPath === undefined) {
    throw new TypeError("--audit-policy-file and --audit-log-path belong together");
  }
  return {
    policyFile: resolve(policyFile),
    logPath: logPath === "-" ? logPath : resolve(logPath),
    maxSize: values["audit-log-maxsize"] ?? 100,
    maxBackups: values["audit-log-maxbackup"] ?? 0,
    maxAge: values["audit-log-maxage"] ?? 0,
  };
}

/** Throws for a policy that cannot be followed: a server that should audit must not run without. */
export async function openAuditor(
  config: AuditConfig,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  scope: Scope,
): Promise<Auditor> {
  // Loaded by servers that audit, and by nobody else.
  const [{ Auditor }, { LogFile }, { AuditPolicy }] = await Promise.all([
    import("#server/audit/auditor.ts"),
    import("#server/audit/node/log-file.ts"),
    import("#server/audit/policy.ts"),
  ]);
  const text = await readFile(config.policyFile, "utf8");
  let policy: AuditPolicy;
  try {
    policy = AuditPolicy.parse(text);
  } catch (error) {
    throw new Error(`the audit policy ${config.policyFile} cannot be followed`, { cause: error });
  }
  const log = new LogFile({
    path: config.logPath,
    bytesMax: config.maxSize * 1024 * 1024,
    backupsMax: config.maxBackups,
    daysMax: config.maxAge,
    now: () => clock.now(),
  });
  scope.onClose(() => log.close());
  return new Auditor({ policy, clock, random, write: (line) => log.write(line) });
}
