import { bool, int32, int64, intOrString, list, object, oneOf, string } from "#schema/field.ts";
import { message } from "#schema/message.ts";
import {
  ConfigMapKeySelector,
  ObjectFieldSelector,
  ResourceFieldSelector,
  ResourceRequirements,
  SecretKeySelector,
} from "./shared.ts";

/** The AppArmor profile that confines a container. */
export abstract class AppArmorProfile extends message("io.k8s.api.core.v1.AppArmorProfile", {
  /**
   * Where the profile comes from:
   * - RuntimeDefault: the container runtime's own.
   * - Localhost: one that was loaded on the node before.
   * - Unconfined: none.
   */
  type: string(1),
  /** Name of the profile on the node. Required for type Localhost, not allowed otherwise. */
  localhostProfile: string(2).explicit().optional(),
}) {}

/** Changes to the capabilities that the runtime gives a container. */
export abstract class Capabilities extends message("io.k8s.api.core.v1.Capabilities", {
  /** Capabilities to give, without the prefix CAP_: NET_ADMIN. */
  add: list(1, string).optional(),
  /** Capabilities to take away. ALL takes all. */
  drop: list(2, string).optional(),
}) {}

/** A ConfigMap whose entries become environment variables. */
export abstract class ConfigMapEnvSource extends message("io.k8s.api.core.v1.ConfigMapEnvSource", {
  /** The ConfigMap, in the pod's namespace. */
  name: string(1).within(1).optional(),
  /** If true, the container starts even when the ConfigMap does not exist. Default false. */
  optional: bool(2).optional(),
}) {}

/** A program that runs in a pod, in an image's file system. */
export abstract class Container extends message("io.k8s.api.core.v1.Container", {
  /** DNS label, unique among all containers of the pod. Cannot be changed. */
  name: string(1),
  /**
   * The image to run. A name without a registry means docker.io, one without a tag means latest.
   * Controllers' templates may leave it out for others to fill in.
   */
  image: string(2).optional(),
  /**
   * The program and its first arguments, without a shell: the image's ENTRYPOINT when missing.
   * $(NAME) is replaced by the environment variable NAME if there is one, $$ by a dollar sign.
   * Cannot be changed.
   */
  command: list(3, string).optional(),
  /**
   * Arguments: the image's CMD when missing. If command is given and args is not, there are none.
   * $(NAME) is replaced as in command. Cannot be changed.
   */
  args: list(4, string).optional(),
  /**
   * Directory in which the program starts. Default: the image's, or the runtime's. Cannot be
   * changed.
   */
  workingDir: string(5).optional(),
  /**
   * Ports on which the container listens. It is information only: a port that is not listed can be
   * reached too. Cannot be changed.
   */
  ports: list(6, () => ContainerPort)
    .mapBy("containerPort", "protocol")
    .merge("containerPort")
    .optional(),
  /** Environment variables, set in this order. Cannot be changed. */
  env: list(7, () => EnvVar)
    .mapBy("name")
    .merge("name")
    .optional(),
  /**
   * How much cpu, memory and more the container is given and may take. cpu and memory can be
   * changed through the resize subresource.
   */
  resources: object(8, () => ResourceRequirements).default({}),
  /** Volumes of the pod to mount, and where. Cannot be changed. */
  volumeMounts: list(9, () => VolumeMount)
    .mapBy("mountPath")
    .merge("mountPath")
    .optional(),
  /**
   * Checks that the container still works; when it fails, the container is restarted. Without it
   * only a process that ends is noticed.
   */
  livenessProbe: object(10, () => Probe).optional(),
  /** Checks that the container can serve; while it fails, Services send it no traffic. */
  readinessProbe: object(11, () => Probe).optional(),
  /** What to do right after the start and right before the end. */
  lifecycle: object(12, () => Lifecycle).optional(),
  /**
   * File in the container from which its last words are read when it ends, up to 4096 bytes; 12 KiB
   * for all containers of the pod. Cannot be changed. Default: /dev/termination-log.
   */
  terminationMessagePath: string(13).default("/dev/termination-log"),
  /**
   * When to pull the image:
   * - Always: before every start. The default for the tag latest.
   * - IfNotPresent: if the node lacks it. The default otherwise.
   * - Never: not at all; starting fails if the node lacks it.
   */
  imagePullPolicy: oneOf(14, "Always", "Never", "IfNotPresent").optional(),
  /** Security settings of this container. They win over the pod's. */
  securityContext: object(15, () => SecurityContext).optional(),
  /**
   * Keep the standard input open for attaching clients; otherwise reading from it ends at once.
   * Default false.
   */
  stdin: bool(16).implicit().optional(),
  /**
   * Close the standard input for good when the first client leaves. Only with stdin. Default false.
   */
  stdinOnce: bool(17).implicit().optional(),
  /** Give the container a terminal. Needs stdin. Default false. */
  tty: bool(18).implicit().optional(),
  /**
   * ConfigMaps and Secrets whose entries become environment variables. Where names meet, the later
   * source wins, and env wins over all. Cannot be changed.
   */
  envFrom: list(19, () => EnvFromSource).optional(),
  /**
   * Where the termination message comes from: File (default), or FallbackToLogsOnError, the end of
   * the log (2048 bytes or 80 lines) when the container failed and the file is empty.
   */
  terminationMessagePolicy: oneOf(20, "File", "FallbackToLogsOnError").default("File"),
  /** Raw block volumes that appear in the container as devices. */
  volumeDevices: list(21, () => VolumeDevice)
    .mapBy("devicePath")
    .merge("devicePath")
    .optional(),
  /**
   * Checks that the container has started. Until it succeeds the other probes wait; if it fails for
   * good, the container is restarted.
   */
  startupProbe: object(22, () => Probe).optional(),
  /** For each resource, whether the container must be restarted when it is resized. */
  resizePolicy: list(23, () => ContainerResizePolicy).optional(),
  /**
   * What happens when this container ends. For an init container Always makes a sidecar. For
   * others: Always, OnFailure or Never instead of the pod's policy.
   */
  restartPolicy: string(24).explicit().optional(),
  /**
   * Exceptions to restartPolicy by exit code, which must be given too. The first rule that fits
   * decides; without one restartPolicy does. At most 20.
   */
  restartPolicyRules: list(25, () => ContainerRestartRule).optional(),
}) {}

/** A port on which a container listens. */
export abstract class ContainerPort extends message("io.k8s.api.core.v1.ContainerPort", {
  /**
   * By which Services and probes may refer to it: up to 15 lower-case letters, digits and dashes.
   * Unique in the pod.
   */
  name: string(1).optional(),
  /**
   * Port of the node that leads here. On the host's network it must equal containerPort. Rarely
   * needed, and it limits where the pod fits.
   */
  hostPort: int32(2).implicit().optional(),
  /** Port on the pod's address, 1 to 65535. */
  containerPort: int32(3),
  /** Transport protocol of the port: TCP (default), UDP or SCTP. */
  protocol: oneOf(4, "TCP", "UDP", "SCTP").default("TCP"),
  /** Address of the node on which hostPort is opened. Default: all. */
  hostIP: string(5).optional(),
}) {}

/** What a container needs when one of its resources is resized. */
export abstract class ContainerResizePolicy extends message(
  "io.k8s.api.core.v1.ContainerResizePolicy",
  {
    /** The resource that is resized: cpu or memory. */
    resourceName: string(1),
    /**
     * NotRequired (default): changed while it runs. RestartContainer: restarted with the new value.
     */
    restartPolicy: string(2),
  },
) {}

/** What to do when a container ends in a certain way. */
export abstract class ContainerRestartRule extends message(
  "io.k8s.api.core.v1.ContainerRestartRule",
  {
    /** Restart (the container) or RestartAllContainers (of the pod). */
    action: string(1),
    /** The exit codes to which the rule applies. */
    exitCodes: object(2, () => ContainerRestartRuleOnExitCodes).optional(),
  },
) {}

/** A set of exit codes. */
export abstract class ContainerRestartRuleOnExitCodes extends message(
  "io.k8s.api.core.v1.ContainerRestartRuleOnExitCodes",
  {
    /** In: the rule fits if the exit code is one of the values. NotIn: if it is none of them. */
    operator: string(1),
    /** The exit codes, without duplicates: up to 255 of them. */
    values: list(2, int32).set().optional(),
  },
) {}

/**
 * A set of environment variables: a ConfigMap or a Secret. Keys that cannot be names of variables
 * are skipped.
 */
export abstract class EnvFromSource extends message("io.k8s.api.core.v1.EnvFromSource", {
  /** Text to put before the name of each variable, such as DB_. Default: none. */
  prefix: string(1).optional(),
  /** The ConfigMap whose entries become variables. */
  configMapRef: object(2, () => ConfigMapEnvSource).optional(),
  /** The Secret whose entries become variables. */
  secretRef: object(3, () => SecretEnvSource).optional(),
}) {}

/** A Secret whose entries become environment variables. */
export abstract class SecretEnvSource extends message("io.k8s.api.core.v1.SecretEnvSource", {
  /** The Secret, in the pod's namespace. */
  name: string(1).within(1).optional(),
  /** If true, the container starts even when the Secret does not exist. Default false. */
  optional: bool(2).optional(),
}) {}

/** An environment variable of a container. */
export abstract class EnvVar extends message("io.k8s.api.core.v1.EnvVar", {
  /** Any printable ASCII characters except the equals sign. */
  name: string(1),
  /**
   * The value. $(NAME) is replaced by a variable that was set before, or left as it is if there is
   * none; $$(NAME) stands for the text $(NAME). Default: empty.
   */
  value: string(2).optional(),
  /** Where to take the value from instead. Not together with a value. */
  valueFrom: object(3, () => EnvVarSource).optional(),
}) {}

/** Where a variable's value comes from. Exactly one of these. */
export abstract class EnvVarSource extends message("io.k8s.api.core.v1.EnvVarSource", {
  /**
   * A field of the pod: metadata.name, metadata.namespace, metadata.uid, metadata.labels['KEY'],
   * metadata.annotations['KEY'], spec.nodeName, spec.serviceAccountName, status.hostIP,
   * status.hostIPs, status.podIP or status.podIPs.
   */
  fieldRef: object(1, () => ObjectFieldSelector)
    .atomic()
    .optional(),
  /**
   * A request or limit of a container: limits.cpu, limits.memory, limits.ephemeral-storage, and the
   * same with requests.
   */
  resourceFieldRef: object(2, () => ResourceFieldSelector)
    .atomic()
    .optional(),
  /**
   * A key of a ConfigMap in the pod's namespace. A later change of it does not reach the running
   * container.
   */
  configMapKeyRef: object(3, () => ConfigMapKeySelector)
    .atomic()
    .optional(),
  /**
   * A key of a Secret in the pod's namespace. A later change of it does not reach the running
   * container.
   */
  secretKeyRef: object(4, () => SecretKeySelector)
    .atomic()
    .optional(),
  /** A key of a file that an init container wrote to a volume. */
  fileKeyRef: object(5, () => FileKeySelector)
    .atomic()
    .optional(),
}) {}

/** A variable in an env file on a volume. */
export abstract class FileKeySelector extends message("io.k8s.api.core.v1.FileKeySelector", {
  /** The volume, an emptyDir, that holds the file. */
  volumeName: string(1),
  /** The file, relative to the volume's root. Must not contain two dots as a step. */
  path: string(2),
  /** The variable's name in the file, which has lines of NAME=VALUE. */
  key: string(3),
  /**
   * If true, a missing file or key leaves the variable out. If false (default), the container does
   * not start.
   */
  optional: bool(4).optional(),
}) {}

/** What to do when a container starts and ends. */
export abstract class Lifecycle extends message("io.k8s.api.core.v1.Lifecycle", {
  /**
   * Runs right after the start, at the same time as the program. If it fails, the container is
   * killed and restarted. Until it ends the container does not count as running.
   */
  postStart: object(1, () => LifecycleHandler).optional(),
  /**
   * Runs before the container is asked to end: on deletion or a failed probe, not when the program
   * ends by itself. The grace period covers it; at its end the container is killed all the same.
   */
  preStop: object(2, () => LifecycleHandler).optional(),
  /**
   * The signal that asks the container to end, such as SIGUSR1. Needs the pod's os.name. Default:
   * the image's, or SIGTERM. Part of a feature that is off by default.
   */
  stopSignal: string(3).explicit().optional(),
}) {}

/** What to do at a point of a container's life. Exactly one of these. */
export abstract class LifecycleHandler extends message("io.k8s.api.core.v1.LifecycleHandler", {
  /** Run a command in the container. It uses the container's resources. */
  exec: object(1, () => ExecAction).optional(),
  /** Send an HTTP GET request to the container. */
  httpGet: object(2, () => HTTPGetAction).optional(),
  /** Not supported and without effect, kept for old objects. */
  tcpSocket: object(3, () => TCPSocketAction).optional(),
  /** Wait for a number of seconds, so that traffic can go elsewhere before the container ends. */
  sleep: object(4, () => SleepAction).optional(),
}) {}

/** A command to run in a container. */
export abstract class ExecAction extends message("io.k8s.api.core.v1.ExecAction", {
  /**
   * The program and its arguments, run without a shell in the container's root directory. Exit code
   * 0 is success.
   */
  command: list(1, string).optional(),
}) {}

/** An HTTP request. Success is any answer from 200 to 399. */
export abstract class HTTPGetAction extends message("io.k8s.api.core.v1.HTTPGetAction", {
  /** Path to ask for, with a query if need be: /healthz?full=1. Default: /. */
  path: string(1).default("/"),
  /** Port number, 1 to 65535, or the name of one of the container's ports. */
  port: intOrString(2),
  /**
   * Host to connect to. Default: the pod's address. For a virtual host set the header Host instead.
   */
  host: string(3).optional(),
  /** HTTP (default) or HTTPS. The certificate is not checked. */
  scheme: oneOf(4, "HTTP", "HTTPS").default("HTTP"),
  /** Headers to send. A name may occur more than once. */
  httpHeaders: list(5, () => HTTPHeader).optional(),
}) {}

/** A header of a request. */
export abstract class HTTPHeader extends message("io.k8s.api.core.v1.HTTPHeader", {
  /** The header's name. The case does not matter. */
  name: string(1),
  /** The header's value, as it is sent. */
  value: string(2).always().default(""),
}) {}

/** A pause. */
export abstract class SleepAction extends message("io.k8s.api.core.v1.SleepAction", {
  /** How long to wait. Not longer than the pod's grace period. */
  seconds: int64(1),
}) {}

/** A connection to open. Success is that it opens. */
export abstract class TCPSocketAction extends message("io.k8s.api.core.v1.TCPSocketAction", {
  /** Port number, 1 to 65535, or the name of one of the container's ports. */
  port: intOrString(1),
  /** Host to connect to. Default: the pod's address. */
  host: string(2).optional(),
}) {}

/**
 * A check that is made again and again. Exactly one of exec, httpGet, tcpSocket and grpc must be
 * given.
 */
export abstract class Probe extends message("io.k8s.api.core.v1.Probe", {
  /** Run a command in the container; exit code 0 is success. */
  exec: object(1, () => ExecAction)
    .within(1)
    .optional(),
  /** Send an HTTP GET request; an answer from 200 to 399 is success. */
  httpGet: object(2, () => HTTPGetAction)
    .within(1)
    .optional(),
  /** Open a TCP connection to a port; that it opens is success. */
  tcpSocket: object(3, () => TCPSocketAction)
    .within(1)
    .optional(),
  /** Call the gRPC health service; SERVING is success. */
  grpc: object(4, () => GRPCAction)
    .within(1)
    .optional(),
  /** Seconds from the container's start to the first check. Default 0. */
  initialDelaySeconds: int32(2).implicit().optional(),
  /** Seconds after which a check without an answer has failed. Default 1, at least 1. */
  timeoutSeconds: int32(3).implicit().default(1),
  /** Seconds from check to check. Default 10, at least 1. */
  periodSeconds: int32(4).implicit().default(10),
  /**
   * Successes in a row after a failure to count as well again. Default 1, and nothing else for
   * liveness and startup probes.
   */
  successThreshold: int32(5).implicit().default(1),
  /** Failures in a row to count as failed. Default 3, at least 1. */
  failureThreshold: int32(6).implicit().default(3),
  /**
   * Seconds that the container gets to end when this probe failed, instead of the pod's grace
   * period. At least 1. Not for readiness probes.
   */
  terminationGracePeriodSeconds: int64(7).optional(),
}) {}

/** A call of the gRPC health service. */
export abstract class GRPCAction extends message("io.k8s.api.core.v1.GRPCAction", {
  /** Port of the gRPC service: a number, 1 to 65535. */
  port: int32(1),
  /** Name to put into the health check request. Default: empty, the whole server. */
  service: string(2).explicit().default(""),
}) {}

/** Security settings of a container. Those that the pod has too win over the pod's. */
export abstract class SecurityContext extends message("io.k8s.api.core.v1.SecurityContext", {
  /** Capabilities to add and drop. Default: what the runtime grants. Not for Windows. */
  capabilities: object(1, () => Capabilities).optional(),
  /** Run with nearly all rights of root on the node. Default false. Not for Windows. */
  privileged: bool(2).optional(),
  /**
   * SELinux label of the container. When missing, the runtime takes a random one. Not for Windows.
   */
  seLinuxOptions: object(3, () => SELinuxOptions).optional(),
  /** User number of the first process. Default: what the image says. Not for Windows. */
  runAsUser: int64(4).optional(),
  /** The container is not started if it would run as user 0. Default false. */
  runAsNonRoot: bool(5).optional(),
  /** Mount the image read-only. Default false. Not for Windows. */
  readOnlyRootFilesystem: bool(6).optional(),
  /**
   * Whether a process may gain more rights than its parent (false sets no_new_privs). Always true
   * with privileged or CAP_SYS_ADMIN. Not for Windows.
   */
  allowPrivilegeEscalation: bool(7).optional(),
  /**
   * Primary group number of the first process. Default: what the runtime takes, often 0. Not for
   * Windows.
   */
  runAsGroup: int64(8).optional(),
  /**
   * How /proc is mounted: Default hides and write-protects some of it, Unmasked does not (that
   * needs hostUsers false). Not for Windows.
   */
  procMount: string(9).explicit().optional(),
  /** Settings for Windows containers. Not for Linux. */
  windowsOptions: object(10, () => WindowsSecurityContextOptions).optional(),
  /** Which system calls the container may make. Not for Windows. */
  seccompProfile: object(11, () => SeccompProfile).optional(),
  /** AppArmor profile of the container. Not for Windows. */
  appArmorProfile: object(12, () => AppArmorProfile).optional(),
}) {}

/** An SELinux label. */
export abstract class SELinuxOptions extends message("io.k8s.api.core.v1.SELinuxOptions", {
  /** The user part of the label, such as system_u. */
  user: string(1).optional(),
  /** The role part of the label, such as system_r. */
  role: string(2).optional(),
  /** The type part of the label, such as container_t. */
  type: string(3).optional(),
  /** The level part of the label, such as s0:c123,c456. */
  level: string(4).optional(),
}) {}

/** A filter of system calls. */
export abstract class SeccompProfile extends message("io.k8s.api.core.v1.SeccompProfile", {
  /**
   * Where the filter comes from:
   * - RuntimeDefault: the container runtime's own.
   * - Localhost: a file on the node.
   * - Unconfined: none.
   */
  type: string(1),
  /**
   * Path of the file below the kubelet's directory seccomp. Required for type Localhost, not
   * allowed otherwise.
   */
  localhostProfile: string(2).explicit().optional(),
}) {}

/** Security settings that only Windows has. */
export abstract class WindowsSecurityContextOptions extends message(
  "io.k8s.api.core.v1.WindowsSecurityContextOptions",
  {
    /** The GMSA credential spec, by its name. */
    gmsaCredentialSpecName: string(1).explicit().optional(),
    /** Content of the credential spec. An admission webhook fills it in by the name. */
    gmsaCredentialSpec: string(2).explicit().optional(),
    /** User of the first process. Default: what the image says. */
    runAsUserName: string(3).explicit().optional(),
    /**
     * Run on the host itself. All containers of a pod must agree, and hostNetwork must be true with
     * it.
     */
    hostProcess: bool(4).optional(),
  },
) {}

/** A raw block volume in a container. */
export abstract class VolumeDevice extends message("io.k8s.api.core.v1.VolumeDevice", {
  /** A volume of the pod whose claim has volumeMode Block. */
  name: string(1),
  /** Path of the device in the container. */
  devicePath: string(2),
}) {}

/** A volume in a container's file system. */
export abstract class VolumeMount extends message("io.k8s.api.core.v1.VolumeMount", {
  /** The volume, by its name in the pod. */
  name: string(1),
  /** Mount it read-only. Default false. */
  readOnly: bool(2).implicit().optional(),
  /** Where it appears in the container. Must not contain a colon. */
  mountPath: string(3),
  /**
   * Directory or file of the volume to mount instead of its root. Such a mount does not follow
   * updates of ConfigMaps and Secrets.
   */
  subPath: string(4).optional(),
  /**
   * Whether mounts made below it later are passed on: None (default), HostToContainer, or
   * Bidirectional, which needs a privileged container.
   */
  mountPropagation: string(5).explicit().optional(),
  /**
   * Like subPath, with $(NAME) replaced by the container's environment variables. Not together with
   * subPath.
   */
  subPathExpr: string(6).optional(),
  /**
   * For read-only mounts, whether mounts below it are read-only too:
   * - Disabled: not necessarily. The default.
   * - IfPossible: where the runtime can.
   * - Enabled: the pod does not start where it cannot.
   */
  recursiveReadOnly: string(7).explicit().optional(),
}) {}

/**
 * A container added to a running pod to look into it. It is not restarted and has no guaranteed
 * resources.
 */
export abstract class EphemeralContainer extends message("io.k8s.api.core.v1.EphemeralContainer", {
  /** DNS label, unique among all containers of the pod. */
  name: string(1).within(1),
  /** The image to run, such as one with debugging tools. */
  image: string(2).within(1).optional(),
  /**
   * The program and its first arguments, without a shell: the image's ENTRYPOINT when missing.
   * $(NAME) is replaced by environment variables.
   */
  command: list(3, string).within(1).optional(),
  /** Arguments: the image's CMD when missing. $(NAME) is replaced by environment variables. */
  args: list(4, string).within(1).optional(),
  /** Directory in which the program starts. Default: the image's, or the runtime's. */
  workingDir: string(5).within(1).optional(),
  /** Not allowed for ephemeral containers. */
  ports: list(6, () => ContainerPort)
    .mapBy("containerPort", "protocol")
    .merge("containerPort")
    .within(1)
    .optional(),
  /** Environment variables, set in this order. */
  env: list(7, () => EnvVar)
    .mapBy("name")
    .merge("name")
    .within(1)
    .optional(),
  /** Not allowed for ephemeral containers: they use what the pod has left. */
  resources: object(8, () => ResourceRequirements)
    .within(1)
    .default({}),
  /** Volumes of the pod to mount. subPath is not allowed here. */
  volumeMounts: list(9, () => VolumeMount)
    .mapBy("mountPath")
    .merge("mountPath")
    .within(1)
    .optional(),
  /** Not allowed for ephemeral containers. */
  livenessProbe: object(10, () => Probe)
    .within(1)
    .optional(),
  /** Not allowed for ephemeral containers. */
  readinessProbe: object(11, () => Probe)
    .within(1)
    .optional(),
  /** Not allowed for ephemeral containers. */
  lifecycle: object(12, () => Lifecycle)
    .within(1)
    .optional(),
  /**
   * File in the container from which its last words are read when it ends. Default:
   * /dev/termination-log.
   */
  terminationMessagePath: string(13).within(1).default("/dev/termination-log"),
  /**
   * When to pull the image: Always (default for the tag latest), IfNotPresent (default otherwise)
   * or Never.
   */
  imagePullPolicy: oneOf(14, "Always", "Never", "IfNotPresent").within(1).optional(),
  /** Security settings of this container. They win over the pod's. */
  securityContext: object(15, () => SecurityContext)
    .within(1)
    .optional(),
  /** Keep the standard input open for attaching clients. Default false. */
  stdin: bool(16).implicit().within(1).optional(),
  /** Close the standard input for good when the first client leaves. Default false. */
  stdinOnce: bool(17).implicit().within(1).optional(),
  /** Give the container a terminal. Needs stdin. Default false. */
  tty: bool(18).implicit().within(1).optional(),
  /**
   * ConfigMaps and Secrets whose entries become environment variables. Where names meet, the later
   * source wins, and env wins over all.
   */
  envFrom: list(19, () => EnvFromSource)
    .within(1)
    .optional(),
  /**
   * Where the termination message comes from: File (default), or FallbackToLogsOnError for the end
   * of the log when it failed without a message.
   */
  terminationMessagePolicy: oneOf(20, "File", "FallbackToLogsOnError").within(1).default("File"),
  /** Raw block volumes that appear in the container as devices. */
  volumeDevices: list(21, () => VolumeDevice)
    .mapBy("devicePath")
    .merge("devicePath")
    .within(1)
    .optional(),
  /** Not allowed for ephemeral containers. */
  startupProbe: object(22, () => Probe)
    .within(1)
    .optional(),
  /** Not allowed for ephemeral containers. */
  resizePolicy: list(23, () => ContainerResizePolicy)
    .within(1)
    .optional(),
  /** Not allowed for ephemeral containers: they are never restarted. */
  restartPolicy: string(24).explicit().within(1).optional(),
  /** Not allowed for ephemeral containers. */
  restartPolicyRules: list(25, () => ContainerRestartRule)
    .within(1)
    .optional(),
  /**
   * The container whose processes this one sees. Default: only its own. The runtime must support
   * it.
   */
  targetContainerName: string(2).optional(),
}) {}
