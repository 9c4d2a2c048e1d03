import type { Container, Pod } from "#api/core/v1.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import { formatDuration } from "#base/duration.ts";
import { Backoff } from "../pod-worker/backoff.ts";
import { ContainerError } from "../pod-worker/dependencies.ts";
import type { ImageManager } from "../pod-worker/dependencies.ts";
import type { Runtime } from "../cri/runtime.ts";
import { credentialsFor } from "./credentials.ts";
import type { RegistryAuths, RegistryCredential } from "./credentials.ts";
import { PullQueue } from "./pull-queue.ts";
import { parseImageReference, pullPolicyOf, registryEndpoint } from "./reference.ts";
import type { ImageReference } from "./reference.ts";
import { unreachableError, UnreachableRegistries } from "./registry-trouble.ts";

export interface ImageManagerOptions {
  readonly runtime: Pick<Runtime, "imageStatus" | "pullImage">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Pulls at the same time, whichever pods they are for. */
  readonly parallelPulls: number;
  event(
    pod: Pod,
    type: "Normal" | "Warning",
    reason: string,
    message: string,
    container?: string,
  ): void;
  /** The sign-ins of the pod's `imagePullSecrets`; secrets that are missing are left out. */
  pullSecrets(pod: Pod, signal: AbortSignal): Promise<readonly RegistryAuths[]>;
  /**
   * Asks quickly whether a registry's host answers at all: undefined when it does (or when that
   * cannot be told), else why not. Without it the runtime's own, long timeouts are waited for.
   */
  probeRegistry?(endpoint: string, signal: AbortSignal): Promise<string | undefined>;
}

/**
 * Brings images to the node as upstream does, except in one case: where the policy is `Always`,
 * the registry cannot be reached (no answer, as against a refusal) and the image is on the node.
 * Upstream then fails. Here the image on the node is used and an event says so, because a cluster
 * of one's own is often offline and its images were put there by hand: `image: nginx`, which means
 * `nginx:latest` and so `Always`, has to work with them. A registry that answers is obeyed.
 */
export function createImageManager(options: ImageManagerOptions): ImageManager {
  return new Images(options);
}

const backoffInitialMs = 10_000;
const backoffMaxMs = 300_000;
/** Pods in back-off are looked at often; an event each time would only be noise. */
const backoffEventMs = 10_000;

interface Failure {
  readonly atMs: number;
  readonly reason: string;
  readonly message: string;
  toldAtMs: number;
}

interface Present {
  readonly id: string;
  readonly sizeBytes: number;
}

/** One container's wish for one image. */
interface Request {
  readonly pod: Pod;
  readonly container: Container;
  readonly reference: ImageReference;
  readonly image: string;
}

class Images implements ImageManager {
  readonly #options: ImageManagerOptions;
  readonly #backoff: Backoff;
  readonly #failures = new Map<string, Failure>();
  readonly #unreachable: UnreachableRegistries;
  readonly #queue: PullQueue<string>;

  constructor(options: ImageManagerOptions) {
    this.#options = options;
    const { clock } = options;
    this.#backoff = new Backoff({ clock, initialMs: backoffInitialMs, maxMs: backoffMaxMs });
    this.#unreachable = new UnreachableRegistries(clock);
    this.#queue = new PullQueue({ parallel: options.parallelPulls });
  }

  async ensure(pod: Pod, container: Container, signal: AbortSignal): Promise<string> {
    const image = container.image ?? "";
    const reference = parseImageReference(image);
    if (!reference) throw this.#invalid(pod, container, image);
    const request = { pod, container, reference, image };
    const present = await this.#inspect(request, signal);
    switch (pullPolicyOf(container, reference)) {
      case "Never":
        if (present) return this.#use(request, present);
        throw this.#neverPulled(request);
      case "IfNotPresent":
        if (present) return this.#use(request, present);
        return await this.#pullUnlessBackingOff(request, undefined, signal);
      default: // Always
        return await this.#pullUnlessBackingOff(request, present, signal);
    }
  }

  async #inspect(request: Request, signal: AbortSignal): Promise<Present | undefined> {
    try {
      const image = { image: request.reference.text };
      const status = await this.#options.runtime.imageStatus({ image }, signal);
      return status.image?.id ? { id: status.image.id, sizeBytes: status.image.size } : undefined;
    } catch (error) {
      if (signal.aborted) throw error;
      const message = `Failed to inspect image "${request.image}": ${messageOf(error)}`;
      this.#tell(request, "Warning", "InspectFailed", message);
      throw this.#refuse(request, "ImageInspectError", message);
    }
  }

  #use(request: Request, { id }: Present): string {
    this.#tell(
      request,
      "Normal",
      "Pulled",
      `Container image "${request.image}" already present on machine and can be accessed by the pod`,
    );
    return id;
  }

  async #pullUnlessBackingOff(
    request: Request,
    present: Present | undefined,
    signal: AbortSignal,
  ): Promise<string> {
    const { registry } = request.reference;
    const key = failureKey(request);
    const known = this.#unreachable.errorOf(registry);
    if (present && known !== undefined) return this.#useOffline(request, present, known);
    const failure = this.#failures.get(key);
    if (failure && this.#backoff.leftMs(key, failure.atMs) > 0) {
      throw this.#backingOff(request, failure);
    }
    this.#tell(request, "Normal", "Pulling", `Pulling image "${request.image}"`);
    if (present) {
      const error = await this.#probe(registry, signal);
      if (error !== undefined) return this.#useOffline(request, present, error);
    }
    const askedMs = this.#options.clock.monotonic();
    try {
      const id = await this.#pull(request, askedMs, signal);
      this.#backoff.reset(key);
      this.#failures.delete(key);
      return id;
    } catch (error) {
      if (signal.aborted) throw error;
      const message = messageOf(error);
      const unreachable = unreachableError(message);
      if (unreachable !== undefined) {
        this.#unreachable.remember(registry, unreachable);
        if (present) return this.#useOffline(request, present, unreachable);
      }
      throw this.#pullFailed(request, key, message);
    }
  }

  async #probe(registry: string, signal: AbortSignal): Promise<string | undefined> {
    const endpoint = registryEndpoint(registry);
    const error = await this.#options.probeRegistry?.(endpoint, signal);
    if (error !== undefined) this.#unreachable.remember(registry, error);
    return error;
  }

  #useOffline(request: Request, { id }: Present, error: string): string {
    this.#tell(
      request,
      "Normal",
      "Pulled",
      `Container image "${request.image}" already present on machine ` +
        `(registry not reachable: ${error})`,
    );
    return id;
  }

  async #pull(request: Request, askedMs: number, signal: AbortSignal): Promise<string> {
    const { clock } = this.#options;
    const auths = request.pod.spec.imagePullSecrets?.length
      ? await this.#options.pullSecrets(request.pod, signal)
      : [];
    const credentials = credentialsFor(request.reference, auths);
    const key = JSON.stringify([request.reference.text, credentials]);
    let startedMs = askedMs;
    const id = await this.#queue.run(key, signal, async (signal) => {
      startedMs = clock.monotonic();
      return await this.#tryAll(request.reference, credentials, signal);
    });
    this.#unreachable.reached(request.reference.registry);
    const nowMs = clock.monotonic();
    const size = (await this.#inspect(request, signal))?.sizeBytes ?? 0;
    const took = wholeMs(nowMs - startedMs);
    const message =
      `Successfully pulled image "${request.image}" in ${took} ` +
      `(${wholeMs(nowMs - askedMs)} including waiting). Image size: ${size} bytes.`;
    this.#tell(request, "Normal", "Pulled", message);
    return id;
  }

  /** The first sign-in that works; with none given, without one. */
  async #tryAll(
    reference: ImageReference,
    credentials: readonly RegistryCredential[],
    signal: AbortSignal,
  ): Promise<string> {
    const failures: string[] = [];
    for (const credential of credentials.length > 0 ? credentials : [undefined]) {
      try {
        const { imageRef } = await this.#options.runtime.pullImage(
          { image: { image: reference.text }, ...(credential && { auth: { ...credential } }) },
          signal,
        );
        return imageRef;
      } catch (error) {
        if (signal.aborted) throw error;
        failures.push(messageOf(error));
      }
    }
    throw new Error(failures.length === 1 ? failures[0] : `[${failures.join(", ")}]`);
  }

  #invalid(pod: Pod, container: Container, image: string): ContainerError {
    const message =
      `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ` +
      "invalid reference format";
    this.#options.event(pod, "Warning", "InspectFailed", message, container.name);
    this.#options.event(pod, "Warning", "Failed", "Error: InvalidImageName", container.name);
    return new ContainerError("InvalidImageName", message);
  }

  #neverPulled(request: Request): ContainerError {
    const message = `Container image "${request.image}" is not present with pull policy of Never`;
    this.#tell(request, "Warning", "ErrImageNeverPull", message);
    return this.#refuse(request, "ErrImageNeverPull", message);
  }

  #pullFailed(request: Request, key: string, message: string): ContainerError {
    this.#tell(request, "Warning", "Failed", `Failed to pull image "${request.image}": ${message}`);
    const nowMs = this.#options.clock.now();
    this.#backoff.next(key);
    this.#forgetOld(nowMs);
    const reason = "ErrImagePull";
    this.#failures.set(key, { atMs: nowMs, reason, message, toldAtMs: -Infinity });
    return this.#refuse(request, reason, message);
  }

  #backingOff(request: Request, failure: Failure): ContainerError {
    const what = `Back-off pulling image "${request.image}"`;
    const error = new ContainerError(
      "ImagePullBackOff",
      `${what}: ${failure.reason}: ${failure.message}`,
    );
    const nowMs = this.#options.clock.monotonic();
    if (nowMs - failure.toldAtMs < backoffEventMs) return error;
    failure.toldAtMs = nowMs;
    this.#tell(request, "Normal", "BackOff", what);
    this.#tell(request, "Warning", "Failed", "Error: ImagePullBackOff");
    return error;
  }

  #refuse(request: Request, reason: string, message: string): ContainerError {
    this.#tell(request, "Warning", "Failed", `Error: ${reason}`);
    return new ContainerError(reason, message);
  }

  #tell({ pod, container }: Request, type: "Normal" | "Warning", reason: string, message: string) {
    this.#options.event(pod, type, reason, message, container.name);
  }

  /** Pods come and go; what nobody asked for in a while is forgotten with its back-off. */
  #forgetOld(nowMs: number): void {
    for (const [key, { atMs }] of this.#failures) {
      if (nowMs - atMs <= 2 * backoffMaxMs) continue;
      this.#failures.delete(key);
      this.#backoff.reset(key);
    }
  }
}

function failureKey({ pod, image }: Request): string {
  return `${pod.metadata.uid}_${image}`;
}

function wholeMs(durationMs: number): string {
  return formatDuration(Math.trunc(durationMs) * 1e6);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
