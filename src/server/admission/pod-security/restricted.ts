import type { PodSpec, Volume } from "#api/core/v1.ts";
import { procMount, seccomp, unlessInUserNamespace } from "./baseline.ts";
import { namesOf, plural, quoteAll, setters, sorted, subject } from "./check.ts";
import type { Check, CheckVersion } from "./check.ts";

type Find = CheckVersion["find"];

/** Windows has no such fields: validation has refused them already. */
const unlessWindows =
  (find: Find): Find =>
  (pod) =>
    isWindows(pod.spec) ? undefined : find(pod);

const isWindows = (spec: PodSpec) => spec.os?.name === "windows";

const allowPrivilegeEscalation: Find = ({ containers }) => {
  const bad = namesOf(containers, (security) => security.allowPrivilegeEscalation ?? true);
  if (bad.length === 0) return undefined;
  return {
    reason: "allowPrivilegeEscalation != false",
    detail: `${subject("container", bad)} must set securityContext.allowPrivilegeEscalation=false`,
  };
};

const capabilities: Find = ({ containers }) => {
  const noDrop = namesOf(containers, (security) => !security.capabilities?.drop?.includes("ALL"));
  const added = new Set<string>();
  const adds = namesOf(containers, (security) => {
    const others = (security.capabilities?.add ?? []).filter((name) => name !== "NET_BIND_SERVICE");
    for (const name of others) added.add(name);
    return others.length > 0;
  });
  const details = [
    ...(noDrop.length
      ? [`${subject("container", noDrop)} must set securityContext.capabilities.drop=["ALL"]`]
      : []),
    ...(adds.length
      ? [
          `${subject("container", adds)} must not include ${quoteAll(sorted(added))} in ` +
            "securityContext.capabilities.add",
        ]
      : []),
  ];
  if (details.length === 0) return undefined;
  return { reason: "unrestricted capabilities", detail: details.join("; ") };
};

const allowedSources = new Set([
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);

const restrictedVolumes: Find = ({ spec }) => {
  const types = new Set<string>();
  const bad = (spec.volumes ?? []).filter((volume) => {
    const source = sourceOf(volume);
    if (allowedSources.has(source)) return false;
    types.add(source);
    return true;
  });
  if (bad.length === 0) return undefined;
  const who = subject(
    "volume",
    bad.map(({ name }) => name),
  );
  const use = bad.length === 1 ? "uses" : "use";
  const what = `${plural("restricted volume type", types.size)} ${quoteAll(sorted(types))}`;
  return { reason: "restricted volume types", detail: `${who} ${use} ${what}` };
};

function sourceOf(volume: Volume): string {
  return Object.keys(volume).find((key) => key !== "name") ?? "unknown";
}

const runAsNonRoot: Find = ({ security, containers }) => {
  const reason = "runAsNonRoot != true";
  const podIsBad = security.runAsNonRoot === false;
  const explicit = namesOf(containers, (own) => own.runAsNonRoot === false);
  if (podIsBad || explicit.length > 0) {
    const who = setters(podIsBad, explicit);
    return { reason, detail: `${who} must not set securityContext.runAsNonRoot=false` };
  }
  const silent = namesOf(containers, (own) => own.runAsNonRoot === undefined);
  if (security.runAsNonRoot || silent.length === 0) return undefined;
  const who = `pod or ${subject("container", silent)}`;
  return { reason, detail: `${who} must set securityContext.runAsNonRoot=true` };
};

const runAsUser: Find = ({ security, containers }) => {
  const podIsBad = security.runAsUser === 0;
  const bad = namesOf(containers, (own) => own.runAsUser === 0);
  if (!podIsBad && bad.length === 0) return undefined;
  return { reason: "runAsUser=0", detail: `${setters(podIsBad, bad)} must not set runAsUser=0` };
};

const seccompSet: Find = (pod) => {
  const explicit = seccomp(pod);
  if (explicit || pod.security.seccompProfile) return explicit;
  const silent = namesOf(pod.containers, (own) => own.seccompProfile === undefined);
  if (silent.length === 0) return undefined;
  return {
    reason: "seccompProfile",
    detail:
      `pod or ${subject("container", silent)} must set securityContext.seccompProfile.type to ` +
      '"RuntimeDefault" or "Localhost"',
  };
};

/** What hardened pods do, on top of the baseline. In the order of messages. */
export const restrictedChecks: readonly Check[] = [
  {
    id: "allowPrivilegeEscalation",
    versions: [
      { since: 8, find: allowPrivilegeEscalation },
      { since: 25, find: unlessWindows(allowPrivilegeEscalation) },
    ],
  },
  {
    id: "capabilities_restricted",
    versions: [
      { since: 22, find: capabilities, replaces: "capabilities_baseline" },
      { since: 25, find: unlessWindows(capabilities), replaces: "capabilities_baseline" },
    ],
  },
  {
    id: "procMount_restricted",
    versions: [{ since: 35, find: procMount, replaces: "procMount" }],
  },
  {
    id: "restrictedVolumes",
    versions: [{ since: 0, find: restrictedVolumes, replaces: "hostPathVolumes" }],
  },
  {
    id: "runAsNonRoot",
    versions: [
      { since: 0, find: runAsNonRoot },
      { since: 35, find: unlessInUserNamespace(runAsNonRoot) },
    ],
  },
  {
    id: "runAsUser",
    versions: [
      { since: 23, find: runAsUser },
      { since: 35, find: unlessInUserNamespace(runAsUser) },
    ],
  },
  {
    id: "seccompProfile_restricted",
    versions: [
      { since: 19, find: seccompSet, replaces: "seccompProfile_baseline" },
      { since: 25, find: unlessWindows(seccompSet), replaces: "seccompProfile_baseline" },
    ],
  },
];
