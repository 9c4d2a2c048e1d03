import type {
  Container,
  EphemeralContainer,
  PodSecurityContext,
  PodSpec,
  Volume,
} from "#api/core/v1.ts";

export type Level = "baseline" | "restricted";
type AnyContainer = Container | EphemeralContainer;
type Security = NonNullable<AnyContainer["securityContext"]>;
type Annotations = Readonly<Record<string, string>>;

/** One rule of the pod security standards: what violates it, as `reason (detail)`. */
type Check = (pod: Pod) => string | undefined;

/** A pod, with what every check asks for at hand. */
interface Pod {
  readonly spec: PodSpec;
  readonly security: Readonly<PodSecurityContext>;
  readonly containers: readonly AnyContainer[];
  readonly annotations: Annotations;
}

/** What of the pod the level forbids, in upstream's words and order. Empty: nothing. */
export function violations(level: Level, spec: PodSpec, annotations: Annotations): string[] {
  const containers = [
    ...(spec.initContainers ?? []),
    ...spec.containers,
    ...(spec.ephemeralContainers ?? []),
  ];
  const pod = { spec, security: spec.securityContext ?? {}, containers, annotations };
  const checks = level === "baseline" ? baseline : restricted;
  return checks.map((check) => check(pod)).filter((text) => text !== undefined);
}

// Baseline: nothing that reaches the host.

const hostNamespaces: Check = ({ spec }) => {
  const used = (["hostNetwork", "hostPID", "hostIPC"] as const).filter((key) => spec[key]);
  return used.length
    ? `host namespaces (${used.map((key) => `${key}=true`).join(", ")})`
    : undefined;
};

const privileged: Check = ({ containers }) => {
  const bad = namesOf(containers, ({ privileged: value }) => value === true);
  return bad.length
    ? `privileged (${subject("container", bad)} must not set securityContext.privileged=true)`
    : undefined;
};

const baselineCapabilities = [
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
];

const capabilitiesBaseline: Check = ({ containers }) => {
  const added = new Set<string>();
  const bad = namesOf(containers, ({ capabilities }) => {
    const others = (capabilities?.add ?? []).filter((name) => !baselineCapabilities.includes(name));
    for (const name of others) added.add(name);
    return others.length > 0;
  });
  return bad.length
    ? `non-default capabilities (${subject("container", bad)} must not include ` +
        `${quoteAll([...added].sort())} in securityContext.capabilities.add)`
    : undefined;
};

const hostPath: Check = ({ spec }) => {
  const names = (spec.volumes ?? []).filter((volume) => volume.hostPath).map(({ name }) => name);
  return names.length ? `hostPath volumes (${subject("volume", names)})` : undefined;
};

const hostPorts: Check = ({ containers }) => {
  const ports = new Set<number>();
  const bad = containers
    .filter(({ ports: declared = [] }) => {
      const used = declared.flatMap(({ hostPort }) => (hostPort ? [hostPort] : []));
      for (const port of used) ports.add(port);
      return used.length > 0;
    })
    .map(({ name }) => name);
  if (bad.length === 0) return undefined;
  const list = [...ports].sort((left, right) => left - right).join(", ");
  const word = bad.length === 1 ? "uses" : "use";
  return `hostPort (${subject("container", bad)} ${word} hostPort${ports.size > 1 ? "s" : ""} ${list})`;
};

const appArmorPrefix = "container.apparmor.security.beta.kubernetes.io/";

const appArmor: Check = ({ security, containers, annotations }) => {
  const isAllowed = (profile: Security["appArmorProfile"]) =>
    !profile || profile.type === "RuntimeDefault" || profile.type === "Localhost";
  const bad = namesOf(containers, ({ appArmorProfile }) => !isAllowed(appArmorProfile));
  const setters = [
    ...(isAllowed(security.appArmorProfile) ? [] : ["pod"]),
    ...(bad.length ? [subject("container", bad)] : []),
  ];
  const forbidden = Object.entries(annotations)
    .filter(([key, value]) => key.startsWith(appArmorPrefix) && !isAllowedAnnotation(value))
    .map(([key, value]) => `${JSON.stringify(key)}=${JSON.stringify(value)}`);
  if (setters.length + forbidden.length === 0) return undefined;
  const reason = setters.length + forbidden.length === 1 ? "profile" : "profiles";
  const details = [
    ...(setters.length
      ? [`${setters.join(" and ")} must not set AppArmor profile type to "Unconfined"`]
      : []),
    ...(forbidden.length
      ? [`annotation${forbidden.length > 1 ? "s" : ""} ${forbidden.sort().join(", ")}`]
      : []),
  ];
  return `forbidden AppArmor ${reason} (${details.join(" and ")})`;
};

const isAllowedAnnotation = (value: string) =>
  value === "" || value === "runtime/default" || value.startsWith("localhost/");

const seLinuxTypes = [
  "",
  "container_t",
  "container_init_t",
  "container_kvm_t",
  "container_engine_t",
];

const seLinux: Check = ({ security, containers }) => {
  type Options = Security["seLinuxOptions"];
  const types = new Set<string>();
  const isBad = (options: Options) => {
    const wrongType = !seLinuxTypes.includes(options?.type ?? "");
    if (wrongType) types.add(options?.type ?? "");
    return wrongType || Boolean(options?.user) || Boolean(options?.role);
  };
  const all = [
    security.seLinuxOptions,
    ...containers.map((c) => c.securityContext?.seLinuxOptions),
  ];
  const podIsBad = isBad(security.seLinuxOptions);
  const bad = namesOf(containers, ({ seLinuxOptions }) => isBad(seLinuxOptions));
  if (!podIsBad && bad.length === 0) return undefined;
  const setters = [
    ...(podIsBad ? ["pod"] : []),
    ...(bad.length ? [subject("container", bad)] : []),
  ];
  const details = [
    ...(types.size ? [`type${types.size > 1 ? "s" : ""} ${quoteAll([...types].sort())}`] : []),
    ...(all.some((options) => options?.user) ? ["user may not be set"] : []),
    ...(all.some((options) => options?.role) ? ["role may not be set"] : []),
  ];
  return `seLinuxOptions (${setters.join(" and ")} set forbidden securityContext.seLinuxOptions: ${details.join("; ")})`;
};

const procMount: Check = ({ spec, containers }) => {
  // In a user namespace of its own a pod may see all of /proc.
  if (spec.hostUsers === false) return undefined;
  const values = new Set<string>();
  const bad = namesOf(containers, ({ procMount: value }) => {
    if (value === undefined || value === "Default") return false;
    values.add(value);
    return true;
  });
  return bad.length
    ? `procMount (${subject("container", bad)} must not set securityContext.procMount to ` +
        `${quoteAll([...values].sort())})`
    : undefined;
};

const seccompBaseline: Check = ({ security, containers }) => {
  const isBad = (profile: Security["seccompProfile"]) =>
    profile !== undefined && profile.type !== "RuntimeDefault" && profile.type !== "Localhost";
  const bad = namesOf(containers, ({ seccompProfile }) => isBad(seccompProfile));
  const setters = [
    ...(isBad(security.seccompProfile) ? ["pod"] : []),
    ...(bad.length ? [subject("container", bad)] : []),
  ];
  return setters.length
    ? `seccompProfile (${setters.join(" and ")} must not set securityContext.seccompProfile.type ` +
        'to "Unconfined")'
    : undefined;
};

const safeSysctls = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_wmem",
];

const sysctls: Check = ({ security }) => {
  const bad = (security.sysctls ?? [])
    .map(({ name }) => name)
    .filter((name) => !safeSysctls.includes(name));
  return bad.length ? `forbidden sysctls (${bad.join(", ")})` : undefined;
};

const hostProcess: Check = ({ security, containers }) => {
  const bad = namesOf(containers, ({ windowsOptions }) => windowsOptions?.hostProcess === true);
  const setters = [
    ...(security.windowsOptions?.hostProcess ? ["pod"] : []),
    ...(bad.length ? [subject("container", bad)] : []),
  ];
  return setters.length
    ? `hostProcess (${setters.join(" and ")} must not set ` +
        "securityContext.windowsOptions.hostProcess=true)"
    : undefined;
};

/** The host that a probe or hook connects to: any but the pod itself. */
const hostProbes: Check = ({ containers }) => {
  const hosts = new Set<string>();
  const bad = containers
    .filter((container) => {
      const used = probeHosts(container);
      for (const host of used) hosts.add(host);
      return used.length > 0;
    })
    .map(({ name }) => name);
  if (bad.length === 0) return undefined;
  const word = bad.length === 1 ? "uses" : "use";
  return (
    `probe or lifecycle host (${subject("container", bad)} ${word} probe or lifecycle ` +
    `host${hosts.size > 1 ? "s" : ""} ${quoteAll([...hosts].sort())})`
  );
};

function probeHosts({ livenessProbe, readinessProbe, startupProbe, lifecycle }: AnyContainer) {
  const handlers = [
    livenessProbe,
    readinessProbe,
    startupProbe,
    lifecycle?.postStart,
    lifecycle?.preStop,
  ];
  return handlers.flatMap((handler) => {
    const found = [handler?.httpGet?.host, handler?.tcpSocket?.host];
    return found.filter((host): host is string => Boolean(host) && !isOwnHost(host ?? ""));
  });
}

const isOwnHost = (host: string) => host === "127.0.0.1" || host === "::1";

// Restricted: what hardened pods do, on top of the baseline.

const volumeSources = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

const restrictedVolumes: Check = ({ spec }) => {
  const types = new Set<string>();
  const bad = (spec.volumes ?? []).filter((volume) => {
    const type = sourceOf(volume);
    if (type === undefined || volumeSources.includes(type)) return false;
    types.add(type);
    return true;
  });
  if (bad.length === 0) return undefined;
  const names = subject(
    "volume",
    bad.map(({ name }) => name),
  );
  const word = bad.length === 1 ? "uses" : "use";
  const list = quoteAll([...types].sort());
  return `restricted volume types (${names} ${word} restricted volume type${types.size > 1 ? "s" : ""} ${list})`;
};

const sourceOf = (volume: Volume) => Object.keys(volume).find((key) => key !== "name");

const allowPrivilegeEscalation: Check = ({ spec, containers }) => {
  if (isWindows(spec)) return undefined;
  const bad = namesOf(
    containers,
    ({ allowPrivilegeEscalation: value }) => value === undefined || value,
  );
  return bad.length
    ? `allowPrivilegeEscalation != false (${subject("container", bad)} must set ` +
        "securityContext.allowPrivilegeEscalation=false)"
    : undefined;
};

const runAsNonRoot: Check = ({ security, containers }) => {
  const explicit = namesOf(containers, ({ runAsNonRoot: value }) => value === false);
  const implicit = namesOf(containers, ({ runAsNonRoot: value }) => value === undefined);
  if (explicit.length > 0 || security.runAsNonRoot === false) {
    const setters = [
      ...(security.runAsNonRoot === false ? ["pod"] : []),
      ...(explicit.length ? [subject("container", explicit)] : []),
    ];
    return `runAsNonRoot != true (${setters.join(" and ")} must not set securityContext.runAsNonRoot=false)`;
  }
  if (security.runAsNonRoot || implicit.length === 0) return undefined;
  return (
    `runAsNonRoot != true (pod or ${subject("container", implicit)} must set ` +
    "securityContext.runAsNonRoot=true)"
  );
};

const runAsUser: Check = ({ security, containers }) => {
  const bad = namesOf(containers, ({ runAsUser: value }) => value === 0);
  const setters = [
    ...(security.runAsUser === 0 ? ["pod"] : []),
    ...(bad.length ? [subject("container", bad)] : []),
  ];
  return setters.length
    ? `runAsUser=0 (${setters.join(" and ")} must not set runAsUser=0)`
    : undefined;
};

const seccompRestricted: Check = (pod) => {
  const { spec, security, containers } = pod;
  if (isWindows(spec)) return undefined;
  const explicit = seccompBaseline(pod);
  if (explicit) return explicit;
  if (security.seccompProfile) return undefined;
  const bad = namesOf(containers, ({ seccompProfile }) => seccompProfile === undefined);
  return bad.length
    ? `seccompProfile (pod or ${subject("container", bad)} must set ` +
        'securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")'
    : undefined;
};

const capabilitiesRestricted: Check = ({ spec, containers }) => {
  if (isWindows(spec)) return undefined;
  const noDrop = namesOf(containers, ({ capabilities }) => !capabilities?.drop?.includes("ALL"));
  const added = new Set<string>();
  const adds = namesOf(containers, ({ capabilities }) => {
    const others = (capabilities?.add ?? []).filter((name) => name !== "NET_BIND_SERVICE");
    for (const name of others) added.add(name);
    return others.length > 0;
  });
  const details = [
    ...(noDrop.length
      ? [`${subject("container", noDrop)} must set securityContext.capabilities.drop=["ALL"]`]
      : []),
    ...(adds.length
      ? [
          `${subject("container", adds)} must not include ${quoteAll([...added].sort())} in ` +
            "securityContext.capabilities.add",
        ]
      : []),
  ];
  return details.length ? `unrestricted capabilities (${details.join("; ")})` : undefined;
};

const isWindows = (spec: PodSpec) => spec.os?.name === "windows";

const baseline: readonly Check[] = [
  appArmor,
  capabilitiesBaseline,
  hostNamespaces,
  hostPath,
  hostPorts,
  hostProbes,
  privileged,
  procMount,
  seLinux,
  seccompBaseline,
  sysctls,
  hostProcess,
];

/** Keeps the baseline, but for two checks that it replaces by stricter ones. */
const restricted: readonly Check[] = [
  ...baseline.filter((check) => check !== capabilitiesBaseline && check !== seccompBaseline),
  allowPrivilegeEscalation,
  capabilitiesRestricted,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  seccompRestricted,
];

function namesOf(
  containers: readonly AnyContainer[],
  isBad: (security: Security) => boolean,
): string[] {
  return containers
    .filter(({ securityContext }) => isBad(securityContext ?? {}))
    .map(({ name }) => name);
}

/** `container "a"`, `containers "a", "b"` */
function subject(word: string, names: readonly string[]): string {
  return `${word}${names.length > 1 ? "s" : ""} ${quoteAll(names)}`;
}

function quoteAll(words: readonly string[]): string {
  return words.map((word) => JSON.stringify(word)).join(", ");
}
