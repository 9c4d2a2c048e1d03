import type { ApiRequest } from "#client/transport.ts";
import type { ResourceDefinition } from "#server/registry/resource.ts";
import type { Metadata, Said } from "./answers.ts";

/**
 * Counts the objects of one kind by nothing but what the server said of them: who was told that an
 * object is there must find it, and who was told that it is gone must not.
 */
export class Census {
  readonly #definition: ResourceDefinition;
  /** By uid: whether it has been marked for deletion. */
  readonly #alive = new Map<string, "marked" | "unmarked">();
  readonly #gone = new Set<string>();
  /** What became of them was not said. */
  readonly #unsure = new Set<string>();

  /** `initial` are the uids that were there before. */
  constructor(definition: ResourceDefinition, initial: Iterable<string>) {
    this.#definition = definition;
    for (const uid of initial) this.#unsure.add(uid);
  }

  /** How many objects the server said it has made. */
  created = 0;

  /** Of every answer to a write that was accepted. */
  observe({ method, path, query }: ApiRequest, status: number, said: Said): void {
    if (query.has("dryRun")) return;
    if (isOther(this.#definition, path)) return;
    // As the objects were, whatever follows from that.
    if (method === "DELETE" && path.endsWith(`/${this.#definition.type.info.resource}`)) {
      return this.doubt();
    }
    if (method === "DELETE") return this.#deleted(said);
    const metadata = metadataOf(said);
    if (!metadata?.uid) return;
    if (status === 201 && !this.#alive.has(metadata.uid)) this.created++;
    this.#alive.set(metadata.uid, metadata.deletionTimestamp ? "marked" : "unmarked");
    // Whoever takes the last finalizer away from a marked object lets it go.
    if (metadata.deletionTimestamp) this.#forget(metadata.uid);
  }

  /** What a request does is not in its answer: any object may have gone by it. */
  doubt(): void {
    for (const uid of this.#alive.keys()) this.#unsure.add(uid);
  }

  #deleted(said: Said): void {
    if (said.kind === "Status") {
      const uid = said.details?.uid;
      if (uid) this.#remove(uid);
      return;
    }
    const metadata = metadataOf(said);
    if (!metadata?.uid) return;
    // An object that says nothing of its end has come to it.
    if (metadata.deletionTimestamp) this.#forget(metadata.uid);
    else this.#remove(metadata.uid);
  }

  #remove(uid: string): void {
    this.#alive.delete(uid);
    this.#gone.add(uid);
  }

  #forget(uid: string): void {
    this.#alive.delete(uid);
    this.#unsure.add(uid);
  }

  /** Differences to what is there, which is given by its uids. */
  problems(there: ReadonlySet<string>): string[] {
    const problems: string[] = [];
    for (const uid of this.#alive.keys()) {
      if (!there.has(uid) && !this.#unsure.has(uid)) problems.push(`${uid} is lost`);
    }
    for (const uid of this.#gone) if (there.has(uid)) problems.push(`${uid} is not gone`);
    for (const uid of there) {
      if (madeByServer.has(this.#definition.type.info.kind)) continue;
      if (this.#alive.has(uid) || this.#unsure.has(uid) || this.#gone.has(uid)) continue;
      problems.push(`nobody was told of ${uid}`);
    }
    return problems;
  }
}

/** The server brings these back where they are missing. */
const madeByServer = new Set(["APIService"]);

function metadataOf({ metadata, rows, kind }: Said): Metadata | undefined {
  if (kind === "Table") return rows?.[0]?.object?.metadata;
  return metadata;
}

/** A subresource whose answer is no object of the kind: a Scale, a token, a binding. */
function isOther({ type, views = {} }: ResourceDefinition, path: string): boolean {
  const { info } = type;
  const [, below = ""] = new RegExp(`/${info.resource}/[^/]+/([^/]+)`).exec(path) ?? [];
  return below !== "" && below !== "status" && !(below in views);
}
