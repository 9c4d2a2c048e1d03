/** A volume that cannot be made ready; the text is upstream's and ends in a FailedMount event. */
export class VolumeError extends Error {
  override name = "VolumeError";
}

/** How upstream words that one volume of a pod failed. */
export function setUpFailed(volume: string, cause: unknown): VolumeError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new VolumeError(`MountVolume.SetUp failed for volume "${volume}" : ${reason}`, { cause });
}

/** The same for volumes that are not even known to be there. */
export function notProcessed(volumes: readonly string[], cause: unknown): VolumeError {
  const names = `[${volumes.join(" ")}]`;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new VolumeError(
    `Unable to attach or mount volumes: unmounted volumes=${names}, unattached volumes=[], ` +
      `failed to process volumes=${names}: ${reason}`,
    { cause },
  );
}
