import type { Clock } from "#base/clock.ts";
import type { Random } from "#base/random.ts";
import type { Service } from "#api/core/v1.ts";
import { internalError, invalid } from "#machinery/status.ts";
import { invalid as invalidValue } from "#machinery/validation/field-error.ts";
import { parseIPv4Cidr, formatIPv4, parseIPv4 } from "../../common/ip.ts";
import type { ClaimKind, Claims } from "./claims.ts";

/** Hands out cluster addresses and node ports, each to one service at a time. */
export interface ServiceAllocator {
  /**
   * Reserves what the service asks for and fills in what it leaves open, in place. Throws Invalid
   * for an address or port that another service has. In a dry run nothing stays reserved.
   */
  allocate(service: Service, options: { readonly dryRun: boolean }): Promise<void>;
  /** Gives up what `allocate` reserved for this very object, after its write has failed. */
  rollback(service: Service): Promise<void>;
  /** Frees what a deleted service had. */
  release(service: Service): Promise<void>;
}

export interface ServiceAllocatorOptions {
  /** As they are now: "10.96.0.0/12". Those before are filled first; only IPv4 counts. */
  networks(): Promise<readonly string[]>;
  readonly nodePortRange: { readonly from: number; readonly to: number };
  readonly clock: Clock;
  readonly random: Random;
  /** Every stored service: what is really in use. */
  list(): Promise<readonly Service[]>;
  /** Missing where this is the only server that allocates. */
  readonly claims?: Claims;
}

/** Takes back one reservation. */
type Undo = () => void | Promise<void>;

/** A write takes less; a reservation that no stored service confirms by then is stale. */
const reservationMsMax = 60_000;

/**
 * Keeps what is taken in memory, filled from the stored services at first use. It is the stored
 * services that count: where a taken value stands in the way, they are read again, so that nothing
 * leaks for good, whatever became of a write.
 *
 * Where several servers allocate, a value is also claimed in the store, and the services are read
 * after that: whoever had it before has either a claim, or a service that is stored by now.
 */
export function createServiceAllocator(options: ServiceAllocatorOptions): ServiceAllocator {
  const { claims, clock, random, nodePortRange } = options;
  const addresses = new Pool({ kind: "serviceips", nameOf: formatIPv4 });
  const ports = new Pool({ kind: "servicenodeports", nameOf: String });
  const { from: first, to: last } = nodePortRange;
  ports.spans = [{ first, last, lowPart: lowPart(last - first + 1, 32, 128) }];
  const reserved = new WeakMap<Service, Undo[]>();
  let loaded: Promise<void> | undefined;

  async function reload(): Promise<void> {
    const services = await options.list();
    for (const range of [addresses, ports]) range.keepYoung(clock.now() - reservationMsMax);
    for (const service of services) {
      const owner = ownerOf(service);
      for (const ip of clusterAddresses(service)) addresses.confirm(ip, owner);
      for (const port of nodePorts(service)) ports.confirm(port, owner);
    }
  }

  /** Takes one value; reads the stored services again before it believes that it is taken. */
  async function take(range: Pool, value: number, owner: string): Promise<boolean> {
    if (!range.take(value, owner, clock.now())) {
      await reload();
      if (!range.take(value, owner, clock.now())) return false;
    }
    return await claim(range, value, owner);
  }

  async function takeAny(range: Pool, owner: string): Promise<number | undefined> {
    for (let isReloaded = false; ;) {
      const found = range.takeAny(owner, random, clock.now());
      if (found !== undefined && (await claim(range, found, owner))) return found;
      if (found !== undefined) {
        range.take(found, otherServer, clock.now());
      } else if (isReloaded) {
        return undefined;
      } else {
        await reload();
        isReloaded = true;
      }
    }
  }

  /** Makes sure that no other server has, or gives out, what was taken here. */
  async function claim(range: Pool, value: number, owner: string): Promise<boolean> {
    if (!claims) return true;
    try {
      if (await claims.claim(range.kind, range.nameOf(value), owner)) {
        await reload();
        if (range.ownerOf(value) === owner) return true;
        await claims.release(range.kind, range.nameOf(value), owner);
      }
    } catch (error) {
      range.release(value, owner);
      throw error;
    }
    range.release(value, owner);
    return false;
  }

  async function release(range: Pool, value: number, owner: string): Promise<void> {
    range.release(value, owner);
    await claims?.release(range.kind, range.nameOf(value), owner);
  }

  async function allocateAddress(service: Service, undo: Undo[]): Promise<void> {
    const { spec } = service;
    const owner = ownerOf(service);
    if (spec.type === "ExternalName" || spec.clusterIP === "None") return;
    const wanted = spec.clusterIPs?.[0] ?? spec.clusterIP;
    const value = wanted ? parseIPv4(wanted) : undefined;
    // What a Service has it keeps, although its network may be gone.
    if (value !== undefined && addresses.ownerOf(value) === owner) return;
    addresses.spans = (await options.networks()).flatMap(spanOf);
    if (!wanted) {
      const found = await takeAny(addresses, owner);
      if (found === undefined) {
        const name = JSON.stringify(service.metadata.name);
        throw internalError(`failed to allocate a serviceIP for Service ${name}: range is full`);
      }
      undo.push(() => release(addresses, found, owner));
      spec.clusterIP = formatIPv4(found);
      spec.clusterIPs = [spec.clusterIP];
      return;
    }
    const refuse = (why: string) => {
      const detail = `failed to allocate IP ${wanted}: ${why}`;
      const error = invalidValue("spec.clusterIPs", spec.clusterIPs ?? [wanted], detail);
      return invalid({ group: "", kind: "Service" }, service.metadata.name, [error]);
    };
    if (value === undefined || !addresses.includes(value)) {
      throw refuse("the provided network does not match the current range");
    }
    if (!(await take(addresses, value, owner))) throw refuse("provided IP is already allocated");
    undo.push(() => release(addresses, value, owner));
  }

  async function takePort(service: Service, value: number, path: string): Promise<boolean> {
    const owner = ownerOf(service);
    const refuse = (why: string) =>
      invalid({ group: "", kind: "Service" }, service.metadata.name, [
        invalidValue(path, value, why),
      ]);
    if (!ports.includes(value)) {
      throw refuse(
        "provided port is not in the valid range. The range of valid ports is " +
          `${nodePortRange.from}-${nodePortRange.to}`,
      );
    }
    if (ports.ownerOf(value) === owner) return false;
    if (!(await take(ports, value, owner))) throw refuse("provided port is already allocated");
    return true;
  }

  async function newPort(owner: string): Promise<number> {
    const found = await takeAny(ports, owner);
    if (found === undefined) throw internalError("failed to allocate a nodePort: range is full");
    return found;
  }

  async function allocatePorts(service: Service, undo: Undo[]): Promise<void> {
    const { spec } = service;
    const owner = ownerOf(service);
    const undoable = (value: number) => undo.push(() => release(ports, value, owner));
    const needed =
      spec.type === "NodePort" ||
      (spec.type === "LoadBalancer" && spec.allocateLoadBalancerNodePorts !== false);
    if (spec.type !== "NodePort" && spec.type !== "LoadBalancer") return;
    for (const [index, port] of (spec.ports ?? []).entries()) {
      if (port.nodePort) {
        const path = `spec.ports[${index}].nodePort`;
        if (await takePort(service, port.nodePort, path)) undoable(port.nodePort);
      }
    }
    for (const port of needed ? (spec.ports ?? []) : []) {
      if (port.nodePort) continue;
      // One number for both protocols of a port, such as DNS has.
      const twin = spec.ports?.find(
        (other) => other.port === port.port && other.protocol !== port.protocol && other.nodePort,
      );
      port.nodePort = twin?.nodePort ?? (await newPort(owner));
      if (!twin) undoable(port.nodePort);
    }
    if (spec.type !== "LoadBalancer" || spec.externalTrafficPolicy !== "Local") return;
    if (spec.healthCheckNodePort) {
      const value = spec.healthCheckNodePort;
      if (await takePort(service, value, "spec.healthCheckNodePort")) undoable(value);
    } else {
      spec.healthCheckNodePort = await newPort(owner);
      undoable(spec.healthCheckNodePort);
    }
  }

  return {
    async allocate(service, { dryRun }) {
      // Other servers' services come and go without a word.
      loaded = claims ? reload() : (loaded ?? reload());
      await loaded.catch((error: unknown) => {
        loaded = undefined;
        throw error;
      });
      const undo: Undo[] = [];
      try {
        await allocateAddress(service, undo);
        await allocatePorts(service, undo);
      } catch (error) {
        await undoAll(undo);
        throw error;
      }
      if (dryRun) await undoAll(undo);
      else reserved.set(service, undo);
    },
    async rollback(service) {
      await undoAll(reserved.get(service) ?? []);
      reserved.delete(service);
    },
    async release(service) {
      const owner = ownerOf(service);
      for (const ip of clusterAddresses(service)) await release(addresses, ip, owner);
      for (const port of nodePorts(service)) await release(ports, port, owner);
    },
  };
}

async function undoAll(steps: readonly Undo[]): Promise<void> {
  for (const step of steps) await step();
}

/** Holds what is seen to be somebody else's, until it is read again. */
const otherServer = "another server";

/** The part that is given out last, so that people may choose from it without collisions. */
function lowPart(size: number, divisor: number, most: number): number {
  const part = Math.min(Math.max(16, Math.floor(size / divisor)), most);
  return part >= size ? 0 : part;
}

/** Neither the network's own address nor its broadcast address. */
function spanOf(cidr: string): Span[] {
  const network = parseIPv4Cidr(cidr);
  if (!network) return [];
  const size = 2 ** (32 - network.prefix);
  const [first, last] = [network.base + 1, network.base + size - 2];
  return first > last ? [] : [{ first, last, lowPart: lowPart(size, 16, 256) }];
}

interface Span {
  readonly first: number;
  readonly last: number;
  /** How many at its beginning are given out last. */
  readonly lowPart: number;
}

interface Holder {
  readonly owner: string;
  /** When it was reserved; undefined once a stored service has it. */
  readonly since: number | undefined;
}

/** Who has which number, and which may be given out. */
class Pool {
  readonly kind: ClaimKind;
  /** The value as claims name it. */
  readonly nameOf: (value: number) => string;
  spans: readonly Span[] = [];
  readonly #holders = new Map<number, Holder>();

  constructor(options: { kind: ClaimKind; nameOf: (value: number) => string }) {
    this.kind = options.kind;
    this.nameOf = options.nameOf;
  }

  includes(value: number): boolean {
    return this.spans.some(({ first, last }) => value >= first && value <= last);
  }
  ownerOf(value: number): string | undefined {
    return this.#holders.get(value)?.owner;
  }
  /** False when another owner has it. */
  take(value: number, owner: string, now: number): boolean {
    const holder = this.#holders.get(value);
    if (holder && holder.owner !== owner) return false;
    if (!holder) this.#holders.set(value, { owner, since: now });
    return true;
  }
  takeAny(owner: string, random: Random, now: number): number | undefined {
    for (const { first, last, lowPart } of this.spans) {
      const middle = first + lowPart;
      const found =
        this.#findFree(middle, last, random) ?? this.#findFree(first, middle - 1, random);
      if (found === undefined) continue;
      this.#holders.set(found, { owner, since: now });
      return found;
    }
    return undefined;
  }
  release(value: number, owner: string): void {
    if (this.#holders.get(value)?.owner === owner) this.#holders.delete(value);
  }
  confirm(value: number, owner: string): void {
    this.#holders.set(value, { owner, since: undefined });
  }
  /** Forgets everything but reservations made after `oldest`. */
  keepYoung(oldest: number): void {
    for (const [value, { since }] of this.#holders) {
      if (since === undefined || since < oldest) this.#holders.delete(value);
    }
  }
  #findFree(from: number, to: number, random: Random): number | undefined {
    const size = to - from + 1;
    if (size <= 0) return undefined;
    const start = Math.floor(random.float() * size);
    for (let step = 0; step < size; step++) {
      const value = from + ((start + step) % size);
      if (!this.#holders.has(value)) return value;
    }
    return undefined;
  }
}

/** Not the name: a generated one is not known yet when a service gets its address. */
function ownerOf({ metadata }: Service): string {
  return metadata.uid || `${metadata.namespace ?? ""}/${metadata.name}`;
}

function clusterAddresses({ spec }: Service): number[] {
  const texts = spec.clusterIPs?.length ? spec.clusterIPs : [spec.clusterIP ?? ""];
  return texts.map(parseIPv4).filter((value) => value !== undefined);
}

function nodePorts({ spec }: Service): number[] {
  const all = (spec.ports ?? []).map((port) => port.nodePort ?? 0);
  return [...all, spec.healthCheckNodePort ?? 0].filter((port) => port > 0);
}
