import type { Pod } from "#api/core/v1.ts";
import type { Draft } from "#schema/message.ts";
import { namespaceMode, protocol } from "../cri/v1.ts";
import type { NamespaceOption, PodSandboxConfig } from "../cri/v1.ts";
import { podNameLabel, podNamespaceLabel, podUidLabel } from "./runtime-state.ts";

export interface SandboxSetting {
  readonly attempt: number;
  readonly logDirectory: string;
  readonly dns: { servers: string[]; searches: string[]; options: string[] };
  readonly cgroupParent: string;
}

/** The pod's sandbox in the runtime's words. Pure. */
export function sandboxConfig(pod: Pod, setting: SandboxSetting): Draft<PodSandboxConfig> {
  const { metadata, spec } = pod;
  const hostPorts = spec.containers.flatMap(({ ports = [] }) =>
    ports.filter(({ hostPort = 0 }) => hostPort > 0),
  );
  return {
    metadata: {
      name: metadata.name,
      uid: metadata.uid,
      namespace: metadata.namespace ?? "",
      attempt: setting.attempt,
    },
    // The node's own name is the hostname of pods on its network: the runtime then leaves it.
    ...(!spec.hostNetwork && { hostname: hostnameOf(pod) }),
    logDirectory: setting.logDirectory,
    dnsConfig: setting.dns,
    portMappings: spec.hostNetwork
      ? []
      : hostPorts.map((port) => ({
          protocol: protocol[port.protocol],
          containerPort: port.containerPort,
          hostPort: port.hostPort ?? 0,
          hostIp: port.hostIP ?? "",
        })),
    labels: {
      ...metadata.labels,
      [podNameLabel]: metadata.name,
      [podNamespaceLabel]: metadata.namespace ?? "",
      [podUidLabel]: metadata.uid,
    },
    annotations: metadata.annotations ?? {},
    linux: {
      cgroupParent: setting.cgroupParent,
      sysctls: Object.fromEntries(
        (spec.securityContext.sysctls ?? []).map(({ name, value }) => [name, value]),
      ),
      securityContext: {
        namespaceOptions: namespaceOptions(pod),
        privileged: spec.containers.some(({ securityContext }) => securityContext?.privileged),
        ...(spec.securityContext.runAsUser !== undefined && {
          runAsUser: { value: spec.securityContext.runAsUser },
        }),
        supplementalGroups: [
          ...(spec.securityContext.supplementalGroups ?? []),
          ...(spec.securityContext.fsGroup !== undefined ? [spec.securityContext.fsGroup] : []),
        ],
      },
    },
  };
}

export function namespaceOptions(pod: Pod): Draft<NamespaceOption> {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace } = pod.spec;
  return {
    network: hostNetwork ? namespaceMode.NODE : namespaceMode.POD,
    pid: hostPID
      ? namespaceMode.NODE
      : shareProcessNamespace
        ? namespaceMode.POD
        : namespaceMode.CONTAINER,
    ipc: hostIPC ? namespaceMode.NODE : namespaceMode.POD,
  };
}

/** Linux takes 63 characters; what is left must not end in a separator. */
export function hostnameOf(pod: Pod): string {
  const name = pod.spec.hostnameOverride || pod.spec.hostname || pod.metadata.name;
  return name.slice(0, 63).replace(/[-.]+$/, "");
}
