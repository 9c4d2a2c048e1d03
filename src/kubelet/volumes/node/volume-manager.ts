import { chmod, mkdir, realpath, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Container, PersistentVolume, Pod, Volume, VolumeMount } from "#api/core/v1.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import { quantityValue } from "#schema/quantity.ts";
import { podMemoryLimitBytes } from "../../cgroups/pod-resources.ts";
import { mountPropagation } from "../../cri/v1.ts";
import type { Mount } from "../../cri/v1.ts";
import type { NodeFacts } from "../../environment/fields.ts";
import { expandVariables } from "../../pod-worker/container-config.ts";
import type { EnvironmentResolver, VolumeManager } from "../../pod-worker/dependencies.ts";
import { payloadOf } from "../payload.ts";
import type { PayloadSources } from "../payload.ts";
import { pluginFolders, pluginOf } from "../plugin.ts";
import type { FilesPlugin, VolumePlugin } from "../plugin.ts";
import type { BoundVolume, ClaimSource } from "../claims.ts";
import { checkAffinity, folderOf, resolveClaim } from "../claims.ts";
import { TokenCache } from "../tokens.ts";
import type { TokenSource } from "../tokens.ts";
import { notProcessed, setUpFailed, VolumeError } from "../volume-error.ts";
import { writeAtomically } from "./atomic-writer.ts";
import { setUpBoundVolume } from "./bound-volumes.ts";
import { checkHostPath } from "./host-path.ts";
import { mountsBelow, mountTmpfs, unmountBelow } from "./mounts.ts";
import { giveToGroup } from "./ownership.ts";
import { prepareSubPath } from "./sub-path.ts";

export interface VolumeManagerOptions {
  /** The kubelet's folder; volumes are in `<root>/pods/<uid>/volumes`. */
  readonly root: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly source: Pick<PayloadSources, "configMap" | "secret">;
  readonly claims: ClaimSource;
  /** Where claims' folders are that are this kubelet's to make. */
  readonly ownVolumes: string;
  readonly tokens: TokenSource;
  readonly node: NodeFacts;
  /** For `subPathExpr`. */
  readonly environment: EnvironmentResolver;
}

/** Volumes as folders and mounts of this machine, laid out as upstream's are. */
export function createVolumeManager(options: VolumeManagerOptions): VolumeManager {
  return new Volumes(options);
}

class Volumes implements VolumeManager {
  readonly #options: VolumeManagerOptions;
  readonly #tokens: TokenCache;
  readonly #sources: PayloadSources;
  /** What is under way for a pod: one thing at a time. */
  readonly #busy = new Map<string, Promise<void>>();
  /** Behind the claims of each pod, by the name of its volume: neither changes while it runs. */
  readonly #bound = new Map<string, Map<string, BoundVolume>>();
  #pods: Promise<string> | undefined;

  constructor(options: VolumeManagerOptions) {
    const { source, node, clock, logger } = options;
    this.#options = options;
    this.#tokens = new TokenCache({ source: options.tokens, clock, logger });
    this.#sources = {
      node,
      configMap: (namespace, name, signal) => source.configMap(namespace, name, signal),
      secret: (namespace, name, signal) => source.secret(namespace, name, signal),
      token: (pod, wanted, signal) => this.#tokens.get(pod, wanted, signal),
    };
  }

  async setUp(pod: Pod, signal: AbortSignal): Promise<void> {
    await this.#alone(pod.metadata.uid, () => this.#setUpAll(pod, signal));
  }

  async refresh(pod: Pod, signal: AbortSignal): Promise<void> {
    await this.#alone(pod.metadata.uid, async () => {
      const folder = join(await this.#folderOf(pod.metadata.uid), "volumes");
      if (await exists(folder)) await this.#setUpAll(pod, signal);
    });
  }

  async mountsOf(pod: Pod, container: Container): Promise<readonly Mount[]> {
    return await this.#alone(pod.metadata.uid, async () => {
      const mounts: Mount[] = [];
      if (container.volumeDevices?.length) {
        throw new VolumeError("volumeDevices are not supported yet");
      }
      for (const [index, wanted] of (container.volumeMounts ?? []).entries()) {
        mounts.push(await this.#mount(pod, container, wanted, index));
      }
      return mounts;
    });
  }

  async tearDown(podUid: string): Promise<void> {
    await this.#alone(podUid, async () => {
      const folder = await this.#folderOf(podUid);
      for (const part of ["volume-subpaths", "volumes"]) {
        const path = join(folder, part);
        // Only what nothing is mounted in may be deleted: a mount's content is somebody else's.
        await unmountBelow(path);
        await rm(path, { recursive: true, force: true });
      }
      await removeIfEmpty(folder);
      this.#tokens.forget(podUid);
      this.#bound.delete(podUid);
    });
  }

  async #setUpAll(pod: Pod, signal: AbortSignal): Promise<void> {
    const volumes = usedVolumes(pod);
    await this.#resolveClaims(pod, volumes, signal);
    const outcomes = await Promise.allSettled(
      volumes.map((volume) => this.#setUpVolume(pod, volume, signal)),
    );
    signal.throwIfAborted();
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === "fulfilled") continue;
      const name = volumes[index]?.name ?? "";
      const bound = this.#bound.get(pod.metadata.uid)?.get(name);
      throw setUpFailed(bound?.name ?? name, outcome.reason);
    }
  }

  async #resolveClaims(pod: Pod, volumes: readonly Volume[], signal: AbortSignal): Promise<void> {
    const known = this.#bound.get(pod.metadata.uid) ?? new Map<string, BoundVolume>();
    const { claims } = this.#options;
    for (const volume of volumes) {
      const isClaim = volume.persistentVolumeClaim ?? volume.ephemeral;
      if (!isClaim || known.has(volume.name)) continue;
      let bound: PersistentVolume;
      try {
        bound = await resolveClaim(pod, volume, claims, signal);
      } catch (error) {
        throw error instanceof VolumeError ? notProcessed([volume.name], error) : error;
      }
      await checkAffinity(bound, claims, signal);
      known.set(volume.name, folderOf(bound));
    }
    if (known.size > 0) this.#bound.set(pod.metadata.uid, known);
  }

  async #setUpVolume(pod: Pod, volume: Volume, signal: AbortSignal): Promise<void> {
    const plugin = pluginOf(volume);
    switch (plugin.kind) {
      case "hostPath":
        return await checkHostPath(plugin.source.path, plugin.source.type ?? "");
      case "claim": {
        const { ownVolumes } = this.#options;
        const security = pod.spec.securityContext;
        return await setUpBoundVolume(this.#boundVolume(pod, volume), { ownVolumes, security });
      }
      case "emptyDir":
        return await this.#setUpEmptyDir(pod, volume, plugin, signal);
      default:
        return await this.#setUpFiles(pod, volume, plugin, signal);
    }
  }

  async #setUpEmptyDir(
    pod: Pod,
    volume: Volume,
    { source }: Extract<VolumePlugin, { kind: "emptyDir" }>,
    signal: AbortSignal,
  ): Promise<void> {
    const folder = await this.#volumeFolder(pod, volume);
    const { medium = "", sizeLimit } = source;
    if (medium !== "" && medium !== "Memory") {
      throw new VolumeError(`emptyDir with medium ${medium} is not supported yet`);
    }
    const isNew = await makeFolder(folder);
    let isMounted = false;
    if (medium === "Memory" && !mountsBelow(folder).includes(folder)) {
      const limits = [sizeLimit && quantityValue(sizeLimit), podMemoryLimitBytes(pod)].filter(
        (limit) => typeof limit === "number" && limit > 0,
      );
      const sizeBytes = limits.length > 0 ? Math.min(...limits.map(Number)) : undefined;
      await mountTmpfs(folder, sizeBytes === undefined ? {} : { sizeBytes }, signal);
      isMounted = true;
    }
    if (!isNew && !isMounted) return;
    await chmod(folder, 0o777);
    const group = pod.spec.securityContext.fsGroup;
    if (group !== undefined) await giveToGroup(folder, { group, readOnly: false });
  }

  async #setUpFiles(
    pod: Pod,
    volume: Volume,
    plugin: FilesPlugin,
    signal: AbortSignal,
  ): Promise<void> {
    const files = await payloadOf(pod, plugin, this.#sources, signal);
    const folder = await this.#volumeFolder(pod, volume);
    let isNew = await makeFolder(folder);
    // Secrets never reach a disk.
    const isMemory = plugin.kind !== "configMap";
    if (isMemory && !mountsBelow(folder).includes(folder)) {
      await mountTmpfs(folder, {}, signal);
      isNew = true;
    }
    const group = pod.spec.securityContext.fsGroup;
    if (isNew) {
      await chmod(folder, 0o777);
      if (group !== undefined) await giveToGroup(folder, { group, readOnly: true });
    }
    const { clock } = this.#options;
    const finish = async (path: string) => {
      if (group !== undefined) await giveToGroup(path, { group, readOnly: true });
    };
    await writeAtomically({ folder, files, clock, finish }, signal);
  }

  async #mount(pod: Pod, container: Container, wanted: VolumeMount, index: number): Promise<Mount> {
    const volume = pod.spec.volumes?.find(({ name }) => name === wanted.name);
    if (!volume) {
      throw new VolumeError(
        `cannot find volume "${wanted.name}" to mount into container "${container.name}"`,
      );
    }
    if (wanted.recursiveReadOnly === "Enabled") {
      throw new VolumeError(
        `volumeMount "${wanted.name}" with recursiveReadOnly: Enabled is not supported yet`,
      );
    }
    const plugin = pluginOf(volume);
    const source = await this.#sourceOf(pod, volume, plugin);
    const subPath = await this.#subPathOf(pod, container, wanted);
    const folder = await this.#folderOf(pod.metadata.uid);
    const target = join(folder, "volume-subpaths", volume.name, container.name, String(index));
    return {
      hostPath: subPath
        ? await prepareSubPath({ volume: source, subPath, target }, new AbortController().signal)
        : source,
      containerPath: wanted.mountPath.startsWith("/") ? wanted.mountPath : `/${wanted.mountPath}`,
      readonly: isReadOnly(plugin) || (wanted.readOnly ?? false),
      selinuxRelabel: false,
      propagation: propagationOf(wanted),
      uidMappings: [],
      gidMappings: [],
      recursiveReadOnly: false,
      imageSubPath: "",
      mountOptions: [],
    };
  }

  /** The folder that containers are shown. */
  async #sourceOf(pod: Pod, volume: Volume, plugin: VolumePlugin): Promise<string> {
    if (plugin.kind === "hostPath") return plugin.source.path;
    if (plugin.kind === "claim") return this.#boundVolume(pod, volume).path;
    return await this.#volumeFolder(pod, volume);
  }

  #boundVolume(pod: Pod, { name }: Volume): BoundVolume {
    const bound = this.#bound.get(pod.metadata.uid)?.get(name);
    if (!bound) throw new VolumeError(`volume "${name}" is not set up`);
    return bound;
  }

  async #subPathOf(pod: Pod, container: Container, wanted: VolumeMount): Promise<string> {
    if (!wanted.subPathExpr) return wanted.subPath ?? "";
    const addresses = (pod.status.podIPs ?? []).map(({ ip }) => ip);
    const { signal } = new AbortController();
    const variables = await this.#options.environment.resolve(pod, container, addresses, signal);
    const values = new Map(variables.map(({ name, value }) => [name, value]));
    const missing = /(?<!\$)\$\(([^()\s]+)\)/.exec(
      expandVariables(wanted.subPathExpr.replaceAll("$$", ""), values),
    );
    if (missing) {
      throw new VolumeError(`missing value for "${missing[1]}"`);
    }
    return expandVariables(wanted.subPathExpr, values);
  }

  async #volumeFolder(pod: Pod, volume: Volume): Promise<string> {
    const folder = await this.#folderOf(pod.metadata.uid);
    return join(folder, "volumes", pluginFolders[pluginOf(volume).kind], volume.name);
  }

  /** By its real path: that is how the kernel lists mounts. */
  async #folderOf(podUid: string): Promise<string> {
    this.#pods ??= (async () => {
      const pods = join(this.#options.root, "pods");
      await mkdir(pods, { recursive: true, mode: 0o750 });
      return await realpath(pods);
    })();
    return join(await this.#pods, podUid);
  }

  async #alone<T>(podUid: string, work: () => Promise<T>): Promise<T> {
    const before = this.#busy.get(podUid) ?? Promise.resolve();
    const result = before.then(work);
    const done = result.then(
      () => {},
      () => {},
    );
    this.#busy.set(podUid, done);
    try {
      return await result;
    } finally {
      if (this.#busy.get(podUid) === done) this.#busy.delete(podUid);
    }
  }
}

/** A volume that no container mounts is not made: what it needs may be missing. */
function usedVolumes({ spec }: Pod): readonly Volume[] {
  const containers = [
    ...spec.containers,
    ...(spec.initContainers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ];
  const used = new Set(
    containers.flatMap(({ volumeMounts = [], volumeDevices = [] }) =>
      [...volumeMounts, ...volumeDevices].map(({ name }) => name),
    ),
  );
  return (spec.volumes ?? []).filter(({ name }) => used.has(name));
}

function isReadOnly(plugin: VolumePlugin): boolean {
  switch (plugin.kind) {
    case "emptyDir":
    case "hostPath":
      return false;
    case "claim":
      return plugin.readOnly;
    default:
      return true;
  }
}

function propagationOf({ mountPropagation: wanted = "None" }: VolumeMount): number {
  switch (wanted) {
    case "None":
      return mountPropagation.PROPAGATION_PRIVATE;
    case "HostToContainer":
      return mountPropagation.PROPAGATION_HOST_TO_CONTAINER;
    case "Bidirectional":
      return mountPropagation.PROPAGATION_BIDIRECTIONAL;
    default:
      throw new VolumeError(`invalid mountPropagation mode: ${wanted}`);
  }
}

/** Whether it was not there before. */
async function makeFolder(path: string): Promise<boolean> {
  return (await mkdir(path, { recursive: true, mode: 0o750 })) !== undefined;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!hasCode(error, "ENOENT") && !hasCode(error, "ENOTEMPTY")) throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
