import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeSpec,
} from "#api/core/v1.ts";
import type { StorageClass } from "#api/storage/v1.ts";

/** What a volume is asked for with. */
export interface ProvisionRequest {
  readonly claim: PersistentVolumeClaim;
  readonly storageClass: StorageClass;
  /** The volume's name: the same each time the same claim is asked for. */
  readonly volumeName: string;
  /** Where the scheduler wants it; undefined where it may be anywhere. */
  readonly node: Node | undefined;
  readonly nodes: readonly Node[];
}

/** Where the bytes are, and which nodes reach them; the rest of the volume is from claim and class. */
export type ProvisionedSource = Partial<PersistentVolumeSpec>;

/** Makes volumes for claims, and unmakes them. May be asked for the same again. */
export interface VolumeProvisioner {
  /** What StorageClasses call it, and what volumes then say who made them. */
  readonly names: readonly string[];
  /** Throws with what an event shall say when there can be no such volume. */
  provision(request: ProvisionRequest, signal: AbortSignal): Promise<ProvisionedSource>;
  /** Resolves when the bytes are gone; throws when they may still be there. */
  remove(volume: PersistentVolume, nodes: readonly Node[], signal: AbortSignal): Promise<void>;
}
