/** A volume that cannot be made ready; the text is upstream's and ends in a FailedMount event. */
export class VolumeError extends Error {
  override name = "VolumeError";
}

/** How upstream words that one volume of a pod failed. */
export function setUpFailed(volume: string, cause: unknown): VolumeError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new VolumeError(`MountVolume.SetUp failed for volume "${volume}" : ${reason}`, { cause });
}
