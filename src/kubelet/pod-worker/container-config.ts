import type { Capabilities, Container, Pod, SecurityContext } from "#api/core/v1.ts";
import { toBase64, utf8 } from "#base/bytes.ts";
import { compareQuantities, quantityMilli, quantityValue } from "#schema/quantity.ts";
import type { Draft } from "#schema/message.ts";
import { podQosClass } from "#machinery/pod-resources.ts";
import { namespaceMode, securityProfileProfileType as profileType } from "../cri/v1.ts";
import type {
  ContainerConfig,
  LinuxContainerResources,
  LinuxContainerSecurityContext,
  Mount,
  SecurityProfile,
} from "../cri/v1.ts";
import { containerHash } from "./container-hash.ts";
import {
  containerHashAnnotation,
  containerNameLabel,
  podNameLabel,
  podNamespaceLabel,
  podUidLabel,
  restartCountAnnotation,
  terminationPathAnnotation,
  terminationPolicyAnnotation,
} from "./runtime-state.ts";
import { namespaceOptions } from "./sandbox-config.ts";

export interface ContainerSetting {
  readonly attempt: number;
  readonly image: string;
  readonly environment: readonly { name: string; value: string }[];
  readonly mounts: readonly Mount[];
  /** Of the node, for the share of the CPU that "no limit" means, and for OOM scores. */
  readonly memoryBytes: number;
  /** The container whose processes this one is to see. */
  readonly targetId: string | undefined;
}

/** One container in the runtime's words. Pure. */
export function containerConfig(
  pod: Pod,
  container: Container,
  setting: ContainerSetting,
): Draft<ContainerConfig> {
  const environment = new Map(setting.environment.map(({ name, value }) => [name, value]));
  const expand = (text: string) => expandVariables(text, environment);
  return {
    metadata: { name: container.name, attempt: setting.attempt },
    image: { image: setting.image, userSpecifiedImage: container.image ?? "" },
    command: (container.command ?? []).map(expand),
    args: (container.args ?? []).map(expand),
    workingDir: container.workingDir ?? "",
    envs: [...environment].map(([key, value]) => ({ key, value: toBase64(utf8(value)) })),
    mounts: [...setting.mounts],
    labels: {
      [containerNameLabel]: container.name,
      [podNameLabel]: pod.metadata.name,
      [podNamespaceLabel]: pod.metadata.namespace ?? "",
      [podUidLabel]: pod.metadata.uid,
    },
    annotations: {
      [containerHashAnnotation]: containerHash(container),
      [restartCountAnnotation]: String(setting.attempt),
      [terminationPathAnnotation]: container.terminationMessagePath,
      [terminationPolicyAnnotation]: container.terminationMessagePolicy,
    },
    logPath: logPathOf(container.name, setting.attempt),
    stdin: container.stdin ?? false,
    stdinOnce: container.stdinOnce ?? false,
    tty: container.tty ?? false,
    linux: {
      resources: resourcesOf(pod, container, setting.memoryBytes),
      securityContext: securityOf(pod, container.securityContext, setting.targetId),
    },
  };
}

/** Below the pod's log directory; one file per run. */
export function logPathOf(container: string, attempt: number): string {
  return `${container}/${attempt}.log`;
}

/** `$(NAME)` becomes the variable's value, `$$(NAME)` the text `$(NAME)`; unknown names stay. */
export function expandVariables(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\$\$|\$\(([^()\s]+)\)/g, (found, name: string | undefined) =>
    found === "$$" ? "$" : (values.get(name ?? "") ?? found),
  );
}

const sharesPerCpu = 1024;
const cpuPeriodUs = 100_000;

export function resourcesOf(
  pod: Pod,
  container: Container,
  nodeMemoryBytes: number,
): Draft<LinuxContainerResources> {
  const { requests = {}, limits = {} } = container.resources;
  const cpuLimitMilli = limits.cpu === undefined ? 0 : quantityMilli(limits.cpu);
  const cpuRequestMilli = requests.cpu === undefined ? cpuLimitMilli : quantityMilli(requests.cpu);
  return {
    cpuShares: Math.min(262_144, Math.max(2, Math.floor((cpuRequestMilli * sharesPerCpu) / 1000))),
    cpuPeriod: cpuPeriodUs,
    cpuQuota: cpuLimitMilli === 0 ? 0 : Math.max(1000, (cpuLimitMilli * cpuPeriodUs) / 1000),
    memoryLimitInBytes: limits.memory === undefined ? 0 : quantityValue(limits.memory),
    oomScoreAdj: oomScore(pod, requests.memory, nodeMemoryBytes),
  };
}

/** Who is killed first when the node runs out of memory: the less was asked for, the sooner. */
export function oomScore(pod: Pod, memoryRequest: string | undefined, nodeBytes: number): number {
  if ((pod.spec.priority ?? 0) >= 2_000_000_000) return -997;
  const qosClass = podQosClass(pod);
  if (qosClass === "Guaranteed") return -997;
  if (qosClass === "BestEffort") return 1000;
  const bytes =
    compareQuantities(memoryRequest ?? "0", "0") > 0 ? quantityValue(memoryRequest ?? "0") : 0;
  return Math.min(999, Math.max(3, 1000 - Math.floor((1000 * bytes) / Math.max(1, nodeBytes))));
}

function securityOf(
  pod: Pod,
  own: SecurityContext | undefined,
  targetId: string | undefined,
): Draft<LinuxContainerSecurityContext> {
  const shared = pod.spec.securityContext;
  const user = own?.runAsUser ?? shared.runAsUser;
  const group = own?.runAsGroup ?? shared.runAsGroup;
  const privileged = own?.privileged ?? false;
  const selinux = own?.seLinuxOptions ?? shared.seLinuxOptions;
  return {
    privileged,
    readonlyRootfs: own?.readOnlyRootFilesystem ?? false,
    // Without new privileges, unless the container asks for what needs them.
    noNewPrivs: own?.allowPrivilegeEscalation === false,
    capabilities: capabilitiesOf(own?.capabilities),
    namespaceOptions: {
      ...namespaceOptions(pod),
      ...(targetId !== undefined && { pid: namespaceMode.TARGET, targetId }),
    },
    ...(user !== undefined && { runAsUser: { value: user } }),
    ...(group !== undefined && { runAsGroup: { value: group } }),
    supplementalGroups: [
      ...(shared.supplementalGroups ?? []),
      ...(shared.fsGroup !== undefined ? [shared.fsGroup] : []),
    ],
    ...(selinux && {
      selinuxOptions: {
        user: selinux.user ?? "",
        role: selinux.role ?? "",
        type: selinux.type ?? "",
        level: selinux.level ?? "",
      },
    }),
    seccomp: seccompOf(own?.seccompProfile ?? shared.seccompProfile),
    maskedPaths: privileged || own?.procMount === "Unmasked" ? [] : defaultMaskedPaths,
    readonlyPaths: privileged || own?.procMount === "Unmasked" ? [] : defaultReadonlyPaths,
  };
}

function capabilitiesOf(capabilities: Capabilities | undefined) {
  return {
    addCapabilities: capabilities?.add ?? [],
    dropCapabilities: capabilities?.drop ?? [],
  };
}

function seccompOf(
  profile: { type: string; localhostProfile?: string } | undefined,
): Draft<SecurityProfile> {
  switch (profile?.type) {
    case "RuntimeDefault":
      return { profileType: profileType.RuntimeDefault };
    case "Localhost":
      return {
        profileType: profileType.Localhost,
        localhostRef: `/var/lib/kubelet/seccomp/${profile.localhostProfile ?? ""}`,
      };
    default:
      return { profileType: profileType.Unconfined };
  }
}

const defaultMaskedPaths = [
  "/proc/asound",
  "/proc/acpi",
  "/proc/interrupts",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/sys/firmware",
  "/sys/devices/virtual/powercap",
];
const defaultReadonlyPaths = [
  "/proc/bus",
  "/proc/fs",
  "/proc/irq",
  "/proc/sys",
  "/proc/sysrq-trigger",
];
