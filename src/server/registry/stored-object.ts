import { concatBytes, text, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import type { ObjectMeta } from "#api/meta/v1.ts";
import { deepFreeze } from "#storage/cacher/deep-freeze.ts";
import type { Cacher } from "#storage/cacher/cacher.ts";
import type { Entry, Revision } from "#storage/store.ts";
import { apiVersionOf } from "#schema/message.ts";
import type { KindType } from "#schema/message.ts";
import type { ResourceDefinition } from "./resource.ts";

/** What every stored object has. */
export interface StoredObject extends Record<string, unknown> {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/**
 * How objects of one resource lie in the store, and how they leave it without being decoded.
 *
 * The stored bytes are the object's JSON without its resourceVersion, because that is the revision
 * which the store gives it while writing. They begin with a head that is the same for all objects
 * of a kind, `{"kind":"Pod","apiVersion":"v1","metadata":{`, so that an answer is the head,
 * `"resourceVersion":"7",` and the rest as it lies in the store; an item of a list, which does not
 * repeat its kind, has a shorter head.
 */
export class StoredForm {
  readonly #definition: ResourceDefinition;
  readonly #cacher: Cacher;
  readonly #storedHead: Head;
  readonly #head: Head;
  readonly #converted = new WeakMap<Entry, Converted>();

  constructor(definition: ResourceDefinition, cacher: Cacher) {
    this.#definition = definition;
    this.#cacher = cacher;
    this.#head = headOf(definition.type);
    this.#storedHead = definition.storedAs ? headOf(definition.storedAs.type) : this.#head;
  }

  /** What to store. */
  encode(object: StoredObject): Bytes {
    const { storedAs } = this.#definition;
    if (!storedAs) return encodeWith(this.#head, object);
    return encodeWith(this.#storedHead, storedAs.toStored(object) as StoredObject);
  }

  /** The object, frozen and shared by all readers. */
  decode(entry: Entry): StoredObject {
    const stored = this.#cacher.decoded(entry, decodeEntry);
    const { storedAs } = this.#definition;
    return storedAs ? this.#convert(entry).object : stored;
  }

  /** The object's JSON in parts to be joined. `revision` is the entry's own when missing. */
  objectParts(entry: Entry, revision: Revision = entry.modified): readonly Bytes[] {
    return [this.#head.full, versionBytes(revision), this.#tail(entry)];
  }

  /** The same, as an item of a list: without apiVersion and kind. */
  itemParts(entry: Entry): readonly Bytes[] {
    return [itemHead, versionBytes(entry.modified), this.#tail(entry)];
  }

  objectBytes(entry: Entry, revision?: Revision): Bytes {
    return concatBytes(this.objectParts(entry, revision));
  }

  /** Everything after the head. */
  #tail(entry: Entry): Uint8Array<ArrayBuffer> {
    if (this.#definition.storedAs) return this.#convert(entry).tail;
    const head = this.#head.full;
    if (startsWith(entry.value, head)) return entry.value.subarray(head.length);
    // Written by another version, which laid the fields out differently.
    return encodeWith(this.#head, decodeEntry(entry)).subarray(head.length);
  }

  #convert(entry: Entry): Converted {
    let converted = this.#converted.get(entry);
    if (!converted) {
      const stored = this.#cacher.decoded(entry, decodeEntry);
      const object = this.#definition.storedAs?.fromStored(stored) as StoredObject;
      const tail = encodeWith(this.#head, object).subarray(this.#head.full.length);
      converted = { object: deepFreeze(object), tail };
      this.#converted.set(entry, converted);
    }
    return converted;
  }
}

interface Converted {
  readonly object: StoredObject;
  readonly tail: Uint8Array<ArrayBuffer>;
}

interface Head {
  readonly full: Bytes;
  readonly text: string;
}

function headOf({ info }: KindType): Head {
  const head = JSON.stringify({ kind: info.kind, apiVersion: apiVersionOf(info) });
  const full = `${head.slice(0, -1)},"metadata":{`;
  return { full: utf8(full), text: full };
}

const itemHead = utf8('{"metadata":{');

function versionBytes(revision: Revision): Bytes {
  return utf8(`"resourceVersion":"${revision}",`);
}

function encodeWith(head: Head, object: StoredObject): Bytes {
  const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = object;
  const { resourceVersion: _resourceVersion, ...stored } = metadata;
  const body = JSON.stringify(rest);
  const tail = body === "{}" ? "}" : `,${body.slice(1)}`;
  // An object always has a name, so that something follows the spliced version's comma.
  return utf8(head.text + JSON.stringify(stored).slice(1) + tail);
}

function decodeEntry(entry: Entry): StoredObject {
  const object = JSON.parse(text(entry.value)) as StoredObject;
  object.metadata.resourceVersion = String(entry.modified);
  return object;
}

function startsWith(value: Uint8Array, head: Uint8Array): boolean {
  if (value.length < head.length) return false;
  for (let index = 0; index < head.length; index++) {
    if (value[index] !== head[index]) return false;
  }
  return true;
}

/** Freezes an object that is not stored, so that it leaves the server like those that are. */
export const frozen = deepFreeze;
