import { chmod, mkdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { PodSecurityContext } from "#api/core/v1.ts";
import type { BoundVolume } from "../claims.ts";
import { VolumeError } from "../volume-error.ts";
import { checkHostPath } from "./host-path.ts";
import { giveToGroup } from "./ownership.ts";

/** Sees to it that what a claim stands for is there; what was made for the claim is made here. */
export async function setUpBoundVolume(
  { path, type, isLocal }: BoundVolume,
  { ownVolumes, security }: { readonly ownVolumes: string; readonly security: PodSecurityContext },
): Promise<void> {
  const { fsGroup: group, fsGroupChangePolicy } = security;
  const unlessRootMatches = fsGroupChangePolicy === "OnRootMismatch";
  const giveAway = async () => {
    if (group !== undefined) await giveToGroup(path, { group, readOnly: false, unlessRootMatches });
  };
  if (isLocal) {
    const stats = await stat(path).catch(() => undefined);
    if (!stats) throw new VolumeError(`path "${path}" does not exist`);
    await giveAway();
    return;
  }
  if (dirname(path) === ownVolumes && type === "DirectoryOrCreate") {
    const isNew = (await mkdir(path, { recursive: true })) !== undefined;
    // Nobody knows yet as whom containers run; later it is for them to say.
    if (isNew) await chmod(path, 0o777);
    await giveAway();
  }
  await checkHostPath(path, type);
}

/** Deletes one of the kubelet's own folders and all in it. One that is not there is fine. */
export async function removeOwnVolume(ownVolumes: string, name: string): Promise<void> {
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(name)) {
    throw new Error(`"${name}" is not the name of a volume`);
  }
  await rm(join(ownVolumes, name), { recursive: true, force: true });
}
