import { CommandError } from "../../errors.ts";
import type { ContainerObject, PodObject } from "../../streams/pod-object.ts";

/** How the container comes to be. */
export type DebugStyle = "ephemeral" | "copy" | "node";

export interface Keeps {
  readonly labels: boolean;
  readonly annotations: boolean;
  readonly liveness: boolean;
  readonly readiness: boolean;
  readonly startup: boolean;
  readonly initContainers: boolean;
}

type Profile = (pod: PodObject, container: ContainerObject, style: DebugStyle) => void;

const profiles: Readonly<Record<string, Profile>> = {
  legacy(pod, container, style) {
    if (style !== "node") return;
    mountRoot(pod, container);
    useHostNamespaces(pod);
  },
  general(pod, container, style) {
    if (style === "node") {
      mountRoot(pod, container);
      delete container.securityContext;
      useHostNamespaces(pod);
      return;
    }
    addCapabilities(container, "SYS_PTRACE");
    if (style === "copy") shareProcesses(pod);
  },
  baseline(pod, container, style) {
    delete container.securityContext;
    if (style === "copy") shareProcesses(pod);
  },
  restricted(pod, container, style) {
    container.securityContext = {
      runAsNonRoot: true,
      capabilities: { drop: ["ALL"] },
      allowPrivilegeEscalation: false,
      seccompProfile: { type: "RuntimeDefault" },
    };
    if (style === "copy") shareProcesses(pod);
  },
  netadmin(pod, container, style) {
    addCapabilities(container, "NET_ADMIN", "NET_RAW");
    if (style === "node") useHostNamespaces(pod);
    if (style === "copy") shareProcesses(pod);
  },
  sysadmin(pod, container, style) {
    container.securityContext = { ...securityOf(container), privileged: true };
    if (style === "node") {
      useHostNamespaces(pod);
      mountRoot(pod, container);
    }
    if (style === "copy") shareProcesses(pod);
  },
};

export function profileOf(name: string): Profile {
  const found = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (found) return found;
  throw new CommandError(`unknown profile: ${name}`);
}

/** What a copy leaves behind. The legacy profile only ever drops the labels. */
export function dropUnkept(pod: PodObject, profile: string, keeps: Keeps): void {
  const isLegacy = profile === "legacy";
  if (isLegacy || !keeps.labels) delete pod.metadata.labels;
  if (isLegacy) return;
  if (!keeps.annotations) delete pod.metadata.annotations;
  for (const container of pod.spec.containers) {
    if (!keeps.liveness) delete container.livenessProbe;
    if (!keeps.readiness) delete container.readinessProbe;
    if (!keeps.startup) delete container.startupProbe;
  }
  if (!keeps.initContainers) delete pod.spec.initContainers;
}

function mountRoot({ spec }: PodObject, container: ContainerObject): void {
  const listOf = (value: unknown) => (Array.isArray(value) ? (value as unknown[]) : []);
  spec.volumes = [...listOf(spec.volumes), { name: "host-root", hostPath: { path: "/" } }];
  const mount = { mountPath: "/host", name: "host-root" };
  container.volumeMounts = [...listOf(container.volumeMounts), mount];
}

function useHostNamespaces({ spec }: PodObject): void {
  Object.assign(spec, { hostNetwork: true, hostPID: true, hostIPC: true });
}

function shareProcesses({ spec }: PodObject): void {
  spec.shareProcessNamespace ??= true;
}

interface SecurityContext {
  capabilities?: { add?: string[]; drop?: string[] };
  [field: string]: unknown;
}

function securityOf(container: ContainerObject): SecurityContext {
  return (container.securityContext ?? {}) as SecurityContext;
}

function addCapabilities(container: ContainerObject, ...names: string[]): void {
  const security = securityOf(container);
  const { capabilities = {} } = security;
  const add = [...(capabilities.add ?? []), ...names];
  container.securityContext = { ...security, capabilities: { ...capabilities, add } };
}
