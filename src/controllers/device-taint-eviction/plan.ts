import type { Pod } from "#api/core/v1.ts";
import type {
  DeviceRequestAllocationResult,
  DeviceTaint,
  ResourceClaim,
  ResourceSlice,
} from "#api/resource/v1.ts";
import { controllerOf } from "#client/object.ts";
import { isFinished } from "#machinery/pod-resources.ts";
import { toleratesDevice } from "#machinery/scheduling/device-taints.ts";
import { claimNameOf } from "../resource-claim/plan.ts";

/** What is known of devices and of who has them. */
export interface DeviceView {
  /** In the pod's namespace. */
  readonly claim: (name: string) => ResourceClaim | undefined;
  /** Of one driver's pool, of all generations. */
  readonly slices: (pool: string) => readonly ResourceSlice[];
}

/** A pool's name is unique in its driver alone. */
export const poolKey = (driver: string, pool: string) => `${driver}/${pool}`;

/** When the pod has to go, for a device that it uses; undefined: it may stay. */
export function evictionAt(pod: Pod, view: DeviceView): number | undefined {
  if (!pod.spec.nodeName || pod.metadata.deletionTimestamp || isFinished(pod)) return undefined;
  const results = claimsInUse(pod, view).flatMap(
    ({ status }) => status.allocation?.devices?.results ?? [],
  );
  const times = results.flatMap((result) => endsOf(result, view));
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** Only claims that were reserved for this very pod: others of its name may have had more. */
function claimsInUse(pod: Pod, { claim: find }: DeviceView): readonly ResourceClaim[] {
  const { uid } = pod.metadata;
  return (pod.spec.resourceClaims ?? []).flatMap((named) => {
    const claim = find(claimNameOf(pod, named) ?? "");
    if (!claim?.status.reservedFor?.some((consumer) => consumer.uid === uid)) return [];
    const isForPod = !named.resourceClaimTemplateName || controllerOf(claim)?.uid === uid;
    return isForPod ? [claim] : [];
  });
}

/** Until when each of the device's taints lets its users stay; those that do for ever are left out. */
function endsOf(result: DeviceRequestAllocationResult, { slices }: DeviceView): number[] {
  const taints = taintsOf(result, slices(poolKey(result.driver, result.pool)));
  return taints.flatMap((taint) => {
    const tainted = taint.timeAdded === undefined ? NaN : Date.parse(taint.timeAdded);
    if (taint.effect !== "NoExecute" || Number.isNaN(tainted)) return [];
    const tolerated = (result.tolerations ?? [])
      .filter((each) => each.effect === "NoExecute" && toleratesDevice(each, taint))
      .map(({ tolerationSeconds }) => tolerationSeconds);
    const seconds = tolerated.filter((each) => each !== undefined);
    if (seconds.length < tolerated.length) return [];
    const leastSeconds = seconds.length > 0 ? Math.max(0, Math.min(...seconds)) : 0;
    return [tainted + leastSeconds * 1000];
  });
}

/** As the pool's newest generation says. */
function taintsOf(
  { device: name }: DeviceRequestAllocationResult,
  slices: readonly ResourceSlice[],
): readonly DeviceTaint[] {
  const newest = Math.max(...slices.map(({ spec }) => spec.pool.generation));
  const current = slices.filter(({ spec }) => spec.pool.generation === newest);
  const devices = current.flatMap(({ spec }) => spec.devices ?? []);
  return devices.find((device) => device.name === name)?.taints ?? [];
}
