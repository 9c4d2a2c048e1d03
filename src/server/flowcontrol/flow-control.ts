import { FlowSchema, PriorityLevelConfiguration } from "#api/flowcontrol/v1.ts";
import type { Awaitable } from "#base/awaitable.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Counter, MetricsRegistry, Sample } from "#base/metrics.ts";
import type { Random } from "#base/random.ts";
import type { Client } from "#client/client.ts";
import type { Attributes } from "../authz/authorizer.ts";
import { follow } from "../authz/follow.ts";
import type { UserInfo } from "../pipeline/request.ts";
import { PriorityLevel } from "./level.ts";
import type { LevelLimits, Rejection } from "./level.ts";
import { fits, flowOf, inOrder, rulesAbout } from "./matching.ts";
import type { UserRules } from "./matching.ts";
import { WatchCounts } from "./watches.ts";
import { estimateWork } from "./work.ts";
import type { StoredSize } from "./work.ts";

export interface FlowControlOptions {
  readonly clock: Clock;
  readonly metrics: MetricsRegistry;
  /** Requests at work at once, of all levels together: upstream's default is 400 + 200. */
  readonly seats?: number;
  /** How long a request may wait for a seat: a quarter of the time that it may take. */
  readonly waitMs?: number;
  /** What is stored of a resource, if it is stored here. */
  readonly sizeOf?: (resource: { group: string; resource: string }) => StoredSize | undefined;
}

/** What a request was taken for, and how it goes on. */
export interface Passport {
  /** By which a client can tell how its request was treated. */
  readonly headers: Readonly<Record<string, string>>;
  /** Missing: the request was turned away. */
  readonly leave?: () => void;
}

interface Level {
  readonly object: PriorityLevelConfiguration;
  /** Undefined for one that limits nothing. */
  readonly level: PriorityLevel | undefined;
}

/** What requests of one schema need of it, looked up once. */
interface Way extends Level {
  readonly headers: Passport["headers"];
  readonly labels: readonly [schema: string, level: string];
  readonly dispatched: Sample;
  readonly executing: Sample;
  readonly inQueue: Sample;
}

/**
 * Keeps one user, or one kind of work, from taking the whole server: requests are sorted into
 * levels by FlowSchemas, and each level has a share of what the server does at once.
 */
export class FlowControl {
  readonly #options: Required<FlowControlOptions>;
  readonly #watches = new WatchCounts();
  readonly #levels = new Map<string, Level>();
  readonly #schemaObjects = new Map<string, FlowSchema>();
  readonly #rejected: Counter;
  readonly #dispatched: Counter;
  readonly #executing: Counter;
  readonly #inQueue: Counter;
  #schemas: readonly FlowSchema[] = [];
  /** Of the schemas, those with a rule about the user: most are about others. */
  #byUser = new WeakMap<UserInfo, readonly UserRules[]>();
  #ways = new WeakMap<FlowSchema, Way>();
  /** Requests of all levels. */
  #waiting = 0;

  constructor(options: FlowControlOptions) {
    this.#options = { seats: 600, waitMs: 15_000, sizeOf: () => undefined, ...options };
    const { metrics } = options;
    const labels = ["flow_schema", "priority_level"];
    this.#rejected = metrics.counter({
      name: "apiserver_flowcontrol_rejected_requests_total",
      help: "Requests that were turned away, by the reason.",
      labels: [...labels, "reason"],
    });
    this.#dispatched = metrics.counter({
      name: "apiserver_flowcontrol_dispatched_requests_total",
      help: "Requests that got a seat.",
      labels,
    });
    this.#executing = metrics.gauge({
      name: "apiserver_flowcontrol_current_executing_requests",
      help: "Requests that have a seat.",
      labels,
    });
    this.#inQueue = metrics.gauge({
      name: "apiserver_flowcontrol_current_inqueue_requests",
      help: "Requests that wait for a seat.",
      labels,
    });
  }

  /** Takes schemas and levels as they are, until the signal aborts. */
  async run(
    options: { readonly client: Client; readonly random: Random; readonly logger: Logger },
    signal: AbortSignal,
  ): Promise<void> {
    const { clock } = this.#options;
    await Promise.all([
      follow(
        {
          ...options,
          clock,
          resource: PriorityLevelConfiguration,
          follower: {
            replace: (objects) => this.setLevels(objects),
            put: (object) => this.setLevels([...this.#otherLevels(object), object]),
            remove: (object) => this.setLevels(this.#otherLevels(object)),
          },
        },
        signal,
      ),
      follow(
        {
          ...options,
          clock,
          resource: FlowSchema,
          follower: {
            replace: (objects) => this.setSchemas(objects),
            put: (object) => this.setSchemas([...this.#otherSchemas(object), object]),
            remove: (object) => this.setSchemas(this.#otherSchemas(object)),
          },
        },
        signal,
      ),
    ]);
  }

  setSchemas(schemas: readonly FlowSchema[]): void {
    this.#schemaObjects.clear();
    for (const schema of schemas) this.#schemaObjects.set(schema.metadata.name, schema);
    this.#schemas = inOrder(schemas);
    this.#byUser = new WeakMap();
    this.#ways = new WeakMap();
  }

  /** Seats are shared out anew; what is at work stays at work. */
  setLevels(configurations: readonly PriorityLevelConfiguration[]): void {
    const shares = configurations.reduce((sum, one) => sum + sharesOf(one), 0);
    this.#byUser = new WeakMap();
    this.#ways = new WeakMap();
    const names = new Set(configurations.map(({ metadata }) => metadata.name));
    for (const name of this.#levels.keys()) if (!names.has(name)) this.#levels.delete(name);
    for (const object of configurations) {
      const { name } = object.metadata;
      if (object.spec.type !== "Limited") {
        this.#levels.set(name, { object, level: undefined });
        continue;
      }
      const limits = limitsOf(object, this.#options.seats, shares);
      const known = this.#levels.get(name)?.level;
      known?.configure(limits);
      const { clock, waitMs } = this.#options;
      const offered = () => this.#offeredTo(name);
      const level = known ?? new PriorityLevel(limits, { clock, waitMs, offered });
      this.#levels.set(name, { object, level });
    }
  }

  /**
   * Waits for a seat where the request's level has none free. A watch counts until the signal
   * aborts.
   */
  enter(attributes: Attributes, query: URLSearchParams, signal: AbortSignal): Awaitable<Passport> {
    if (attributes.verb === "watch" && !signal.aborted) {
      signal.addEventListener("abort", this.#watches.add(attributes), { once: true });
    }
    const schema = this.#rulesFor(attributes.user).find((one) =>
      fits(one.rules, attributes),
    )?.schema;
    const way = schema && this.#wayOf(schema);
    // Before the first objects exist there is nothing to go by.
    if (!schema || !way) return { headers: {}, leave() {} };
    const { level } = way;
    if (!level) return this.#seated(way);
    const work = estimateWork(attributes, query, {
      size: () => this.#options.sizeOf(attributes),
      watches: () => this.#watches.toldOf(attributes),
      seatsMax: level.seatsMax,
    });
    const seat = level.enter(flowOf(schema, attributes), signal, work);
    return seat instanceof Promise ? this.#wait(way, seat) : this.#outcome(way, seat);
  }

  async #wait(way: Way, entering: Promise<(() => void) | Rejection>): Promise<Passport> {
    this.#waiting++;
    way.inQueue.value++;
    try {
      return this.#outcome(way, await entering);
    } finally {
      way.inQueue.value--;
      this.#waiting--;
    }
  }

  #outcome(way: Way, seat: (() => void) | Rejection): Passport {
    if (typeof seat === "function") return this.#seated(way, seat);
    this.#rejected.add(1, ...way.labels, seat);
    return { headers: way.headers };
  }

  #seated({ headers, dispatched, executing }: Way, free?: () => void): Passport {
    dispatched.value++;
    executing.value++;
    const leave = () => {
      executing.value--;
      free?.();
      if (this.#waiting === 0) return;
      // A seat that was lent may be what another level waits for.
      for (const { level } of this.#levels.values()) if (level?.queued) level.dispatch();
    };
    return { headers, leave };
  }

  #rulesFor(user: UserInfo): readonly UserRules[] {
    let rules = this.#byUser.get(user);
    if (!rules) {
      const served = this.#schemas.filter(({ spec }) =>
        this.#levels.has(spec.priorityLevelConfiguration.name),
      );
      rules = rulesAbout(served, user);
      this.#byUser.set(user, rules);
    }
    return rules;
  }

  #wayOf(schema: FlowSchema): Way | undefined {
    const known = this.#ways.get(schema);
    if (known) return known;
    const named = this.#levels.get(schema.spec.priorityLevelConfiguration.name);
    if (!named) return undefined;
    const labels = [schema.metadata.name, named.object.metadata.name] as const;
    const way: Way = {
      ...named,
      headers: {
        "x-kubernetes-pf-flowschema-uid": schema.metadata.uid,
        "x-kubernetes-pf-prioritylevel-uid": named.object.metadata.uid,
      },
      labels,
      dispatched: this.#dispatched.sample(...labels),
      executing: this.#executing.sample(...labels),
      inQueue: this.#inQueue.sample(...labels),
    };
    this.#ways.set(schema, way);
    return way;
  }

  #offeredTo(borrower: string): number {
    let offered = 0;
    for (const [name, { level }] of this.#levels)
      if (name !== borrower) offered += level?.lent ?? 0;
    return offered;
  }

  #otherLevels({ metadata }: PriorityLevelConfiguration): PriorityLevelConfiguration[] {
    return [...this.#levels.values()]
      .map(({ object }) => object)
      .filter((object) => object.metadata.name !== metadata.name);
  }

  #otherSchemas({ metadata }: FlowSchema): FlowSchema[] {
    return [...this.#schemaObjects.values()].filter(
      (object) => object.metadata.name !== metadata.name,
    );
  }
}

const sharesOf = ({ spec }: PriorityLevelConfiguration): number =>
  (spec.type === "Limited"
    ? (spec.limited?.nominalConcurrencyShares ?? 30)
    : spec.exempt?.nominalConcurrencyShares) ?? 0;

function limitsOf(
  { spec }: PriorityLevelConfiguration,
  allSeats: number,
  allShares: number,
): LevelLimits {
  const {
    nominalConcurrencyShares = 30,
    lendablePercent = 0,
    borrowingLimitPercent,
  } = spec.limited ?? {};
  const { limitResponse } = spec.limited ?? {};
  const seats = Math.ceil((allSeats * nominalConcurrencyShares) / Math.max(1, allShares));
  const percentOf = (percent: number) => Math.round((seats * percent) / 100);
  const { queues = 64, handSize = 8, queueLengthLimit = 50 } = limitResponse?.queuing ?? {};
  return {
    seats,
    lendable: percentOf(lendablePercent),
    borrowable: borrowingLimitPercent === undefined ? Infinity : percentOf(borrowingLimitPercent),
    ...(limitResponse?.type === "Queue" && {
      queuing: { queues, handSize, lengthMax: queueLengthLimit },
    }),
  };
}
