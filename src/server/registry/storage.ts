import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import { notFound } from "#machinery/status.ts";
import type { GroupKind, GroupResource } from "#machinery/status.ts";
import type { KindInfo, KindType } from "#schema/message.ts";
import type { CacheCommit, Cacher, Freshness } from "#storage/cacher/cacher.ts";
import type { Commit, CommitResult, Entry } from "#storage/store.ts";
import type { AdmissionPlugin } from "../admission/admission.ts";
import type { Equivalent } from "../admission/matching/equivalent.ts";
import { keyOf } from "./keys.ts";
import type { ResourceDefinition } from "./resource.ts";
import { StoredForm } from "./stored-object.ts";
import type { StoredObject } from "./stored-object.ts";

/** What the verbs need of the rest of the server. */
export interface Environment {
  readonly cacher: Cacher;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  admission(): readonly AdmissionPlugin[];
  /** Other kinds that show the same stored objects. */
  equivalents(type: KindType): readonly Equivalent[];
}

/** One resource with the place where its objects are kept; the verbs are functions of it. */
export class ResourceStorage {
  readonly definition: ResourceDefinition;
  readonly environment: Environment;
  readonly form: StoredForm;
  readonly info: KindInfo;
  /** Where the objects are: another kind's place for those stored as that. */
  readonly storedInfo: KindInfo;
  /** For errors: what it is about, by its plural name. */
  readonly names: GroupResource;
  /** For errors of validation, by its kind. */
  readonly kind: GroupKind;
  readonly #served = new AbortController();
  /** The last one that was asked for, and its text. */
  #second = NaN;
  #timestamp = "";

  constructor(definition: ResourceDefinition, environment: Environment) {
    const { info } = definition.type;
    this.definition = definition;
    this.environment = environment;
    this.info = info;
    this.storedInfo = definition.storedAs?.type.info ?? info;
    this.names = { group: info.group, resource: info.resource ?? "" };
    this.kind = { group: info.group, kind: info.kind };
    this.form = new StoredForm(definition, environment.cacher);
  }

  /** Aborts when the resource is no longer served, or under another definition. */
  get retired(): AbortSignal {
    return this.#served.signal;
  }

  retire(): void {
    this.#served.abort();
  }

  key(namespace: string, name: string): string {
    return keyOf(this.storedInfo, namespace, name);
  }

  /** The entry can be decoded at once. */
  find(
    namespace: string,
    name: string,
    signal?: AbortSignal,
    freshness?: Freshness,
  ): Promise<Entry | undefined> {
    const { cacher } = this.environment;
    const found = cacher.get(this.key(namespace, name), freshness, signal);
    return this.form.needsPreparation ? this.#prepared(found) : found;
  }

  async #prepared(found: Promise<Entry | undefined>): Promise<Entry | undefined> {
    const entry = await found;
    if (entry) await this.form.prepare([entry]);
    return entry;
  }

  /** Stores an object, which is handed over; what was stored can be decoded at once. */
  async put(
    object: StoredObject,
    { key, expected }: Pick<Required<Commit>, "key" | "expected">,
  ): Promise<CommitResult> {
    const { form } = this;
    const { ttlSeconds } = this.definition;
    return this.commit({
      ...(await form.encode(object)),
      key,
      expected,
      ...(ttlSeconds !== undefined && { ttlSeconds }),
    });
  }

  /** As the cacher's; what it wrote can be decoded at once. */
  async commit(commit: CacheCommit): Promise<CommitResult> {
    const result = await this.environment.cacher.commit(commit);
    if (result.ok && result.entry && this.form.needsPreparation) {
      await this.form.prepare([result.entry]);
    }
    return result;
  }

  async require(
    namespace: string,
    name: string,
    signal?: AbortSignal,
    freshness?: Freshness,
  ): Promise<Entry> {
    const entry = await this.find(namespace, name, signal, freshness);
    if (!entry) throw notFound(this.names, name);
    return entry;
  }

  /** RFC 3339 with whole seconds, as all of an object's times. */
  timestamp(afterMs = 0): string {
    const second = Math.floor((this.environment.clock.now() + afterMs) / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#timestamp = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
    }
    return this.#timestamp;
  }
}
