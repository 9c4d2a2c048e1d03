import { CustomResourceDefinition } from "#api/apiextensions/v1.ts";
import { APIService } from "#api/apiregistration/v1.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { MetricsRegistry } from "#base/metrics.ts";
import type { Random } from "#base/random.ts";
import { isConflict, isNotFound } from "#client/client.ts";
import type { Client } from "#client/client.ts";
import type { ApiResponse } from "#client/transport.ts";
import { WorkQueue } from "#client/workqueue/workqueue.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import type { ServiceResolver } from "../webhook/caller.ts";
import { follow } from "../authz/follow.ts";
import type { Follower } from "../authz/follow.ts";
import type { ForeignVersion } from "../discovery/groups.ts";
import type { HealthCheck } from "../health/health.ts";
import type { ForeignOpenApi } from "../openapi/openapi.ts";
import type { RequestContext } from "../pipeline/request.ts";
import { checkDiscovery } from "./availability.ts";
import { Backends } from "./backends.ts";
import { availableOf, localCondition, withCondition } from "./conditions.ts";
import type { Availability } from "./conditions.ts";
import { AggregationMetrics } from "./metrics.ts";
import { passOn, serviceUnavailable } from "./pass-on.ts";
import { Registrar } from "./registrar.ts";
import { localApiServices } from "./registration.ts";
import { foreignVersion, readDocuments, stale } from "./remote-documents.ts";
import type { RemoteDocuments } from "./remote-documents.ts";
import { locate } from "./remote.ts";
import type { RemoteServers } from "./remote.ts";

export interface AggregatorOptions {
  /** Acts inside the server, as the server. */
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The versions that the server answers itself, besides those of custom resources. */
  builtIn(): readonly { readonly group: string; readonly version: string }[];
  /** The way to other servers; where it is missing, none is available. */
  readonly servers?: RemoteServers;
  readonly resolve: ServiceResolver;
  readonly metrics: MetricsRegistry;
}

const checkEveryMs = 30_000;
const readEveryMs = 60_000;
const workers = 5;

/** APIServices of this group are how all the others are put right: it is nobody else's. */
const ownGroup = "apiregistration.k8s.io";

/**
 * Makes the APIs of other servers part of this one's: keeps the APIServices that stand for its own,
 * looks after whether the others can be reached, passes requests on to them, and knows what they
 * say of themselves.
 */
export class Aggregator {
  /** Resolves when the APIServices that were stored are known. */
  readonly synced: Promise<void>;
  readonly #options: AggregatorOptions;
  readonly #metrics: AggregationMetrics;
  readonly #registrar: Registrar;
  readonly #checks: WorkQueue;
  readonly #reads: WorkQueue;
  readonly #apiServices = new Map<string, APIService>();
  /** Those of other servers; asked for at every request. */
  readonly #remotes = new Map<string, APIService>();
  readonly #documents = new Map<string, RemoteDocuments>();
  /** Built-in ones that were not seen available yet. */
  readonly #missing = new Set<string>();
  #versions: readonly ForeignVersion[] | undefined;
  #openApi: ForeignOpenApi | undefined;
  #markSynced: () => void = () => {};

  constructor(options: AggregatorOptions) {
    const { client, clock, logger } = options;
    this.#options = options;
    this.synced = new Promise((resolve) => (this.#markSynced = resolve));
    this.#metrics = new AggregationMetrics(options.metrics);
    this.#registrar = new Registrar({
      client,
      clock,
      logger,
      builtIn: () => options.builtIn(),
      current: (name) => this.#apiServices.get(name),
    });
    this.#checks = new WorkQueue({ clock, firstDelayMs: 5, maxDelayMs: checkEveryMs });
    this.#reads = new WorkQueue({ clock, firstDelayMs: 500, maxDelayMs: readEveryMs });
  }

  /** The answer of the server that a request is for; undefined where it is for this one. */
  handle(context: RequestContext): Promise<ApiResponse> | undefined {
    if (this.#remotes.size === 0) return undefined;
    const apiService = this.#findRemote(context.info.path);
    return apiService && this.#passOn(apiService, context);
  }

  /** What others answer for; another array whenever that changes. */
  get versions(): readonly ForeignVersion[] {
    this.#versions ??= [...this.#remotes.values()].map(({ metadata, spec }) =>
      foreignVersion(spec, this.#documents.get(metadata.name) ?? {}),
    );
    return this.#versions;
  }

  /** What they say in OpenAPI; another object whenever that changes. */
  get openApi(): ForeignOpenApi {
    this.#openApi ??= {
      v3: new Map(
        [...this.#documents.values()].flatMap(({ openApi }) => Object.entries(openApi?.v3 ?? {})),
      ),
      v2: [...this.#documents.values()].flatMap(({ openApi }) => openApi?.v2 ?? []),
    };
    return this.#openApi;
  }

  /** Well once every built-in APIService has been there, and available. */
  readonly check: HealthCheck = {
    name: "autoregister-completion",
    live: false,
    check: () => {
      if (this.#missing.size === 0) return;
      throw new Error(`missing APIService: [${[...this.#missing].sort().join(" ")}]`);
    },
  };

  /** Returns when the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { client, clock, random, logger } = this.#options;
    const builtIn = localApiServices(this.#options.builtIn(), []);
    for (const name of builtIn.keys()) this.#missing.add(name);
    const backends = new Backends(
      { client, clock, random, logger, onChange: (service) => this.#checkAllOf(service) },
      signal,
    );
    const source = { client, clock, random, logger };
    const definitions = Promise.withResolvers<void>();
    const following = [
      follow(
        {
          ...source,
          resource: APIService,
          follower: this.#follower,
          onSynced: () => this.#markSynced(),
        },
        signal,
      ),
      follow(
        {
          ...source,
          resource: CustomResourceDefinition,
          follower: this.#registrar.definitions,
          onSynced: () => definitions.resolve(),
        },
        signal,
      ),
    ];
    const ended = Promise.all(following);
    await Promise.race([Promise.all([this.synced, definitions.promise]), ended]);
    await Promise.all([
      this.#registrar.run(this.#apiServices.keys(), signal),
      this.#checks.run(workers, (name) => this.#check(name, backends, signal), signal),
      this.#reads.run(workers, (name) => this.#read(name, signal), signal),
      ended,
    ]);
    await backends.closed();
  }

  readonly #follower: Follower<APIService> = {
    replace: (apiServices) => {
      const before = [...this.#apiServices.keys()];
      this.#apiServices.clear();
      for (const one of apiServices) this.#apiServices.set(one.metadata.name, one);
      for (const name of new Set([...before, ...this.#apiServices.keys()])) this.#changed(name);
    },
    put: (apiService) => {
      this.#apiServices.set(apiService.metadata.name, apiService);
      this.#changed(apiService.metadata.name);
    },
    remove: ({ metadata }) => {
      this.#apiServices.delete(metadata.name);
      this.#changed(metadata.name);
    },
  };

  #changed(name: string): void {
    const apiService = this.#apiServices.get(name);
    if (apiService && isAvailable(apiService)) this.#missing.delete(name);
    const isOthers = apiService !== undefined && isRemote(apiService);
    // Discovery is made anew for every change; what only concerns this server is none.
    if (isOthers || this.#remotes.has(name)) this.#versions = undefined;
    if (isOthers) this.#remotes.set(name, apiService);
    else this.#remotes.delete(name);
    this.#registrar.changed(name);
    this.#checks.add(name);
    this.#reads.add(name);
  }

  #checkAllOf({ namespace, name }: { readonly namespace: string; readonly name: string }): void {
    for (const [apiService, { spec }] of this.#apiServices) {
      if (spec.service?.namespace === namespace && spec.service.name === name) {
        this.#checks.add(apiService);
      }
    }
  }

  #findRemote(path: string): APIService | undefined {
    const [root, ...rest] = path.split("/").filter(Boolean);
    if (root === "apis") {
      const [group = "", version = ""] = rest;
      return this.#remotes.get(`${version}.${group}`);
    }
    if (root !== "openapi" || rest[0] !== "v3") return undefined;
    const document = rest.slice(1).join("/");
    for (const [name, { openApi }] of this.#documents) {
      if (openApi && document in openApi.v3) return this.#remotes.get(name);
    }
    return undefined;
  }

  async #passOn(apiService: APIService, context: RequestContext): Promise<ApiResponse> {
    const { servers, resolve, clock, logger } = this.#options;
    if (!servers || !isAvailable(apiService)) return serviceUnavailable();
    try {
      const server = await locate(apiService.spec, resolve);
      return await passOn(context, { servers, server, clock });
    } catch (error) {
      logger.warn("a server could not be found", { name: apiService.metadata.name, error });
      return serviceUnavailable();
    }
  }

  async #check(name: string, backends: Backends, signal: AbortSignal): Promise<void> {
    const apiService = this.#apiServices.get(name);
    if (!apiService) {
      this.#metrics.forget(name);
      return this.#checks.forget(name);
    }
    try {
      const { spec, status } = apiService;
      const availability = spec.service
        ? await this.#availabilityOf(apiService, backends, signal)
        : localCondition;
      if (signal.aborted) return;
      const conditions = withCondition(status.conditions, availability, this.#options.clock.now());
      if (!deepEqual(conditions, status.conditions)) {
        const changed = { ...apiService, status: { ...status, conditions } };
        await this.#options.client.update(APIService, changed, {
          subresource: "status",
          fieldManager: "kube-apiserver",
        });
      }
      this.#metrics.observe(name, availability, isAvailable(apiService));
      if (availability.reason === "FailedDiscoveryCheck")
        return void this.#checks.addRateLimited(name);
      this.#checks.forget(name);
      if (spec.service) this.#checks.addAfter(name, checkEveryMs);
    } catch (error) {
      // Somebody else wrote it: the watch brings what they made of it.
      if (signal.aborted || isConflict(error) || isNotFound(error)) return;
      this.#options.logger.warn("an APIService could not be checked", { name, error });
      this.#checks.addRateLimited(name);
    }
  }

  async #availabilityOf(
    { spec }: APIService,
    backends: Backends,
    signal: AbortSignal,
  ): Promise<Availability> {
    const { servers, resolve, clock } = this.#options;
    const problem = spec.service && (await backends.problemOf(spec.service));
    if (problem) return problem;
    if (servers) return checkDiscovery(spec, { servers, resolve, clock }, signal);
    const message = "this server has no way to other servers";
    return { status: "False", reason: "FailedDiscoveryCheck", message };
  }

  /** Asks a server what it has, now and from time to time. */
  async #read(name: string, signal: AbortSignal): Promise<void> {
    const apiService = this.#remotes.get(name);
    const { servers, resolve, clock } = this.#options;
    if (!apiService) {
      this.#reads.forget(name);
      if (this.#documents.delete(name)) this.#forgetDocuments();
      return;
    }
    const { spec, status } = apiService;
    // The first check is still to come.
    if (!availableOf(status.conditions)) return;
    const before = this.#documents.get(name) ?? {};
    const mayAsk = servers && isAvailable(apiService);
    const documents = mayAsk
      ? await readDocuments(spec, { servers, resolve, clock }, before, signal)
      : { ...before, discovery: stale(spec.version ?? "") };
    if (signal.aborted) return;
    if (!deepEqual(documents, before)) {
      this.#documents.set(name, documents);
      this.#forgetDocuments();
    }
    if (mayAsk && documents.discovery?.["freshness"] === "Stale") {
      return void this.#reads.addRateLimited(name);
    }
    this.#reads.forget(name);
    if (mayAsk) this.#reads.addAfter(name, readEveryMs);
  }

  /** They are put together anew when somebody asks. */
  #forgetDocuments(): void {
    this.#versions = undefined;
    this.#openApi = undefined;
  }
}

function isRemote({ spec }: APIService): boolean {
  return spec.service !== undefined && spec.group !== ownGroup && Boolean(spec.group);
}

function isAvailable({ status }: APIService): boolean {
  return availableOf(status.conditions)?.status === "True";
}
