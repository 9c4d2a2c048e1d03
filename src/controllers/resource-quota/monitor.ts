import type { Scope } from "#base/scope.ts";
import type { Resource } from "#client/client.ts";
import { Reflector } from "#client/informer/reflector.ts";
import type { ApiObject } from "#client/object.ts";
import type { ControllerEnvironment } from "#component/controller.ts";

/** Something that quotas count came, changed or went. */
export interface Change {
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  readonly kind:
    | { readonly type: "added" | "deleted" }
    | { readonly type: "changed"; readonly object: ApiObject; readonly old: ApiObject };
}

/** Knows what each namespace has of one resource. */
export interface Monitor {
  readonly group: string;
  readonly resource: string;
  readonly synced: Promise<void>;
  readonly hasSynced: boolean;
  /** The objects, or their number; undefined before it has synced. */
  held(namespace: string): readonly ApiObject[] | number | undefined;
  stop(): void;
}

type Changed = (change: Change) => void;

/** Of objects that are looked into: by the informer that others have of them, too. */
export function openMonitor(
  type: Resource<ApiObject>,
  environment: ControllerEnvironment,
  changed: Changed,
): Monitor {
  const { group, resource = "" } = type.info;
  const informer = environment.informers.informer(type);
  const tell = ({ metadata }: ApiObject, kind: Change["kind"]) => {
    // What is there from the start is counted when the rest is, too.
    if (!informer.hasSynced) return;
    changed({ group, resource, namespace: metadata.namespace ?? "", kind });
  };
  const stop = informer.subscribe({
    added: (object) => tell(object, { type: "added" }),
    updated: (object, old) => tell(object, { type: "changed", object, old }),
    deleted: (object) => tell(object, { type: "deleted" }),
  });
  return {
    group,
    resource,
    synced: informer.synced,
    get hasSynced() {
      return informer.hasSynced;
    },
    held: (namespace) => (informer.hasSynced ? informer.list(namespace) : undefined),
    stop,
  };
}

/** Of objects that are only counted: keeps nothing but their names. */
export function openTally(
  resource: Resource<ApiObject>,
  {
    environment,
    changed,
    scope,
  }: { environment: ControllerEnvironment; changed: Changed; scope: Scope },
): Monitor {
  const tally = new Tally(resource, changed);
  const stop = new AbortController();
  const { client, clock, logger, random } = environment;
  const reflector = new Reflector<ApiObject>({
    client,
    clock,
    logger,
    random,
    resource,
    sink: {
      replace: (objects) => tally.replace(objects),
      changed: (type, object) => {
        if (type === "DELETED") tally.remove(object);
        else tally.put(object);
      },
      bookmark() {},
    },
  });
  scope.run(`count of ${resource.info.kind}`, (signal) =>
    reflector.run(AbortSignal.any([signal, stop.signal])),
  );
  tally.stop = () => stop.abort();
  return tally;
}

class Tally implements Monitor {
  readonly group: string;
  readonly resource: string;
  readonly synced: Promise<void>;
  hasSynced = false;
  stop: () => void = () => {};
  readonly #names = new Map<string, Set<string>>();
  readonly #changed: Changed;
  #markSynced: () => void = () => {};

  constructor({ info }: Resource<ApiObject>, changed: Changed) {
    this.group = info.group;
    this.resource = info.resource ?? "";
    this.#changed = changed;
    this.synced = new Promise((resolve) => (this.#markSynced = resolve));
  }

  held(namespace: string): number | undefined {
    return this.hasSynced ? (this.#names.get(namespace)?.size ?? 0) : undefined;
  }

  replace(objects: readonly ApiObject[]): void {
    const present = new Set(
      objects.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
    );
    for (const [namespace, names] of this.#names) {
      for (const name of names) {
        if (!present.has(`${namespace}/${name}`)) this.remove({ metadata: { namespace, name } });
      }
    }
    for (const object of objects) this.put(object);
    this.hasSynced = true;
    this.#markSynced();
  }

  put({ metadata: { namespace = "", name } }: Named): void {
    let names = this.#names.get(namespace);
    if (!names) this.#names.set(namespace, (names = new Set()));
    if (names.has(name)) return;
    names.add(name);
    this.#tell(namespace, "added");
  }

  remove({ metadata: { namespace = "", name } }: Named): void {
    const names = this.#names.get(namespace);
    if (!names?.delete(name)) return;
    if (names.size === 0) this.#names.delete(namespace);
    this.#tell(namespace, "deleted");
  }

  #tell(namespace: string, type: "added" | "deleted"): void {
    if (!this.hasSynced) return;
    const { group, resource } = this;
    this.#changed({ group, resource, namespace, kind: { type } });
  }
}

type Named = { readonly metadata: { readonly namespace?: string | undefined; name: string } };
