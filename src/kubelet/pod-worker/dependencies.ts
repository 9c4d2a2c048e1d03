import type { Container, Node, Pod, PodStatus } from "#api/core/v1.ts";
import type { Mount } from "../cri/v1.ts";
import type { ContainerRun } from "./runtime-state.ts";

/** Makes a pod's volumes appear on the node, and go again. */
export interface VolumeManager {
  /**
   * Sets up every volume of the pod and resolves when all are there. Safe to repeat; contents that
   * come from the API (ConfigMaps, Secrets, tokens) are brought up to date. Throws `VolumeError`
   * when something that a volume needs is missing.
   */
  setUp(pod: Pod, signal: AbortSignal): Promise<void>;
  /**
   * Brings contents from the API up to date where the pod's volumes are set up; does nothing where
   * they are not (any more). For calls from outside of the pod's worker.
   */
  refresh(pod: Pod, signal: AbortSignal): Promise<void>;
  /** The mounts of one container, in the runtime's words. After `setUp`. */
  mountsOf(pod: Pod, container: Container): Promise<readonly Mount[]>;
  /** Unmounts and deletes what `setUp` made. The pod's containers are gone by then. */
  tearDown(podUid: string): Promise<void>;
}

/** The object of the node that the pods are on. */
export interface OwnNode {
  /** As it was some seconds ago; undefined before it is there. */
  readonly lastSeen: Node | undefined;
  /** As it is now. */
  look(signal: AbortSignal): Promise<Node>;
}

/** Resolves the environment of a container: values, ConfigMaps, Secrets, fields, Services. */
export interface EnvironmentResolver {
  /** Throws `EnvironmentError` when a key that is not optional is missing. */
  resolve(
    pod: Pod,
    container: Container,
    addresses: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly { name: string; value: string }[]>;
}

/** Brings images to the node, and remembers what went wrong. */
export interface ImageManager {
  /** The image's id, to create the container from. Throws `ImageError`, whose reason is shown. */
  ensure(pod: Pod, container: Container, signal: AbortSignal): Promise<string>;
}

/** A trouble that keeps a container from starting; `reason` is what `kubectl get pods` shows. */
export class ContainerError extends Error {
  override name = "ContainerError";
  /** ErrImagePull, ImagePullBackOff, CreateContainerConfigError, RunContainerError, … */
  readonly reason: string;
  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Watches the health of running containers. */
export interface Prober {
  /** Starts the probes of a run that is not probed yet, and stops those of other runs. */
  track(pod: Pod, runs: readonly ContainerRun[], address: string | undefined): void;
  untrack(podUid: string): void;
  /** The pod is ending: what stops is neither started nor unhealthy. Readiness goes on. */
  ending(podUid: string): void;
  unhealthy(run: ContainerRun): "liveness" | "startup" | undefined;
  ready(run: ContainerRun): boolean;
  started(run: ContainerRun): boolean;
}

/** Runs postStart and preStop hooks. Throws with what the hook said when it fails. */
export interface LifecycleHooks {
  run(
    pod: Pod,
    container: Container,
    containerId: string,
    hook: "postStart" | "preStop",
    address: string | undefined,
    signal: AbortSignal,
  ): Promise<void>;
}

/** Takes statuses to the API server, newest only. */
export interface StatusReporter {
  report(pod: Pod, status: PodStatus): void;
  /** The pod's containers are gone: the API server may forget it. */
  finish(pod: Pod, status: PodStatus): void;
  /** The API server has forgotten the pod already: there is nothing to tell. */
  forget(podUid: string): void;
}

/** Files of the node that the worker needs around a container. */
export interface NodeFiles {
  /** Makes and returns the pod's log directory. */
  logDirectory(pod: Pod): Promise<string>;
  /** A mount for the termination log, where the container has one. */
  terminationLog(
    pod: Pod,
    container: Container,
    attempt: number,
  ): Promise<{ hostPath: string; containerPath: string } | undefined>;
  /** What a container wrote there when it ended; the log's tail where it asks for that. */
  terminationMessage(
    pod: Pod,
    container: Container,
    run: ContainerRun,
  ): Promise<string | undefined>;
  /** The pod's /etc/hosts, for pods with a network of their own. */
  hostsFile(pod: Pod, addresses: readonly string[]): Promise<string | undefined>;
  /** Lines for /etc/resolv.conf, by the pod's DNS policy. */
  dnsOf(pod: Pod): { servers: string[]; searches: string[]; options: string[] };
  removePod(podUid: string): Promise<void>;
}

/** Cgroups of pods and QoS classes. */
export interface CgroupManager {
  /** Makes the pod's cgroup with its limits; returns the parent to give to the runtime. */
  ensure(pod: Pod): Promise<string>;
  remove(podUid: string): Promise<void>;
}
