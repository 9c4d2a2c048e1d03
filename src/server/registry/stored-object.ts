import { equalBytes, shortLived, text, utf8 } from "#base/bytes.ts";
import type { ByteCache } from "#base/byte-cache.ts";
import type { Bytes } from "#base/bytes.ts";
import type { ChunkWriter } from "#base/chunks.ts";
import { invariant } from "#base/invariant.ts";
import type { ManagedFieldsEntry, ObjectMeta } from "#api/meta/v1.ts";
import { storedSetText } from "#machinery/apply/stored-set.ts";
import { deepFreeze } from "#storage/cacher/deep-freeze.ts";
import type { Cacher } from "#storage/cacher/cacher.ts";
import { revision } from "#storage/store.ts";
import type { Entry, Revision } from "#storage/store.ts";
import { apiVersionOf } from "#schema/message.ts";
import type { KindType } from "#schema/message.ts";
import { encodeProtobuf } from "#schema/protobuf.ts";
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
  readonly #itemHead: Bytes;
  readonly #converted = new WeakMap<Entry, Converted>();
  /** Entries that a conversion leaves as they are, so that nothing of it has to be kept. */
  readonly #unchanged = new WeakSet<Entry>();
  /** Where an entry is stored as another kind, the place of its forms is that kind's. */
  readonly #protobufs: ByteCache<Entry> | undefined;
  readonly #protobufLengths = new WeakMap<Entry, number>();

  constructor(definition: ResourceDefinition, cacher: Cacher) {
    this.#definition = definition;
    this.#cacher = cacher;
    this.#head = headOf(definition.type);
    this.#itemHead = definition.type.dynamic ? this.#head.full : itemHead;
    this.#protobufs = definition.storedAs ? undefined : cacher.encoded;
    this.#storedHead = definition.storedAs ? headOf(definition.storedAs.type) : this.#head;
  }

  /** What to store. */
  async encode(object: StoredObject): Promise<Encoded> {
    const { storedAs } = this.#definition;
    if (!storedAs) return encodedWith(this.#head, object);
    const stored = (await storedAs.toStored(object)) as StoredObject;
    return { value: encodeWith(this.#storedHead, stored) };
  }

  /** Must have been waited for where `needsPreparation`, before entries are decoded. */
  async prepare(entries: readonly Entry[]): Promise<void> {
    const { storedAs } = this.#definition;
    if (!storedAs?.convert) return;
    const left = entries.filter((entry) => this.#isConverted(entry) && !this.#converted.has(entry));
    if (left.length === 0) return;
    const stored = left.map((entry) => this.#cacher.decoded(entry, decodeEntry));
    const objects = await storedAs.convert(stored);
    for (const [index, entry] of left.entries()) {
      this.#keep(entry, objects[index] as StoredObject);
    }
  }

  get needsPreparation(): boolean {
    return this.#definition.storedAs?.convert !== undefined;
  }

  /** Whether the object lies there in another version than it would be written in today. */
  isOutdated(entry: Entry): boolean {
    return !startsWith(entry.value, this.#storedHead.full);
  }

  /** What a reader would see if the object were stored. */
  async asStored(object: StoredObject): Promise<StoredObject> {
    if (!this.#definition.storedAs) return object;
    const { resourceVersion } = object.metadata;
    const { value } = await this.encode(object);
    const entry: Entry = {
      key: "",
      value,
      created: nowhere,
      modified: nowhere,
    };
    if (this.needsPreparation) await this.prepare([entry]);
    const stored = this.decode(entry);
    const { resourceVersion: _nowhere, ...metadata } = stored.metadata;
    return { ...stored, metadata: { ...metadata, resourceVersion } };
  }

  /** The object, frozen and shared by all readers. */
  decode(entry: Entry): StoredObject {
    const stored = this.#cacher.decoded(entry, decodeEntry);
    return this.#isConverted(entry) ? this.#convert(entry).object : stored;
  }

  /** The object's JSON in parts to be joined. `revision` is the entry's own when missing. */
  objectParts(entry: Entry, revision: Revision = entry.modified): readonly Bytes[] {
    return [this.#head.full, utf8(versionText(revision)), this.#tail(entry)];
  }

  /** The same, as an item of a list: without apiVersion and kind, except for custom resources. */
  writeItem(entry: Entry, writer: ChunkWriter): void {
    writer.write(this.#itemHead);
    writer.ascii(versionText(entry.modified));
    writer.write(this.#tail(entry));
  }

  /** How many bytes `writeItem` writes. */
  itemLength(entry: Entry): number {
    const version = versionText(entry.modified);
    return this.#itemHead.length + version.length + this.#tail(entry).length;
  }

  /**
   * The object for one look: not kept, and not frozen, so that going through thousands costs little
   * memory. Nobody may change it.
   */
  look(entry: Entry): StoredObject {
    if (this.#isConverted(entry)) return this.decode(entry);
    const known = this.#cacher.knownDecoded(entry) as StoredObject | undefined;
    return known ?? decodeEntry(entry);
  }

  /**
   * The object as `JSON.stringify` writes it, but for its version; undefined where it is stored in
   * another form.
   */
  storedText(entry: Entry): string | undefined {
    const isOwn = !this.#isConverted(entry) && startsWith(entry.value, this.#head.full);
    return isOwn ? text(entry.value) : undefined;
  }

  /** The object's protobuf form, without envelope. `keep` is for whoever has not too many. */
  protobuf(entry: Entry, { keep = true }: { readonly keep?: boolean } = {}): Bytes {
    const known = this.#protobufs?.get(entry);
    if (known) return known;
    const bytes = encodeProtobuf(this.#definition.type, this.look(entry), { fillZero: true });
    if (keep) this.#protobufs?.set(entry, bytes);
    this.#protobufLengths.set(entry, bytes.length);
    return bytes;
  }

  /** How long that form is; once known, it is remembered. */
  protobufLength(entry: Entry, options: { readonly keep?: boolean } = {}): number {
    return this.#protobufLengths.get(entry) ?? this.protobuf(entry, options).length;
  }

  /** For an answer, which is soon sent: it shares its memory with others. */
  objectBytes(entry: Entry, revision: Revision = entry.modified): Bytes {
    const version = versionText(revision);
    const tail = this.#tail(entry);
    const head = this.#head.full;
    const bytes = shortLived(head.length + version.length + tail.length);
    bytes.set(head);
    for (let at = 0; at < version.length; at++) bytes[head.length + at] = version.charCodeAt(at);
    bytes.set(tail, head.length + version.length);
    return bytes;
  }

  /** Everything after the head. */
  #tail(entry: Entry): Uint8Array<ArrayBuffer> {
    if (this.#isConverted(entry)) return this.#convert(entry).tail;
    const head = this.#head.full;
    if (startsWith(entry.value, head)) return entry.value.subarray(head.length);
    // Written by another version, which laid the fields out differently.
    return encodeWith(this.#head, decodeEntry(entry)).subarray(head.length);
  }

  /** Whether the object is another one than that which is stored, as far as is known. */
  #isConverted(entry: Entry): boolean {
    return this.#definition.storedAs !== undefined && !this.#unchanged.has(entry);
  }

  #convert(entry: Entry): Converted {
    const known = this.#converted.get(entry);
    if (known) return known;
    invariant(!this.needsPreparation, `${entry.key} is read before it is converted`);
    const stored = this.#cacher.decoded(entry, decodeEntry);
    return this.#keep(entry, this.#definition.storedAs?.fromStored(stored) as StoredObject);
  }

  #keep(entry: Entry, object: StoredObject): Converted {
    const bytes = encodeWith(this.#head, object);
    const tail = bytes.subarray(this.#head.full.length);
    const converted = { object: deepFreeze(object), tail };
    if (equalBytes(bytes, entry.value)) this.#unchanged.add(entry);
    else this.#converted.set(entry, converted);
    return converted;
  }
}

/** An object on its way to the store. */
export interface Encoded {
  readonly value: Bytes;
  /** What readers will decode from it, of the revision that it gets; missing where nobody knows yet. */
  readonly decoded?: (modified: Revision) => StoredObject;
}

const nowhere = revision(0);

interface Converted {
  readonly object: StoredObject;
  readonly tail: Uint8Array<ArrayBuffer>;
}

interface Head {
  readonly kind: string;
  readonly apiVersion: string;
  readonly full: Bytes;
  readonly text: string;
}

function headOf({ info }: KindType): Head {
  const { kind } = info;
  const apiVersion = apiVersionOf(info);
  const full = `${JSON.stringify({ kind, apiVersion }).slice(0, -1)},"metadata":{`;
  return { kind, apiVersion, full: utf8(full), text: full };
}

const itemHead = utf8('{"metadata":{');

const versionText = (revision: Revision) => `"resourceVersion":"${revision}",`;

function encodeWith(head: Head, object: StoredObject): Bytes {
  return encodedWith(head, object).value;
}

function encodedWith(head: Head, object: StoredObject): Encoded {
  const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = object;
  const { resourceVersion: _resourceVersion, managedFields, ...stored } = metadata;
  const body = JSON.stringify(rest);
  const tail = body === "{}" ? "}" : `,${body.slice(1)}`;
  // An object always has a name, so that something follows the spliced version's comma.
  const own = JSON.stringify(stored).slice(1, -1);
  const { kind, apiVersion } = head;
  return {
    value: utf8(`${head.text}${own}${managersText(managedFields)}}${tail}`),
    decoded(modified) {
      const resourceVersion = String(modified);
      const all = { ...stored, ...(managedFields && { managedFields }), resourceVersion };
      return { kind, apiVersion, metadata: all, ...rest };
    },
  };
}

/** They are a third of a small object, and most of their text has been made before. */
function managersText(entries: readonly ManagedFieldsEntry[] | undefined): string {
  return entries ? `,"managedFields":[${entries.map(managerText).join()}]` : "";
}

function managerText(entry: ManagedFieldsEntry): string {
  const { fieldsV1, subresource, ...rest } = entry;
  const fields = storedSetText(fieldsV1);
  if (fields === undefined || rest.operation === undefined) return JSON.stringify(entry);
  const end = subresource === undefined ? "" : `,"subresource":${JSON.stringify(subresource)}`;
  return `${JSON.stringify(rest).slice(0, -1)},"fieldsV1":${fields}${end}}`;
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
