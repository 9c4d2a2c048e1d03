import type { Bytes } from "#base/bytes.ts";
import type { Client } from "#client/client.ts";
import { readClusterAccess } from "./config/cluster-access.ts";
import type { ClusterAccess } from "./config/cluster-access.ts";
import type { Connection, Upgrade } from "./config/connection.ts";
import { kubeconfigPaths } from "./config/kubeconfig.ts";
import type { KubeconfigPaths } from "./config/kubeconfig.ts";
import { fileCache } from "./discovery/file-cache.ts";
import { ResourceMapper } from "./discovery/resource-mapper.ts";
import { MissingEntryError, throwAll } from "./errors.ts";
import type { GlobalValues } from "./global-flags.ts";
import type { Host } from "./host.ts";
import type { Dictionary } from "./language.ts";
import { findResources, isFailure } from "./resources/find.ts";
import type { Found, ResourceQuery } from "./resources/find.ts";
import type { ResourceInfo } from "./resources/resource-info.ts";
import type { RequestTrace } from "./rest/trace.ts";
import { RestClient } from "./rest/rest-client.ts";

export interface KubectlOptions {
  readonly host: Host;
  readonly globals: GlobalValues;
  readonly given: ReadonlySet<string>;
  readonly dictionary: Dictionary;
  /** The help of the command that runs. */
  readonly help: () => Promise<string>;
}

/**
 * What a command works with: the place it runs in, and the server, which is only spoken to when it
 * is asked for. One for each run of the program.
 */
export class Kubectl {
  readonly host: Host;
  readonly globals: GlobalValues;
  /** Which flags the person gave. */
  readonly given: ReadonlySet<string>;
  readonly mapper: ResourceMapper;
  readonly help: () => Promise<string>;
  readonly #dictionary: Dictionary;
  #access: Promise<ClusterAccess> | undefined;
  #connection: Promise<Connection> | undefined;
  #rest: Promise<RestClient> | undefined;
  #warnings = 0;

  constructor(options: KubectlOptions) {
    this.host = options.host;
    this.globals = options.globals;
    this.given = options.given;
    this.help = options.help;
    this.#dictionary = options.dictionary;
    this.mapper = new ResourceMapper(() => this.rest(), fileCache(this));
  }

  get programName(): string {
    return this.host.programName;
  }

  /** Aborts when the person asks the command to end. */
  get signal(): AbortSignal {
    return this.host.interrupted;
  }

  now(): number {
    return this.host.clock.now();
  }

  print(data: string | Bytes): void {
    this.host.stdout.write(data);
  }

  printLine(text: string): void {
    this.host.stdout.write(`${text}\n`);
  }

  /** To the error output, with the line's end. */
  tell(text: string): void {
    this.host.stderr.write(`${text}\n`);
  }

  warn(text: string): void {
    this.#warnings++;
    this.tell(`Warning: ${text}`);
  }

  /** Of the server, and of commands. */
  get warnings(): number {
    return this.#warnings;
  }

  /** A fixed text for people, in their language. */
  translate(text: string): string {
    return this.#dictionary[text] ?? text;
  }

  kubeconfigPaths(): KubeconfigPaths {
    return kubeconfigPaths(this.host, this.globals.kubeconfig || undefined);
  }

  access(): Promise<ClusterAccess> {
    this.#access ??= this.#readAccess();
    return this.#access;
  }

  async #readAccess(): Promise<ClusterAccess> {
    const read = this.kubeconfigPaths();
    const trace = await this.#trace();
    for (const path of read.paths) {
      if (trace && (await this.host.files.stat(path)))
        trace.says(`Config loaded from file:  ${path}`);
    }
    return await readClusterAccess(this.host, read, {
      ...this.globals,
      "insecure-skip-tls-verify": this.#ifGiven("insecure-skip-tls-verify"),
      "disable-compression": this.#ifGiven("disable-compression"),
    });
  }

  connection(): Promise<Connection> {
    this.#connection ??= this.#connect();
    return this.#connection;
  }

  rest(): Promise<RestClient> {
    this.#rest ??= this.#newRest();
    return this.#rest;
  }

  async #newRest(): Promise<RestClient> {
    const { transport } = await this.connection();
    const trace = await this.#trace();
    const rest = new RestClient({
      transport,
      warn: (warning) => this.warn(warning),
      monotonic: () => this.host.clock.monotonic(),
      ...(trace && { trace }),
    });
    if (this.globals["match-server-version"]) {
      const { checkSameVersion } = await import("./client-version.ts");
      checkSameVersion(this.host.platform, await rest.json({ path: "/version" }));
    }
    return rest;
  }

  /** For commands that read objects of kinds that they know. */
  async client(): Promise<Client> {
    const { createClient } = await import("#client/typed.ts");
    return createClient((await this.connection()).transport);
  }

  async namespace(): Promise<{ readonly name: string; readonly explicit: boolean }> {
    const { namespace: given } = this.globals;
    const access = await this.access().catch((error: unknown) => {
      if (!(error instanceof MissingEntryError)) throw error;
      if (!given) throw error.toldOfNamespaces;
      return { namespace: given };
    });
    return { name: access.namespace, explicit: given !== "" };
  }

  async *find(query: ResourceQuery): AsyncGenerator<Found> {
    // Asked for first, as what is wrong with it is told first.
    await this.namespace();
    const build = async (directory: string) => {
      const { buildKustomization } = await import("./kustomize-machine.ts");
      return await buildKustomization(this, directory);
    };
    yield* findResources(
      {
        host: this.host,
        programName: this.programName,
        mapper: this.mapper,
        rest: () => this.rest(),
        namespace: () => this.namespace(),
        buildKustomization: build,
      },
      query,
    );
  }

  /** Everything, or the errors. */
  async findAll(query: ResourceQuery): Promise<ResourceInfo[]> {
    const infos: ResourceInfo[] = [];
    const errors: unknown[] = [];
    for await (const found of this.find(query)) {
      if (isFailure(found)) errors.push(found.error);
      else infos.push(found);
    }
    throwAll(errors);
    return infos;
  }

  /**
   * Acts on one after the other. What fails is told at the end and does not keep the rest from
   * being done.
   */
  async visit(query: ResourceQuery, act: (info: ResourceInfo) => Promise<void>): Promise<number> {
    const errors: unknown[] = [];
    let count = 0;
    for await (const found of this.find(query)) {
      if (isFailure(found)) errors.push(found.error);
      else {
        count++;
        try {
          await act(found);
        } catch (error) {
          errors.push(error);
        }
      }
    }
    throwAll(errors);
    return count;
  }

  async close(): Promise<void> {
    const connection = await this.#connection?.catch(() => undefined);
    connection?.close();
  }

  async #connect(): Promise<Connection> {
    const { withCredentials } = await import("./config/prompt.ts");
    const access = await withCredentials(this.host, await this.access());
    const trace = await this.#trace();
    const options = trace ? { onUpgrade: (upgrade: Upgrade) => trace.upgrades(upgrade) } : {};
    return await this.host.connect(access, this.host, options);
  }

  async #trace(): Promise<RequestTrace | undefined> {
    if (this.globals.v < 6) return undefined;
    const { requestTrace } = await import("./rest/trace.ts");
    return requestTrace(this);
  }

  #ifGiven(name: "insecure-skip-tls-verify" | "disable-compression"): boolean | undefined {
    return this.given.has(name) ? this.globals[name] : undefined;
  }
}
