import type { Node } from "#api/core/v1.ts";
import type {
  AllocationResult,
  Device,
  DeviceClass,
  DeviceConstraint,
  DeviceRequest,
  DeviceRequestAllocationResult,
  DeviceTaint,
  ExactDeviceRequest,
  ResourceClaim,
  ResourceSlice,
} from "#api/resource/v1.ts";
import { qualified } from "#machinery/cel/devices.ts";
import type { DeviceTest } from "#machinery/cel/devices.ts";
import { toleratesDevice } from "#machinery/scheduling/device-taints.ts";
import type { Draft } from "#schema/message.ts";
import { allOf, poolsOf } from "./pools.ts";
import type { ReachableDevice } from "./pools.ts";

/** What devices there are, and which of them are taken. */
export interface DeviceObjects {
  slices(): readonly ResourceSlice[];
  deviceClass(name: string): DeviceClass | undefined;
  /** Keys of devices that claims have. */
  taken(): ReadonlySet<string>;
  selector(expression: string): DeviceTest;
}

export type Allocations =
  | { readonly ok: true; readonly results: readonly Draft<AllocationResult>[] }
  | { readonly ok: false; readonly reason: string };

/** A claim gets so many devices at most. */
const devicesMax = 32;

/** Finds devices on the node for all of the claims, or says why there are none. */
export function allocate(
  claims: readonly ResourceClaim[],
  node: Node,
  objects: DeviceObjects,
): Allocations {
  const pools = poolsOf(node, objects.slices());
  const search = new Search(pools.devices, objects);
  const wanted: Wanted[] = [];
  for (const [index, claim] of claims.entries()) {
    for (const request of claim.spec.devices?.requests ?? []) {
      const alternatives = alternativesOf(request);
      const problem = alternatives.map((each) => unsupported(each)).find((text) => text);
      if (problem) return { ok: false, reason: `request ${request.name}: ${problem}` };
      if (alternatives.some(({ isAll }) => isAll) && pools.incomplete.length > 0) {
        const reason = `request ${request.name}: asks for all devices, but a resource pool is currently being updated`;
        return { ok: false, reason };
      }
      wanted.push({ claim: index, request: request.name, alternatives });
    }
  }
  try {
    const chosen = search.find(claims, wanted);
    if (!chosen) return { ok: false, reason: "cannot allocate all claims" };
    return {
      ok: true,
      results: claims.map((claim, index) =>
        resultOf(
          claim,
          chosen.filter((each) => each.claim === index),
          objects,
        ),
      ),
    };
  } catch (error) {
    if (!(error instanceof SelectorFailure)) throw error;
    return { ok: false, reason: error.message };
  }
}

class SelectorFailure extends Error {}

/** One way to satisfy a request. */
interface Alternative extends Omit<ExactDeviceRequest, "allocationMode"> {
  /** REQUEST, or REQUEST/SUBREQUEST. */
  readonly name: string;
  readonly isAll: boolean;
}

interface Wanted {
  readonly claim: number;
  readonly request: string;
  readonly alternatives: readonly Alternative[];
}

interface Chosen {
  readonly claim: number;
  readonly alternative: Alternative;
  readonly device: ReachableDevice;
}

function alternativesOf({ name, exactly, firstAvailable }: DeviceRequest): readonly Alternative[] {
  if (exactly) return [{ ...exactly, name, isAll: exactly.allocationMode === "All" }];
  return (firstAvailable ?? []).map((each) => ({
    ...each,
    name: `${name}/${each.name}`,
    isAll: each.allocationMode === "All",
  }));
}

function unsupported({ capacity }: Alternative): string | undefined {
  return capacity && "this scheduler does not share devices by capacity";
}

/** Tries one device after the other, and goes back where that leads nowhere. */
class Search {
  readonly #devices: readonly ReachableDevice[];
  readonly #objects: DeviceObjects;
  readonly #taken: ReadonlySet<string>;
  readonly #fits = new Map<string, boolean>();
  readonly #chosen: Chosen[] = [];

  constructor(devices: readonly ReachableDevice[], objects: DeviceObjects) {
    this.#devices = devices.filter(({ device }) => isWhole(device));
    this.#objects = objects;
    this.#taken = objects.taken();
  }

  find(claims: readonly ResourceClaim[], wanted: readonly Wanted[]): readonly Chosen[] | undefined {
    return this.#from(0, claims, wanted) ? this.#chosen : undefined;
  }

  #from(at: number, claims: readonly ResourceClaim[], wanted: readonly Wanted[]): boolean {
    const current = wanted[at];
    if (!current) return true;
    const rest = () => this.#from(at + 1, claims, wanted);
    const claim = claims[current.claim];
    if (!claim) return false;
    return current.alternatives.some((alternative) => {
      const fitting = this.#devices.filter((device) => this.#isFit(alternative, device));
      const count = alternative.isAll ? fitting.length : (alternative.count ?? 1);
      if (count === 0 || fitting.length < count) return false;
      const choice = { claim: current.claim, alternative };
      return this.#choose(choice, { fitting, from: 0, left: count }, claim, rest);
    });
  }

  #choose(
    choice: Omit<Chosen, "device">,
    { fitting, from, left }: { fitting: readonly ReachableDevice[]; from: number; left: number },
    claim: ResourceClaim,
    rest: () => boolean,
  ): boolean {
    if (left === 0) return rest();
    for (let index = from; index + left <= fitting.length; index++) {
      const device = fitting[index];
      if (device && this.#mayTake(choice, device, claim)) {
        this.#chosen.push({ ...choice, device });
        const next = { fitting, from: index + 1, left: left - 1 };
        if (this.#choose(choice, next, claim, rest)) return true;
        this.#chosen.pop();
      }
      // All of them means that none may be passed over.
      if (choice.alternative.isAll) return false;
    }
    return false;
  }

  #mayTake(
    { claim: index, alternative }: Omit<Chosen, "device">,
    device: ReachableDevice,
    claim: ResourceClaim,
  ): boolean {
    const isAdmin = alternative.adminAccess === true;
    const isUsed = (each: Chosen) => each.device.key === device.key;
    if (!isAdmin && (this.#taken.has(device.key) || this.#chosen.some(isUsed))) return false;
    const own = this.#chosen.filter((each) => each.claim === index);
    if (own.length >= devicesMax || own.some(isUsed)) return false;
    return (claim.spec.devices?.constraints ?? []).every((constraint) => {
      if (!speaksOf(constraint, alternative.name)) return true;
      const others = own.filter((each) => speaksOf(constraint, each.alternative.name));
      return meets(
        constraint,
        device,
        others.map((each) => each.device),
      );
    });
  }

  /** Whether the device is what is asked for; not whether it is free. */
  #isFit(alternative: Alternative, device: ReachableDevice): boolean {
    const { deviceClassName, selectors = [], tolerations = [] } = alternative;
    const isKeptAway = (taint: DeviceTaint) =>
      taint.effect !== "None" && !tolerations.some((each) => toleratesDevice(each, taint));
    if (device.device.taints?.some(isKeptAway)) return false;
    const deviceClass = this.#objects.deviceClass(deviceClassName);
    if (!deviceClass) return false;
    const all = [...(deviceClass.spec.selectors ?? []), ...selectors];
    return all.every(({ cel }) => !cel || this.#matches(cel.expression, device));
  }

  #matches(expression: string, { key, device, driver }: ReachableDevice): boolean {
    const id = `${key} ${expression}`;
    const known = this.#fits.get(id);
    if (known !== undefined) return known;
    const test = this.#objects.selector(expression);
    let result: boolean;
    try {
      if (!test.ok) throw new Error(test.text);
      result = test.matches(device, driver);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new SelectorFailure(`selector ${JSON.stringify(expression)}, device ${key}: ${why}`);
    }
    this.#fits.set(id, result);
    return result;
  }
}

/** Devices that several claims share, or that are parts of others, are left to who can count. */
function isWhole(device: Device): boolean {
  return (
    !device.allowMultipleAllocations &&
    !device.consumesCounters?.length &&
    !device.bindingConditions?.length
  );
}

function speaksOf({ requests = [] }: { requests?: readonly string[] | undefined }, name: string) {
  const [main = ""] = name.split("/");
  return requests.length === 0 || requests.includes(name) || requests.includes(main);
}

function meets(
  { matchAttribute, distinctAttribute }: DeviceConstraint,
  device: ReachableDevice,
  others: readonly ReachableDevice[],
): boolean {
  const name = matchAttribute ?? distinctAttribute ?? "";
  const value = attributeOf(device, name);
  if (value === undefined) return false;
  return others.every((other) => (attributeOf(other, name) === value) === !!matchAttribute);
}

/** In one text with its type, so that 1 and "1" differ. */
function attributeOf({ device, driver }: ReachableDevice, name: string): string | undefined {
  const wanted = qualified(name, driver).join("/");
  for (const [key, value] of Object.entries(device.attributes ?? {})) {
    if (qualified(key, driver).join("/") === wanted) return JSON.stringify(value);
  }
  return undefined;
}

function resultOf(
  claim: ResourceClaim,
  chosen: readonly Chosen[],
  objects: DeviceObjects,
): Draft<AllocationResult> {
  const results = chosen.map(({ alternative, device }): Draft<DeviceRequestAllocationResult> => {
    const { name, adminAccess, tolerations } = alternative;
    return {
      request: name,
      driver: device.driver,
      pool: device.pool,
      device: device.device.name,
      ...(adminAccess && { adminAccess }),
      ...(tolerations?.length && { tolerations: [...tolerations] }),
    };
  });
  const used = new Map(chosen.map(({ alternative }) => [alternative.name, alternative]));
  const fromClasses = [...used.values()].flatMap(({ name, deviceClassName }) =>
    (objects.deviceClass(deviceClassName)?.spec.config ?? []).map((config) => ({
      ...config,
      source: "FromClass",
      requests: [name],
    })),
  );
  const fromClaim = (claim.spec.devices?.config ?? [])
    .filter((config) => [...used.keys()].some((name) => speaksOf(config, name)))
    .map((config) => ({ ...config, source: "FromClaim" }));
  const config = [...fromClasses, ...fromClaim];
  const nodeSelector = allOf(chosen.map(({ device }) => device.nodes));
  return {
    devices: { results, ...(config.length > 0 && { config }) },
    ...(nodeSelector && { nodeSelector }),
  };
}
