import { namesOf, plural, quoteAll, setters, sorted, subject } from "./check.ts";
import type { AnyContainer, Check, CheckVersion, PodToCheck, Security } from "./check.ts";

type Find = CheckVersion["find"];

const hostNamespaces: Find = ({ spec }) => {
  const used = (["hostNetwork", "hostPID", "hostIPC"] as const).filter((key) => spec[key]);
  if (used.length === 0) return undefined;
  return { reason: "host namespaces", detail: used.map((key) => `${key}=true`).join(", ") };
};

const privileged: Find = ({ containers }) => {
  const bad = namesOf(containers, (security) => security.privileged === true);
  if (bad.length === 0) return undefined;
  const detail = `${subject("container", bad)} must not set securityContext.privileged=true`;
  return { reason: "privileged", detail };
};

const allowedCapabilities = [
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

const capabilities: Find = ({ containers }) => {
  const added = new Set<string>();
  const bad = namesOf(containers, (security) => {
    const others = (security.capabilities?.add ?? []).filter(
      (name) => !allowedCapabilities.includes(name),
    );
    for (const name of others) added.add(name);
    return others.length > 0;
  });
  if (bad.length === 0) return undefined;
  return {
    reason: "non-default capabilities",
    detail:
      `${subject("container", bad)} must not include ${quoteAll(sorted(added))} in ` +
      "securityContext.capabilities.add",
  };
};

const hostPath: Find = ({ spec }) => {
  const names = (spec.volumes ?? []).filter((volume) => volume.hostPath).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return { reason: "hostPath volumes", detail: subject("volume", names) };
};

const hostPorts: Find = ({ containers }) => {
  const ports = new Set<string>();
  const bad = containers.filter(({ ports: declared = [] }) => {
    const used = declared.flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []));
    for (const port of used) ports.add(port);
    return used.length > 0;
  });
  if (bad.length === 0) return undefined;
  const who = subject(
    "container",
    bad.map(({ name }) => name),
  );
  const use = bad.length === 1 ? "uses" : "use";
  const what = `${plural("hostPort", ports.size)} ${sorted(ports).join(", ")}`;
  return { reason: "hostPort", detail: `${who} ${use} ${what}` };
};

const appArmorPrefix = "container.apparmor.security.beta.kubernetes.io/";

const appArmor: Find = ({ security, containers, annotations }) => {
  const values = new Set<string>();
  const isBad = ({ appArmorProfile: profile }: Pick<Security, "appArmorProfile">) => {
    if (!profile || profile.type === "RuntimeDefault" || profile.type === "Localhost") return false;
    values.add(profile.type);
    return true;
  };
  const podIsBad = isBad(security);
  const bad = namesOf(containers, isBad);
  const forbidden = Object.entries(annotations)
    .filter(([key, value]) => key.startsWith(appArmorPrefix) && !isAllowedAnnotation(value))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const all = [...sorted(values), ...sorted(forbidden)];
  if (all.length === 0) return undefined;
  const who = [
    ...(podIsBad || bad.length ? [setters(podIsBad, bad)] : []),
    ...(forbidden.length ? [plural("annotation", forbidden.length)] : []),
  ].join(" and ");
  return {
    reason: plural("forbidden AppArmor profile", all.length),
    detail: `${who} must not set AppArmor profile type to ${quoteAll(all)}`,
  };
};

const isAllowedAnnotation = (value: string) =>
  value === "" || value === "runtime/default" || value.startsWith("localhost/");

const seLinuxTypes = ["", "container_t", "container_init_t", "container_kvm_t"];

const seLinux =
  (allowed: readonly string[]): Find =>
  ({ security, containers }) => {
    const types = new Set<string>();
    const others = new Set<string>();
    const isBad = ({ seLinuxOptions: options = {} }: Pick<Security, "seLinuxOptions">) => {
      const { type = "", user, role } = options;
      const isForeign = !allowed.includes(type);
      if (isForeign) types.add(type);
      if (user) others.add("user may not be set");
      if (role) others.add("role may not be set");
      return isForeign || Boolean(user) || Boolean(role);
    };
    const podIsBad = isBad(security);
    const bad = namesOf(containers, isBad);
    if (!podIsBad && bad.length === 0) return undefined;
    const what = [
      ...(types.size ? [`${plural("type", types.size)} ${quoteAll(sorted(types))}`] : []),
      // "user" comes before "role".
      ...sorted(others).reverse(),
    ];
    const who = setters(podIsBad, bad);
    return {
      reason: "seLinuxOptions",
      detail: `${who} set forbidden securityContext.seLinuxOptions: ${what.join("; ")}`,
    };
  };

export const procMount: Find = ({ containers }) => {
  const values = new Set<string>();
  const bad = namesOf(containers, ({ procMount: value }) => {
    if (value === undefined || value === "Default") return false;
    values.add(value);
    return true;
  });
  if (bad.length === 0) return undefined;
  return {
    reason: "procMount",
    detail:
      `${subject("container", bad)} must not set securityContext.procMount to ` +
      quoteAll(sorted(values)),
  };
};

/** In a user namespace of its own a pod may see all of /proc, and be its own root. */
export const unlessInUserNamespace =
  (find: Find): Find =>
  (pod) =>
    pod.spec.hostUsers === false ? undefined : find(pod);

const podAnnotation = "seccomp.security.alpha.kubernetes.io/pod";
const containerAnnotationPrefix = "container.seccomp.security.alpha.kubernetes.io/";

/** Before seccomp had fields, annotations said it. */
const seccompAnnotations: Find = ({ containers, annotations }) => {
  const isAllowed = (value: string) =>
    value === "runtime/default" || value === "docker/default" || value.startsWith("localhost/");
  const keys = [
    podAnnotation,
    ...containers.map(({ name }) => `${containerAnnotationPrefix}${name}`),
  ];
  const forbidden = new Set(
    keys.flatMap((key) => {
      const value = annotations[key];
      return value === undefined || isAllowed(value) ? [] : [`${key}=${JSON.stringify(value)}`];
    }),
  );
  if (forbidden.size === 0) return undefined;
  const what = plural("annotation", forbidden.size);
  return {
    reason: "seccompProfile",
    detail: `forbidden ${what} ${sorted(forbidden).join(", ")}`,
  };
};

export const seccomp: Find = ({ security, containers }) => {
  const values = new Set<string>();
  const isBad = ({ seccompProfile: profile }: Pick<Security, "seccompProfile">) => {
    if (!profile || profile.type === "RuntimeDefault" || profile.type === "Localhost") return false;
    values.add(profile.type);
    return true;
  };
  const podIsBad = isBad(security);
  const bad = namesOf(containers, isBad);
  if (values.size === 0) return undefined;
  return {
    reason: "seccompProfile",
    detail:
      `${setters(podIsBad, bad)} must not set securityContext.seccompProfile.type to ` +
      quoteAll(sorted(values)),
  };
};

const sysctlsSince: readonly [minor: number, names: readonly string[]][] = [
  [
    0,
    [
      "kernel.shm_rmid_forced",
      "net.ipv4.ip_local_port_range",
      "net.ipv4.tcp_syncookies",
      "net.ipv4.ping_group_range",
      "net.ipv4.ip_unprivileged_port_start",
    ],
  ],
  [27, ["net.ipv4.ip_local_reserved_ports"]],
  [
    29,
    [
      "net.ipv4.tcp_keepalive_time",
      "net.ipv4.tcp_fin_timeout",
      "net.ipv4.tcp_keepalive_intvl",
      "net.ipv4.tcp_keepalive_probes",
    ],
  ],
  [32, ["net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"]],
];

const sysctls =
  (minor: number): Find =>
  ({ security }) => {
    const allowed = sysctlsSince.flatMap(([since, names]) => (since <= minor ? names : []));
    const names = (security.sysctls ?? []).map(({ name }) => name);
    const bad = names.filter((name) => !allowed.includes(name));
    return bad.length ? { reason: "forbidden sysctls", detail: bad.join(", ") } : undefined;
  };

const hostProcess: Find = ({ security, containers }) => {
  const podIsBad = security.windowsOptions?.hostProcess === true;
  const bad = namesOf(containers, ({ windowsOptions }) => windowsOptions?.hostProcess === true);
  if (!podIsBad && bad.length === 0) return undefined;
  const rule = "must not set securityContext.windowsOptions.hostProcess=true";
  return { reason: "hostProcess", detail: `${setters(podIsBad, bad)} ${rule}` };
};

/** Probes and hooks are the kubelet's own connections: through them a pod would reach others. */
const hostProbes: Find = ({ containers }) => {
  const hosts = new Set<string>();
  const bad = new Set<string>();
  for (const container of containers) {
    for (const host of hostsOf(container)) {
      hosts.add(host);
      bad.add(container.name);
    }
  }
  if (bad.size === 0) return undefined;
  const use = bad.size === 1 ? "uses" : "use";
  const what = `${plural("probe or lifecycle host", hosts.size)} ${quoteAll(sorted(hosts))}`;
  return {
    reason: "probe or lifecycle host",
    detail: `${subject("container", sorted(bad))} ${use} ${what}`,
  };
};

function hostsOf({ livenessProbe, readinessProbe, startupProbe, lifecycle }: AnyContainer) {
  const handlers = [
    livenessProbe,
    readinessProbe,
    startupProbe,
    lifecycle?.postStart,
    lifecycle?.preStop,
  ];
  return handlers.flatMap((handler) =>
    [handler?.httpGet?.host, handler?.tcpSocket?.host].filter((host) => host !== undefined),
  );
}

const always = (find: (pod: PodToCheck) => ReturnType<Find>) => [{ since: 0, find }];

/** Nothing that reaches the host. In the order of messages, which is that of the ids. */
export const baselineChecks: readonly Check[] = [
  { id: "appArmorProfile", versions: always(appArmor) },
  { id: "capabilities_baseline", versions: always(capabilities) },
  { id: "hostNamespaces", versions: always(hostNamespaces) },
  { id: "hostPathVolumes", versions: always(hostPath) },
  { id: "hostPorts", versions: always(hostPorts) },
  { id: "hostProbesAndHostLifecycle", versions: [{ since: 34, find: hostProbes }] },
  { id: "privileged", versions: always(privileged) },
  {
    id: "procMount",
    versions: [
      { since: 0, find: procMount },
      { since: 35, find: unlessInUserNamespace(procMount) },
    ],
  },
  {
    id: "seLinuxOptions",
    versions: [
      { since: 0, find: seLinux(seLinuxTypes) },
      { since: 31, find: seLinux([...seLinuxTypes, "container_engine_t"]) },
    ],
  },
  {
    id: "seccompProfile_baseline",
    versions: [
      { since: 0, find: seccompAnnotations },
      { since: 19, find: seccomp },
    ],
  },
  {
    id: "sysctls",
    versions: sysctlsSince.map(([since]) => ({ since, find: sysctls(since) })),
  },
  { id: "windowsHostProcess", versions: always(hostProcess) },
];
