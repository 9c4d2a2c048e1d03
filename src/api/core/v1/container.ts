import { bool, int32, int64, intOrString, list, object, oneOf, string } from "#schema/field.ts";
import { message } from "#schema/message.ts";
import {
  ConfigMapKeySelector,
  ObjectFieldSelector,
  ResourceFieldSelector,
  ResourceRequirements,
  SecretKeySelector,
} from "./shared.ts";

export abstract class AppArmorProfile extends message("io.k8s.api.core.v1.AppArmorProfile", {
  type: string(1),
  localhostProfile: string(2).optional(),
}) {}

export abstract class Capabilities extends message("io.k8s.api.core.v1.Capabilities", {
  add: list(1, string).optional(),
  drop: list(2, string).optional(),
}) {}

export abstract class ConfigMapEnvSource extends message("io.k8s.api.core.v1.ConfigMapEnvSource", {
  name: string(1).within(1).optional(),
  optional: bool(2).optional(),
}) {}

export abstract class Container extends message("io.k8s.api.core.v1.Container", {
  name: string(1),
  image: string(2).optional(),
  command: list(3, string).optional(),
  args: list(4, string).optional(),
  workingDir: string(5).optional(),
  ports: list(6, () => ContainerPort)
    .mapBy("containerPort", "protocol")
    .merge("containerPort")
    .optional(),
  env: list(7, () => EnvVar)
    .mapBy("name")
    .merge("name")
    .optional(),
  resources: object(8, () => ResourceRequirements).default({}),
  volumeMounts: list(9, () => VolumeMount)
    .mapBy("mountPath")
    .merge("mountPath")
    .optional(),
  livenessProbe: object(10, () => Probe).optional(),
  readinessProbe: object(11, () => Probe).optional(),
  lifecycle: object(12, () => Lifecycle).optional(),
  terminationMessagePath: string(13).default("/dev/termination-log"),
  imagePullPolicy: oneOf(14, "Always", "Never", "IfNotPresent").optional(),
  securityContext: object(15, () => SecurityContext).optional(),
  stdin: bool(16).optional(),
  stdinOnce: bool(17).optional(),
  tty: bool(18).optional(),
  envFrom: list(19, () => EnvFromSource).optional(),
  terminationMessagePolicy: oneOf(20, "File", "FallbackToLogsOnError").default("File"),
  volumeDevices: list(21, () => VolumeDevice)
    .mapBy("devicePath")
    .merge("devicePath")
    .optional(),
  startupProbe: object(22, () => Probe).optional(),
  resizePolicy: list(23, () => ContainerResizePolicy).optional(),
  restartPolicy: string(24).optional(),
  restartPolicyRules: list(25, () => ContainerRestartRule).optional(),
}) {}

export abstract class ContainerPort extends message("io.k8s.api.core.v1.ContainerPort", {
  name: string(1).optional(),
  hostPort: int32(2).optional(),
  containerPort: int32(3),
  protocol: oneOf(4, "TCP", "UDP", "SCTP").default("TCP"),
  hostIP: string(5).optional(),
}) {}

export abstract class ContainerResizePolicy extends message(
  "io.k8s.api.core.v1.ContainerResizePolicy",
  {
    resourceName: string(1),
    restartPolicy: string(2),
  },
) {}

export abstract class ContainerRestartRule extends message(
  "io.k8s.api.core.v1.ContainerRestartRule",
  {
    action: string(1),
    exitCodes: object(2, () => ContainerRestartRuleOnExitCodes).optional(),
  },
) {}

export abstract class ContainerRestartRuleOnExitCodes extends message(
  "io.k8s.api.core.v1.ContainerRestartRuleOnExitCodes",
  {
    operator: string(1),
    values: list(2, int32).set().optional(),
  },
) {}

export abstract class EnvFromSource extends message("io.k8s.api.core.v1.EnvFromSource", {
  prefix: string(1).optional(),
  configMapRef: object(2, () => ConfigMapEnvSource).optional(),
  secretRef: object(3, () => SecretEnvSource).optional(),
}) {}

export abstract class SecretEnvSource extends message("io.k8s.api.core.v1.SecretEnvSource", {
  name: string(1).within(1).optional(),
  optional: bool(2).optional(),
}) {}

export abstract class EnvVar extends message("io.k8s.api.core.v1.EnvVar", {
  name: string(1),
  value: string(2).optional(),
  valueFrom: object(3, () => EnvVarSource).optional(),
}) {}

export abstract class EnvVarSource extends message("io.k8s.api.core.v1.EnvVarSource", {
  fieldRef: object(1, () => ObjectFieldSelector)
    .atomic()
    .optional(),
  resourceFieldRef: object(2, () => ResourceFieldSelector)
    .atomic()
    .optional(),
  configMapKeyRef: object(3, () => ConfigMapKeySelector)
    .atomic()
    .optional(),
  secretKeyRef: object(4, () => SecretKeySelector)
    .atomic()
    .optional(),
  fileKeyRef: object(5, () => FileKeySelector)
    .atomic()
    .optional(),
}) {}

export abstract class FileKeySelector extends message("io.k8s.api.core.v1.FileKeySelector", {
  volumeName: string(1),
  path: string(2),
  key: string(3),
  optional: bool(4).optional(),
}) {}

export abstract class Lifecycle extends message("io.k8s.api.core.v1.Lifecycle", {
  postStart: object(1, () => LifecycleHandler).optional(),
  preStop: object(2, () => LifecycleHandler).optional(),
  stopSignal: string(3).optional(),
}) {}

export abstract class LifecycleHandler extends message("io.k8s.api.core.v1.LifecycleHandler", {
  exec: object(1, () => ExecAction).optional(),
  httpGet: object(2, () => HTTPGetAction).optional(),
  tcpSocket: object(3, () => TCPSocketAction).optional(),
  sleep: object(4, () => SleepAction).optional(),
}) {}

export abstract class ExecAction extends message("io.k8s.api.core.v1.ExecAction", {
  command: list(1, string).optional(),
}) {}

export abstract class HTTPGetAction extends message("io.k8s.api.core.v1.HTTPGetAction", {
  path: string(1).default("/"),
  port: intOrString(2),
  host: string(3).optional(),
  scheme: oneOf(4, "HTTP", "HTTPS").default("HTTP"),
  httpHeaders: list(5, () => HTTPHeader).optional(),
}) {}

export abstract class HTTPHeader extends message("io.k8s.api.core.v1.HTTPHeader", {
  name: string(1),
  value: string(2).default(""),
}) {}

export abstract class SleepAction extends message("io.k8s.api.core.v1.SleepAction", {
  seconds: int64(1),
}) {}

export abstract class TCPSocketAction extends message("io.k8s.api.core.v1.TCPSocketAction", {
  port: intOrString(1),
  host: string(2).optional(),
}) {}

export abstract class Probe extends message("io.k8s.api.core.v1.Probe", {
  exec: object(1, () => ExecAction)
    .within(1)
    .optional(),
  httpGet: object(2, () => HTTPGetAction)
    .within(1)
    .optional(),
  tcpSocket: object(3, () => TCPSocketAction)
    .within(1)
    .optional(),
  grpc: object(4, () => GRPCAction)
    .within(1)
    .optional(),
  initialDelaySeconds: int32(2).optional(),
  timeoutSeconds: int32(3).default(1),
  periodSeconds: int32(4).default(10),
  successThreshold: int32(5).default(1),
  failureThreshold: int32(6).default(3),
  terminationGracePeriodSeconds: int64(7).optional(),
}) {}

export abstract class GRPCAction extends message("io.k8s.api.core.v1.GRPCAction", {
  port: int32(1),
  service: string(2).default(""),
}) {}

export abstract class SecurityContext extends message("io.k8s.api.core.v1.SecurityContext", {
  capabilities: object(1, () => Capabilities).optional(),
  privileged: bool(2).optional(),
  seLinuxOptions: object(3, () => SELinuxOptions).optional(),
  runAsUser: int64(4).optional(),
  runAsNonRoot: bool(5).optional(),
  readOnlyRootFilesystem: bool(6).optional(),
  allowPrivilegeEscalation: bool(7).optional(),
  runAsGroup: int64(8).optional(),
  procMount: string(9).optional(),
  windowsOptions: object(10, () => WindowsSecurityContextOptions).optional(),
  seccompProfile: object(11, () => SeccompProfile).optional(),
  appArmorProfile: object(12, () => AppArmorProfile).optional(),
}) {}

export abstract class SELinuxOptions extends message("io.k8s.api.core.v1.SELinuxOptions", {
  user: string(1).optional(),
  role: string(2).optional(),
  type: string(3).optional(),
  level: string(4).optional(),
}) {}

export abstract class SeccompProfile extends message("io.k8s.api.core.v1.SeccompProfile", {
  type: string(1),
  localhostProfile: string(2).optional(),
}) {}

export abstract class WindowsSecurityContextOptions extends message(
  "io.k8s.api.core.v1.WindowsSecurityContextOptions",
  {
    gmsaCredentialSpecName: string(1).optional(),
    gmsaCredentialSpec: string(2).optional(),
    runAsUserName: string(3).optional(),
    hostProcess: bool(4).optional(),
  },
) {}

export abstract class VolumeDevice extends message("io.k8s.api.core.v1.VolumeDevice", {
  name: string(1),
  devicePath: string(2),
}) {}

export abstract class VolumeMount extends message("io.k8s.api.core.v1.VolumeMount", {
  name: string(1),
  readOnly: bool(2).optional(),
  mountPath: string(3),
  subPath: string(4).optional(),
  mountPropagation: string(5).optional(),
  subPathExpr: string(6).optional(),
  recursiveReadOnly: string(7).optional(),
}) {}

export abstract class EphemeralContainer extends message("io.k8s.api.core.v1.EphemeralContainer", {
  name: string(1).within(1),
  image: string(2).within(1).optional(),
  command: list(3, string).within(1).optional(),
  args: list(4, string).within(1).optional(),
  workingDir: string(5).within(1).optional(),
  ports: list(6, () => ContainerPort)
    .mapBy("containerPort", "protocol")
    .merge("containerPort")
    .within(1)
    .optional(),
  env: list(7, () => EnvVar)
    .mapBy("name")
    .merge("name")
    .within(1)
    .optional(),
  resources: object(8, () => ResourceRequirements)
    .within(1)
    .default({}),
  volumeMounts: list(9, () => VolumeMount)
    .mapBy("mountPath")
    .merge("mountPath")
    .within(1)
    .optional(),
  livenessProbe: object(10, () => Probe)
    .within(1)
    .optional(),
  readinessProbe: object(11, () => Probe)
    .within(1)
    .optional(),
  lifecycle: object(12, () => Lifecycle)
    .within(1)
    .optional(),
  terminationMessagePath: string(13).within(1).default("/dev/termination-log"),
  imagePullPolicy: oneOf(14, "Always", "Never", "IfNotPresent").within(1).optional(),
  securityContext: object(15, () => SecurityContext)
    .within(1)
    .optional(),
  stdin: bool(16).within(1).optional(),
  stdinOnce: bool(17).within(1).optional(),
  tty: bool(18).within(1).optional(),
  envFrom: list(19, () => EnvFromSource)
    .within(1)
    .optional(),
  terminationMessagePolicy: oneOf(20, "File", "FallbackToLogsOnError").within(1).default("File"),
  volumeDevices: list(21, () => VolumeDevice)
    .mapBy("devicePath")
    .merge("devicePath")
    .within(1)
    .optional(),
  startupProbe: object(22, () => Probe)
    .within(1)
    .optional(),
  resizePolicy: list(23, () => ContainerResizePolicy)
    .within(1)
    .optional(),
  restartPolicy: string(24).within(1).optional(),
  restartPolicyRules: list(25, () => ContainerRestartRule)
    .within(1)
    .optional(),
  targetContainerName: string(2).optional(),
}) {}
