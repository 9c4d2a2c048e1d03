import type { Bytes } from "#base/bytes.ts";
import { apiVersionOf } from "./message.ts";
import type { KindType } from "./message.ts";
import { encodeProtobuf, readSingle } from "./protobuf.ts";
import { ProtobufError, Reader, wireType, Writer } from "./protobuf-wire.ts";

// What stands around protobuf: the envelope of an object, the frame of a watch event.

/** "k8s" and a zero byte: the mark in front of every object that Kubernetes sends as protobuf. */
const magic = [0x6b, 0x38, 0x73, 0x00] as const;

/** An object as it travels and is stored: mark, apiVersion, kind, and its protobuf form. */
export function encodeProtobufEnvelope(type: KindType, value: object): Bytes {
  const info = type.info;
  const raw = encodeProtobuf(type, value, { fillZero: true });
  return wrapProtobuf(apiVersionOf(info), info.kind, raw);
}

export function wrapProtobuf(apiVersion: string, kind: string, raw: Uint8Array): Bytes {
  const writer = new Writer();
  writeHead(writer, { apiVersion, kind, rawLength: raw.length });
  writer.raw(raw);
  writer.raw(envelopeEnd);
  return writer.finish();
}

/** Upstream writes content encoding and type even where they are empty, and so do we. */
const envelopeEnd = Uint8Array.of((3 << 3) | wireType.bytes, 0, (4 << 3) | wireType.bytes, 0);

interface EnvelopeHead {
  readonly apiVersion: string;
  readonly kind: string;
  readonly rawLength: number;
}

function writeHead(writer: Writer, { apiVersion, kind, rawLength }: EnvelopeHead): void {
  writer.raw(Uint8Array.from(magic));
  writer.byte((1 << 3) | wireType.bytes);
  const mark = writer.open();
  writer.byte((1 << 3) | wireType.bytes);
  writer.text(apiVersion);
  writer.byte((2 << 3) | wireType.bytes);
  writer.text(kind);
  writer.close(mark);
  writer.byte((2 << 3) | wireType.bytes);
  writer.varint(rawLength);
}

export interface ProtobufList {
  readonly apiVersion: string;
  /** Of the list: "PodList". */
  readonly kind: string;
  /** The protobuf form of the ListMeta. */
  readonly metadata: Uint8Array;
  /** Of all items, each with its head. */
  readonly itemsLength: number;
}

/**
 * What stands before the items of a list in its envelope. Every list of Kubernetes has its items in
 * the same place; each follows a head of its own, and `protobufListEnd` follows the last one.
 */
export function protobufListHead({ apiVersion, kind, metadata, itemsLength }: ProtobufList): Bytes {
  const writer = new Writer();
  const rawLength = protobufItemLength(metadata.length) + itemsLength;
  writeHead(writer, { apiVersion, kind, rawLength });
  writer.byte((1 << 3) | wireType.bytes);
  writer.varint(metadata.length);
  writer.raw(metadata);
  return writer.finish();
}

/** Of an item with its head. */
export function protobufItemLength(length: number): number {
  let size = 2 + length;
  for (let rest = Math.floor(length / 128); rest > 0; rest = Math.floor(rest / 128)) size++;
  return size;
}

/** What stands before an item of that length. */
export function writeProtobufItemHead(length: number, writer: { byte(value: number): void }): void {
  writer.byte((2 << 3) | wireType.bytes);
  let rest = length;
  for (; rest > 127; rest = Math.floor(rest / 128)) writer.byte((rest & 127) | 128);
  writer.byte(rest);
}

export const protobufListEnd = envelopeEnd;

export interface ProtobufEnvelope {
  readonly apiVersion: string;
  readonly kind: string;
  /** The object, for `decodeProtobuf` with the type that the other two name. */
  readonly raw: Uint8Array;
  /** Empty for protobuf; upstream also allows "application/json" in here. */
  readonly contentType: string;
}

export function isProtobufEnvelope(bytes: Uint8Array): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

export function decodeProtobufEnvelope(bytes: Uint8Array): ProtobufEnvelope {
  if (!isProtobufEnvelope(bytes)) {
    throw new ProtobufError(
      "provided data does not appear to be a protobuf message, expected prefix 107,56,115,0",
    );
  }
  const envelope = {
    apiVersion: "",
    kind: "",
    raw: new Uint8Array(0) as Uint8Array,
    contentType: "",
  };
  const reader = new Reader(bytes.subarray(magic.length));
  while (reader.position < reader.size) {
    const key = reader.uint32();
    if (key === ((1 << 3) | wireType.bytes)) {
      const end = reader.end();
      while (reader.position < end) {
        const inner = reader.uint32();
        if (inner === ((1 << 3) | wireType.bytes)) envelope.apiVersion = reader.text();
        else if (inner === ((2 << 3) | wireType.bytes)) envelope.kind = reader.text();
        else reader.skip(inner & 7);
      }
    } else if (key === ((2 << 3) | wireType.bytes)) envelope.raw = reader.raw();
    else if (key === ((4 << 3) | wireType.bytes)) envelope.contentType = reader.text();
    else reader.skip(key & 7);
  }
  return envelope;
}

/** One frame of a watch: four bytes of length, then the event around an enveloped object. */
export function encodeProtobufWatchFrame(eventType: string, enveloped: Uint8Array): Bytes {
  const writer = new Writer();
  writer.raw(new Uint8Array(4));
  writer.byte((1 << 3) | wireType.bytes);
  writer.text(eventType);
  writer.byte((2 << 3) | wireType.bytes);
  const mark = writer.open();
  writer.byte((1 << 3) | wireType.bytes);
  writer.varint(enveloped.length);
  writer.raw(enveloped);
  writer.close(mark);
  const frame = writer.finish();
  new DataView(frame.buffer).setUint32(0, frame.length - 4);
  return frame;
}

/** The counterpart, for one frame without its four bytes of length. */
export function decodeProtobufWatchEvent(frame: Uint8Array): { type: string; object: Uint8Array } {
  const event = { type: "", object: new Uint8Array(0) as Uint8Array };
  const reader = new Reader(frame);
  while (reader.position < reader.size) {
    const key = reader.uint32();
    if (key === ((1 << 3) | wireType.bytes)) event.type = reader.text();
    else if (key === ((2 << 3) | wireType.bytes)) event.object = readSingle(reader);
    else reader.skip(key & 7);
  }
  return event;
}
