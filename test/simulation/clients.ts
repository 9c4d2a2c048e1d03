import { ConfigMap } from "#api/core/v1.ts";
import { silentLogger } from "#base/log.ts";
import type { Client } from "#client/client.ts";
import { StatusError, isExpired } from "#client/client.ts";
import { Informer } from "#client/informer/informer.ts";
import type { ApiObject } from "#client/object.ts";
import type { Action, History, Operation, Outcome } from "./history.ts";
import type { Ledger } from "./ledger.ts";
import type { World } from "./world.ts";
import { WatchedPart, configMapsPrefix, differenceOf, shownObject } from "./witness.ts";
import type { Part, Shown, Witness } from "./witness.ts";

export const namespaces = ["north", "south"] as const;
export const colors = ["red", "green"] as const;

/** What all clients of a run share. */
export interface Scene {
  readonly world: World;
  readonly ledger: Ledger;
  readonly witness: Witness;
  readonly history: History;
  /** Names of objects in each namespace. */
  readonly names: readonly string[];
  /** Aborts when clients shall leave. */
  readonly signal: AbortSignal;
}

/** Reads and writes single objects, some in a hurry and some guarded by what was read before. */
export class Editor {
  readonly #scene: Scene;
  readonly #name: string;
  readonly #client: Client;
  /** What it has last seen of each key. */
  readonly #known = new Map<string, ConfigMap>();

  constructor(scene: Scene, name: string, client: Client) {
    this.#scene = scene;
    this.#name = name;
    this.#client = client;
  }

  async run(operations: number, pauseMs: number): Promise<void> {
    const { world, names, signal } = this.#scene;
    const { dice } = world;
    for (let count = 0; count < operations && !signal.aborted; count++) {
      await world.sleep(dice.delayMs(pauseMs));
      const reference = { namespace: dice.pick(namespaces), name: dice.pick(names) };
      const action = this.#choose(reference, `${this.#name}-${count}`);
      const outcome = await this.perform(reference, action);
      // A server that is away is not hammered.
      if (outcome.type === "unknown") await world.sleep(dice.delayMs(50));
    }
  }

  async perform(reference: Reference, action: Action): Promise<Outcome> {
    const { history, ledger, witness, world } = this.#scene;
    const key = keyOf(reference);
    const floor = ledger.floor;
    const operation = history.begin(this.#name, key, action);
    let outcome: Outcome;
    try {
      outcome = await this.#act(reference, action);
    } catch (error) {
      outcome = outcomeOf(error, action);
      if (outcome.type === "absent" || outcome.type === "conflict") this.#known.delete(key);
    }
    history.end(operation, outcome);
    world.note(() => `${this.#name} ${action.type} ${key}: ${JSON.stringify(outcome)}`);
    witness.outcome(operation, floor);
    return outcome;
  }

  #choose(reference: Reference, value: string): Action {
    const { dice } = this.#scene.world;
    const known = this.#known.get(keyOf(reference));
    const guard = known && dice.chance(0.5) ? Number(known.metadata.resourceVersion) : undefined;
    const luck = dice.between(0, 1);
    if (luck < 0.2) return { type: "get" };
    if (luck < (known ? 0.3 : 0.75)) return { type: "create", value };
    if (luck < 0.85) return { type: "update", value, guard };
    return { type: "delete", guard };
  }

  async #act(reference: Reference, action: Action): Promise<Outcome> {
    const client = this.#client;
    const key = keyOf(reference);
    switch (action.type) {
      case "get": {
        const object = await client.find(ConfigMap, reference);
        if (!object) {
          this.#known.delete(key);
          return { type: "absent" };
        }
        return this.#seen("found", object, object.data?.["value"] ?? "");
      }
      case "create": {
        const labels = { color: this.#scene.world.dice.pick(colors) };
        const metadata = { ...reference, labels };
        const data = { value: action.value };
        return this.#seen("written", await client.create(ConfigMap, { metadata, data }));
      }
      case "update":
        return this.#seen("written", await this.#update(reference, action));
      case "delete": {
        const { guard } = action;
        await client.delete(ConfigMap, reference, {
          ...(guard !== undefined && { preconditions: { resourceVersion: String(guard) } }),
        });
        this.#known.delete(key);
        return { type: "deleted" };
      }
      default:
        return action satisfies never;
    }
  }

  /** Guarded by a whole object with its version, or a patch, which is repeated inside of the server. */
  async #update(
    reference: Reference,
    { value, guard }: Extract<Action, { type: "update" }>,
  ): Promise<ConfigMap> {
    const client = this.#client;
    const labels = { color: this.#scene.world.dice.pick(colors) };
    const known = this.#known.get(keyOf(reference));
    if (!known || guard === undefined) {
      const patch = { metadata: { labels }, data: { value } };
      return client.patch(ConfigMap, reference, { type: "merge", patch });
    }
    const metadata = { ...known.metadata, labels };
    return client.update(ConfigMap, { ...known, metadata, data: { value } });
  }

  #seen(type: "found", object: ConfigMap, value: string): Outcome;
  #seen(type: "written", object: ConfigMap): Outcome;
  #seen(type: "found" | "written", object: ConfigMap, value = ""): Outcome {
    this.#known.set(keyOf(object.metadata), object);
    const revision = Number(object.metadata.resourceVersion);
    return type === "found" ? { type, revision, value } : { type, revision };
  }
}

interface Reference {
  readonly namespace?: string | undefined;
  readonly name: string;
}

export const keyOf = ({ namespace = "", name }: Reference) =>
  `${configMapsPrefix}${namespace}/${name}`;

function outcomeOf(error: unknown, action: Action): Outcome {
  if (!(error instanceof StatusError)) return { type: "unknown" };
  switch (error.code) {
    case 404:
      return { type: "absent" };
    case 409:
      if (error.reason === "AlreadyExists") return { type: "exists" };
      return "guard" in action && action.guard !== undefined
        ? { type: "conflict" }
        : { type: "refused" };
    case 429:
      return { type: "refused" };
    default:
      return { type: "unknown" };
  }
}

/** Lists, in all the ways that there are. */
export class Lister {
  readonly #scene: Scene;
  readonly #name: string;
  readonly #client: Client;

  constructor(scene: Scene, name: string, client: Client) {
    this.#scene = scene;
    this.#name = name;
    this.#client = client;
  }

  async run(lists: number, pauseMs: number): Promise<void> {
    const { world, signal } = this.#scene;
    for (let count = 0; count < lists && !signal.aborted; count++) {
      await world.sleep(world.dice.delayMs(pauseMs));
      const namespace = world.dice.pick([undefined, ...namespaces]);
      const color = world.dice.pick([undefined, undefined, ...colors]);
      try {
        if (world.dice.chance(0.5)) await this.pages(namespace, color);
        else await this.#atVersion(namespace, color);
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  /** All pages of a list are of one snapshot, whatever happens between them. */
  async pages(namespace: string | undefined, color?: string): Promise<void> {
    const { world, ledger, witness } = this.#scene;
    const floor = ledger.floor;
    const limit = world.dice.pick([undefined, 1, 2, 3]);
    const query = { namespace, ...selectorOf(color), ...(limit !== undefined && { limit }) };
    const shown: Shown[] = [];
    let page = await this.#client.list(ConfigMap, query);
    const revision = Number(page.resourceVersion);
    shown.push(...page.items.map(shownObject));
    while (page.continue) {
      await world.sleep(world.dice.delayMs(world.dice.pick([1, 50, 500])));
      page = await this.#client.list(ConfigMap, { ...query, continue: page.continue });
      shown.push(...page.items.map(shownObject));
      if (Number(page.resourceVersion) !== revision) {
        world.report(`${this.#name}: a page of ${revision} is of ${page.resourceVersion}`);
      }
    }
    witness.list(this.#name, { prefix: prefixOf(namespace), color }, { shown, revision, floor });
  }

  async #atVersion(namespace: string | undefined, color: string | undefined): Promise<void> {
    const { world, ledger, witness } = this.#scene;
    const { floor } = ledger;
    const match = world.dice.pick(["any", "Exact", "NotOlderThan"] as const);
    const asked = Math.max(1, floor - world.dice.integer(0, 10));
    const page = await this.#client.list(ConfigMap, {
      namespace,
      ...selectorOf(color),
      ...(match === "any"
        ? { resourceVersion: "0" }
        : { resourceVersion: String(asked), resourceVersionMatch: match }),
    });
    const revision = Number(page.resourceVersion);
    if (match === "Exact" && revision !== asked) {
      world.report(`${this.#name} asked for exactly ${asked} and was given ${revision}`);
    }
    witness.list(
      this.#name,
      { prefix: prefixOf(namespace), color },
      { shown: page.items.map(shownObject), revision, floor: match === "any" ? 0 : asked },
    );
  }

  #failed(error: unknown): void {
    const { world } = this.#scene;
    world.note(() => `${this.#name}: ${String(error)}`);
    if (isExpired(error)) world.trouble("a list has expired");
    // A version that somebody was shown is never one that is still to come.
    if (error instanceof StatusError && isAhead(error)) {
      world.report(`${this.#name}: ${error.message}, and it was shown before`);
    }
  }
}

const isAhead = ({ message }: StatusError) => /too large resource version/i.test(message);

const selectorOf = (color: string | undefined) =>
  color === undefined ? {} : { labelSelector: `color=${color}` };

const prefixOf = (namespace: string | undefined) =>
  configMapsPrefix + (namespace === undefined ? "" : `${namespace}/`);

/** Lists and watches by hand, and goes on where a watch broke. */
export class Watcher {
  readonly #scene: Scene;
  readonly #name: string;
  readonly #client: Client;
  readonly #namespace: string | undefined;
  readonly #color: string | undefined;
  #watched: WatchedPart | undefined;

  constructor(scene: Scene, name: string, client: Client) {
    this.#scene = scene;
    this.#name = name;
    this.#client = client;
    this.#namespace = scene.world.dice.pick([undefined, ...namespaces]);
    this.#color = scene.world.dice.pick([undefined, undefined, ...colors]);
  }

  /** Why it does not know everything. */
  get lag(): string | undefined {
    const missing = this.#watched?.missing;
    if (!this.#watched) return `${this.#name} could never list`;
    return missing && `${this.#name} has not been shown ${missing.type} ${missing.shown.key}`;
  }

  async run(): Promise<void> {
    const { world, signal } = this.#scene;
    while (!signal.aborted) {
      try {
        this.#watched ??= await this.#list();
        await this.#watch(this.#watched);
      } catch (error) {
        world.note(() => `${this.#name}: ${String(error)}`);
        if (isExpired(error)) {
          world.trouble("a watch has expired");
          this.#watched = undefined;
        }
        const isTooLarge = error instanceof StatusError && isAhead(error);
        if (isTooLarge || error instanceof SyntaxError || error instanceof TypeError) {
          world.report(`${this.#name} at ${this.#watched?.position}: ${String(error)}`);
        }
      }
      await world.sleep(world.dice.delayMs(300));
    }
  }

  async #list(): Promise<WatchedPart> {
    const { ledger, witness } = this.#scene;
    const floor = ledger.floor;
    const part: Part = { prefix: prefixOf(this.#namespace), color: this.#color };
    const query = { namespace: this.#namespace, ...selectorOf(this.#color) };
    const page = await this.#client.list(ConfigMap, query);
    const position = Number(page.resourceVersion);
    witness.list(this.#name, part, {
      shown: page.items.map(shownObject),
      revision: position,
      floor,
    });
    return new WatchedPart(this.#scene, { name: this.#name, part, position });
  }

  async #watch(watched: WatchedPart): Promise<void> {
    const { signal } = this.#scene;
    const query = {
      namespace: this.#namespace,
      ...selectorOf(this.#color),
      resourceVersion: String(watched.position),
    };
    for await (const event of this.#client.watch(ConfigMap, query, signal)) {
      switch (event.type) {
        case "ERROR":
          throw new StatusError(event.object as StatusError["status"]);
        case "BOOKMARK":
          watched.progress(Number(event.object.metadata.resourceVersion));
          break;
        default:
          watched.event({ type: event.type, shown: shownObject(event.object) });
      }
    }
  }
}

/** The true informer; at every version that it says it is at, it must hold that snapshot. */
export class Follower {
  readonly #scene: Scene;
  readonly #name: string;
  readonly #informer: Informer<ConfigMap>;
  readonly #part: Part;
  /** What its subscribers were told of. */
  readonly #told = new Map<string, ApiObject>();

  constructor(scene: Scene, name: string, client: Client, isAlive: () => boolean = () => true) {
    const { world } = scene;
    this.#scene = scene;
    this.#name = name;
    const namespace = world.dice.pick([undefined, ...namespaces]);
    const color = world.dice.pick([undefined, undefined, ...colors]);
    this.#part = { prefix: prefixOf(namespace), color };
    this.#informer = new Informer({
      client,
      resource: ConfigMap,
      query: { ...(namespace !== undefined && { namespace }), ...selectorOf(color) },
      clock: world.clock(isAlive),
      random: world.randomOf(hashOf(name)),
      logger: silentLogger,
    });
    this.#informer.subscribe({
      added: (object) => this.#tell("added", object),
      updated: (object, old) => this.#tell("updated", object, old),
      deleted: (object) => this.#tell("deleted", object),
    });
  }

  /** Why it does not know everything. */
  get lag(): string | undefined {
    const { witness, ledger } = this.#scene;
    const difference = differenceOf(witness.snapshot(this.#part, ledger.newest), this.#shown());
    return difference && `${this.#name} has not converged: ${difference}`;
  }

  async run(signal: AbortSignal): Promise<void> {
    const checking = this.#informer.until(
      () => {
        this.#check();
        return false;
      },
      Number.MAX_SAFE_INTEGER,
      signal,
    );
    checking.catch(() => undefined);
    await this.#informer.run(signal);
  }

  #check(): void {
    const { witness, world, ledger } = this.#scene;
    const version = Number(this.#informer.resourceVersion);
    if (version === 0) return;
    if (version > ledger.newest) world.report(`${this.#name} is at ${version}, which is to come`);
    const expected = witness.snapshot(this.#part, version);
    const difference = differenceOf(expected, this.#shown());
    if (difference) world.report(`${this.#name} at ${version}: ${difference}`);
    const told = [...this.#told.values()].map(shownObject).sort(byKey);
    const untold = differenceOf(expected, told);
    if (untold) world.report(`${this.#name} told its subscribers otherwise: ${untold}`);
    ledger.serve(version);
  }

  #shown(): Shown[] {
    return this.#informer.list().map(shownObject).sort(byKey);
  }

  #tell(type: "added" | "updated" | "deleted", object: ApiObject, old?: ApiObject): void {
    const key = keyOf(object.metadata);
    const known = this.#told.get(key);
    if ((type === "added") !== (known === undefined) || (old && old !== known)) {
      this.#scene.world.report(`${this.#name} was told of ${key} as ${type}, out of order`);
    }
    if (old && old.metadata.uid !== object.metadata.uid) {
      this.#scene.world.report(`${this.#name} was told that ${key} changed: it is another object`);
    }
    if (type === "deleted") this.#told.delete(key);
    else this.#told.set(key, object);
  }
}

const byKey = (left: Shown, right: Shown) => (left.key < right.key ? -1 : 1);

function hashOf(name: string): number {
  let hash = 7;
  for (const character of name) hash = Math.imul(hash, 31) + character.charCodeAt(0);
  return hash;
}

export type { Operation };
