import type {
  Container,
  ContainerPort,
  ContainerState,
  ContainerStatus,
  EnvVar,
  Probe,
} from "#api/core/v1.ts";
import { formatList, formatTime, joinHostPort, quote, sortedBy } from "./go-values.ts";
import { resourceFieldValue, writeResources } from "./resources.ts";
import type { DescribeWriter } from "./writer.ts";

export interface ContainerSurroundings {
  /** In front of the title and of the names: those of a template stand further in. */
  readonly indent?: string;
  readonly statuses?: readonly ContainerStatus[] | undefined;
  /** Fields of the pod by path, as far as kubectl fills them in. None for a template. */
  readonly podFields?: Readonly<Record<string, string>>;
}

export function writeContainers(
  writer: DescribeWriter,
  title: string,
  containers: readonly Container[],
  { indent = "", statuses = [], podFields = {} }: ContainerSurroundings,
): void {
  writer.row(0, `${indent}${title}:${containers.length === 0 ? " <none>" : ""}`);
  for (const container of containers) {
    const status = statuses.findLast(({ name }) => name === container.name);
    writer.row(1, `${indent && " "}${container.name}:`);
    writeImageAndPorts(writer, container, status);
    writeCommand(writer, container);
    if (status) writeStatus(writer, status);
    writeResources(writer, 2, container.resources);
    writeProbes(writer, container);
    writeEnvironmentSources(writer, container);
    writeEnvironment(writer, container, podFields);
    writeMounts(writer, container);
  }
}

function writeImageAndPorts(
  writer: DescribeWriter,
  container: Container,
  status: ContainerStatus | undefined,
): void {
  if (status) writer.field(2, "Container ID", status.containerID ?? "");
  writer.field(2, "Image", container.image ?? "");
  if (status) writer.field(2, "Image ID", status.imageID);
  writePorts(writer, "Port", container.ports, ({ containerPort }) => containerPort);
  writePorts(writer, "Host Port", container.ports, ({ hostPort }) => hostPort ?? 0);
  const profile = container.securityContext?.seccompProfile;
  if (!profile) return;
  writer.field(2, "SeccompProfile", profile.type);
  if (profile.type === "Localhost") {
    writer.field(3, "LocalhostProfile", profile.localhostProfile ?? "");
  }
}

function writePorts(
  writer: DescribeWriter,
  title: string,
  ports: readonly ContainerPort[] = [],
  numberOf: (port: ContainerPort) => number,
): void {
  const texts = ports.map((port) => `${numberOf(port)}/${port.protocol}`);
  writer.field(2, texts.length > 1 ? `${title}s` : title, texts.join(", ") || "<none>");
}

function writeCommand(writer: DescribeWriter, { command = [], args = [] }: Container): void {
  for (const [title, words] of [
    ["Command", command],
    ["Args", args],
  ] as const) {
    if (words.length > 0) writer.row(2, `${title}:`);
    for (const line of words.flatMap((word) => word.split("\n"))) writer.row(3, line);
  }
}

function writeStatus(writer: DescribeWriter, status: ContainerStatus): void {
  writeState(writer, "State", status.state);
  if (status.lastState.terminated) writeState(writer, "Last State", status.lastState);
  writer.field(2, "Ready", status.ready ? "True" : "False");
  writer.field(2, "Restart Count", status.restartCount);
}

function writeState(writer: DescribeWriter, title: string, state: ContainerState): void {
  const { running, waiting, terminated } = state;
  if (running) {
    writer.field(2, title, "Running");
    writer.field(3, "Started", formatTime(running.startedAt));
  } else if (terminated && !waiting) {
    writer.field(2, title, "Terminated");
    if (terminated.reason) writer.field(3, "Reason", terminated.reason);
    if (terminated.message) writer.field(3, "Message", terminated.message);
    writer.field(3, "Exit Code", terminated.exitCode);
    if ((terminated.signal ?? 0) > 0) writer.field(3, "Signal", terminated.signal ?? 0);
    writer.field(3, "Started", formatTime(terminated.startedAt));
    writer.field(3, "Finished", formatTime(terminated.finishedAt));
  } else {
    writer.field(2, title, "Waiting");
    if (waiting?.reason) writer.field(3, "Reason", waiting.reason);
  }
}

function writeProbes(writer: DescribeWriter, container: Container): void {
  const { livenessProbe, readinessProbe, startupProbe } = container;
  if (livenessProbe) writer.field(2, "Liveness", describeProbe(livenessProbe));
  if (readinessProbe) writer.field(2, "Readiness", describeProbe(readinessProbe));
  if (startupProbe) writer.field(2, "Startup", describeProbe(startupProbe));
}

/** A probe in one line: what it does, then its numbers. */
export function describeProbe(probe: Probe): string {
  const { exec, httpGet, tcpSocket, grpc } = probe;
  const numbers =
    `delay=${probe.initialDelaySeconds ?? 0}s timeout=${probe.timeoutSeconds}s ` +
    `period=${probe.periodSeconds}s #success=${probe.successThreshold} ` +
    `#failure=${probe.failureThreshold}`;
  if (exec) return `exec ${formatList(exec.command)} ${numbers}`;
  if (httpGet) {
    const scheme = (httpGet.scheme ?? "").toLowerCase();
    const host = joinHostPort(httpGet.host ?? "", httpGet.port);
    return `http-get ${scheme}://${host}${escapePath(httpGet.path ?? "")} ${numbers}`;
  }
  if (tcpSocket) return `tcp-socket ${tcpSocket.host ?? ""}:${tcpSocket.port} ${numbers}`;
  if (grpc) return `grpc <pod>:${grpc.port} ${grpc.service ?? ""} ${numbers}`;
  return `unknown ${numbers}`;
}

/** As Go writes the path of a URL: a question mark in it is not the start of a query. */
function escapePath(path: string): string {
  const escaped = encodeURI(path).replaceAll(/[?#!'()*]/g, percent);
  return escaped === "" || escaped.startsWith("/") ? escaped : `/${escaped}`;
}

const percent = (letter: string) =>
  `%${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;

function writeEnvironmentSources(writer: DescribeWriter, { envFrom = [] }: Container): void {
  if (envFrom.length > 0) writer.row(2, "Environment Variables from:");
  for (const { configMapRef, secretRef, prefix } of envFrom) {
    const source = configMapRef ?? secretRef;
    const type = configMapRef ? "ConfigMap" : secretRef ? "Secret" : "";
    writer.row(
      3,
      source?.name ?? "",
      prefix ? `${type} with prefix '${prefix}'` : type,
      `Optional: ${source?.optional ?? false}`,
    );
  }
}

function writeEnvironment(
  writer: DescribeWriter,
  container: Container,
  podFields: Readonly<Record<string, string>>,
): void {
  const { env = [] } = container;
  if (env.length === 0) writer.row(2, "Environment:", "<none>");
  else writer.row(2, "Environment:");
  for (const variable of env) {
    if (variable.valueFrom) {
      writeReferringVariable(writer, variable, container, podFields);
    } else {
      const [first = "", ...rest] = (variable.value ?? "").split("\n");
      writer.field(3, variable.name, first);
      for (const line of rest) writer.row(3, "", line);
    }
  }
}

function writeReferringVariable(
  writer: DescribeWriter,
  { name, valueFrom }: EnvVar,
  container: Container,
  podFields: Readonly<Record<string, string>>,
): void {
  const { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef } = valueFrom ?? {};
  if (fieldRef) {
    const { apiVersion, fieldPath } = fieldRef;
    writer.field(3, name, `${podFields[fieldPath] ?? ""} (${apiVersion}:${fieldPath})`);
  } else if (resourceFieldRef) {
    const { resource } = resourceFieldRef;
    const value = resourceFieldValue(resourceFieldRef, container);
    const isNodes = value === "0" && (resource === "limits.cpu" || resource === "limits.memory");
    writer.field(3, name, `${isNodes ? "node allocatable" : value} (${resource})`);
  } else if (secretKeyRef) {
    const { key, name: secret, optional = false } = secretKeyRef;
    const text = `<set to the key '${key}' in secret '${secret ?? ""}'>`;
    writer.row(3, `${name}:`, text, `Optional: ${optional}`);
  } else if (configMapKeyRef) {
    const { key, name: configMap, optional = false } = configMapKeyRef;
    const text = `<set to the key '${key}' of config map '${configMap ?? ""}'>`;
    writer.row(3, `${name}:`, text, `Optional: ${optional}`);
  }
}

function writeMounts(writer: DescribeWriter, container: Container): void {
  const { volumeMounts = [], volumeDevices = [] } = container;
  const none = volumeMounts.length === 0 ? ["<none>"] : [];
  writer.row(2, "Mounts:", ...none);
  const mounts = sortedBy(volumeMounts, ({ mountPath }) => mountPath);
  for (const { mountPath, name, readOnly, subPath } of mounts) {
    const path = subPath ? `,path=${quote(subPath)}` : "";
    writer.row(3, `${mountPath} from ${name} (${readOnly ? "ro" : "rw"}${path})`);
  }
  if (volumeDevices.length === 0) return;
  // Whether there are mounts decides what stands here: so it is upstream.
  writer.row(2, "Devices:", ...none);
  const devices = sortedBy(volumeDevices, ({ devicePath }) => devicePath);
  for (const { devicePath, name } of devices) {
    writer.row(3, `${devicePath} from ${name}`);
  }
}
