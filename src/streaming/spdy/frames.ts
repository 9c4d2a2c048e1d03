import { concatBytes, text, utf8, type Bytes } from "#base/bytes.ts";

/** The frames of SPDY/3.1 (draft-mbelshe-httpbis-spdy-3.1). Header blocks are still compressed. */
export type SpdyFrame =
  | { type: "syn-stream"; id: number; fin: boolean; unidirectional: boolean; block: Bytes }
  | { type: "syn-reply"; id: number; fin: boolean; block: Bytes }
  | { type: "headers"; id: number; fin: boolean; block: Bytes }
  | { type: "rst-stream"; id: number; status: number }
  | { type: "settings"; initialWindow: number | undefined }
  | { type: "ping"; id: number }
  | { type: "goaway"; lastId: number; status: number }
  | { type: "window-update"; id: number; delta: number }
  /** A long frame arrives in pieces; `fin` is on its last. */
  | { type: "data"; id: number; fin: boolean; bytes: Bytes };

/** Why a stream was reset. */
export const resetStatus = {
  protocolError: 1,
  invalidStream: 2,
  refusedStream: 3,
  cancel: 5,
  flowControlError: 7,
} as const;

export const goAwayStatus = { ok: 0, protocolError: 1 } as const;

/** The bytes on the wire are not SPDY/3.1. Nothing after them can be trusted. */
export class SpdyProtocolError extends Error {
  override name = "SpdyProtocolError";
}

const controlBit = 0x80000000;
const version = 3;
const kinds = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  headers: 8,
  windowUpdate: 9,
} as const;
const flagFin = 0x01;
const flagUnidirectional = 0x02;
const settingInitialWindow = 7;

/** Far beyond what a stream's few headers need; a longer control frame is garbage or an attack. */
const controlLengthMax = 64 * 1024;

export function encodeFrame(frame: SpdyFrame): Bytes {
  switch (frame.type) {
    case "data":
      return concatBytes([header(frame.id, frame.fin ? flagFin : 0, frame.bytes), frame.bytes]);
    case "syn-stream": {
      const flags = (frame.fin ? flagFin : 0) | (frame.unidirectional ? flagUnidirectional : 0);
      const fixed = concatBytes([words(frame.id, 0), new Uint8Array(2)]);
      return control(kinds.synStream, flags, [fixed, frame.block]);
    }
    case "syn-reply":
      return control(kinds.synReply, frame.fin ? flagFin : 0, [words(frame.id), frame.block]);
    case "headers":
      return control(kinds.headers, frame.fin ? flagFin : 0, [words(frame.id), frame.block]);
    case "rst-stream":
      return control(kinds.rstStream, 0, [words(frame.id, frame.status)]);
    case "settings": {
      if (frame.initialWindow === undefined) return control(kinds.settings, 0, [words(0)]);
      return control(kinds.settings, 0, [words(1, settingInitialWindow, frame.initialWindow)]);
    }
    case "ping":
      return control(kinds.ping, 0, [words(frame.id)]);
    case "goaway":
      return control(kinds.goaway, 0, [words(frame.lastId, frame.status)]);
    case "window-update":
      return control(kinds.windowUpdate, 0, [words(frame.id, frame.delta)]);
    default:
      return frame satisfies never;
  }
}

/** Cuts a stream of bytes into frames, whatever the chunks it arrives in. */
export class FrameReader {
  #pending: Uint8Array[] = [];
  #pendingSize = 0;
  #data: { id: number; fin: boolean; remaining: number } | undefined;

  /** The frames that these bytes complete. Throws `SpdyProtocolError`. */
  *feed(chunk: Bytes): Generator<SpdyFrame, void, undefined> {
    let rest: Bytes = chunk;
    while (rest.length > 0) {
      if (this.#data) {
        const piece = rest.subarray(0, this.#data.remaining);
        rest = rest.subarray(piece.length);
        yield* this.#takeData(this.#data, piece);
        continue;
      }
      this.#pending.push(rest);
      this.#pendingSize += rest.length;
      if (this.#pendingSize < 8) return;
      const whole = this.#pending.length === 1 ? rest : concatBytes(this.#pending);
      const view = viewOf(whole);
      const first = view.getUint32(0);
      const flags = view.getUint8(4);
      const length = view.getUint32(4) & 0xffffff;
      if (first & controlBit) {
        checkControl(first, length);
        if (whole.length < 8 + length) {
          this.#pending = [whole];
          return;
        }
        this.#pending = [];
        this.#pendingSize = 0;
        const frame = decodeControl(first & 0xffff, flags, whole.subarray(8, 8 + length));
        if (frame) yield frame;
        rest = whole.subarray(8 + length);
      } else {
        this.#pending = [];
        this.#pendingSize = 0;
        if (first === 0) throw new SpdyProtocolError("a DATA frame for stream 0");
        rest = whole.subarray(8);
        const data = { id: first, fin: (flags & flagFin) !== 0, remaining: length };
        if (length > 0) this.#data = data;
        else yield { type: "data", id: data.id, fin: data.fin, bytes: rest.subarray(0, 0) };
      }
    }
  }

  *#takeData(data: { id: number; fin: boolean; remaining: number }, piece: Bytes) {
    data.remaining -= piece.length;
    const last = data.remaining === 0;
    if (last) this.#data = undefined;
    yield { type: "data", id: data.id, fin: data.fin && last, bytes: piece } satisfies SpdyFrame;
  }
}

function checkControl(first: number, length: number): void {
  const seen = (first >>> 16) & 0x7fff;
  if (seen !== version) throw new SpdyProtocolError(`SPDY version ${seen}, want ${version}`);
  if (length > controlLengthMax) {
    throw new SpdyProtocolError(`a control frame of ${length} bytes, at most ${controlLengthMax}`);
  }
}

function decodeControl(kind: number, flags: number, body: Bytes): SpdyFrame | undefined {
  const view = viewOf(body);
  const fin = (flags & flagFin) !== 0;
  const need = (length: number) => {
    if (body.length < length) throw new SpdyProtocolError(`control frame ${kind} is too short`);
  };
  const id = () => {
    const value = view.getUint32(0) & 0x7fffffff;
    if (value === 0) throw new SpdyProtocolError(`control frame ${kind} for stream 0`);
    return value;
  };
  switch (kind) {
    case kinds.synStream: {
      need(10);
      const unidirectional = (flags & flagUnidirectional) !== 0;
      return { type: "syn-stream", id: id(), fin, unidirectional, block: body.subarray(10) };
    }
    case kinds.synReply:
      need(4);
      return { type: "syn-reply", id: id(), fin, block: body.subarray(4) };
    case kinds.headers:
      need(4);
      return { type: "headers", id: id(), fin, block: body.subarray(4) };
    case kinds.rstStream:
      need(8);
      return { type: "rst-stream", id: id(), status: view.getUint32(4) };
    case kinds.settings:
      need(4);
      return decodeSettings(view, body.length);
    case kinds.ping:
      need(4);
      return { type: "ping", id: view.getUint32(0) };
    case kinds.goaway:
      need(8);
      return { type: "goaway", lastId: view.getUint32(0) & 0x7fffffff, status: view.getUint32(4) };
    case kinds.windowUpdate: {
      need(8);
      const delta = view.getUint32(4) & 0x7fffffff;
      return { type: "window-update", id: view.getUint32(0) & 0x7fffffff, delta };
    }
    default:
      // The draft (section 2.2.1): a control frame of unknown type is ignored.
      return undefined;
  }
}

function decodeSettings(view: DataView, length: number): SpdyFrame {
  const count = view.getUint32(0);
  if (length < 4 + count * 8) throw new SpdyProtocolError("a SETTINGS frame is too short");
  let initialWindow: number | undefined;
  for (let index = 0; index < count; index++) {
    const setting = view.getUint32(4 + index * 8) & 0xffffff;
    if (setting === settingInitialWindow) initialWindow = view.getUint32(8 + index * 8);
  }
  return { type: "settings", initialWindow };
}

/** Multiple values of a name are joined by NUL, as on the wire. Names are lower case. */
export type SpdyHeaders = ReadonlyMap<string, string>;

export function encodeHeaders(headers: SpdyHeaders): Bytes {
  const parts: Uint8Array[] = [words(headers.size)];
  for (const [name, value] of headers) {
    for (const part of [utf8(name.toLowerCase()), utf8(value)])
      parts.push(words(part.length), part);
  }
  return concatBytes(parts);
}

export function decodeHeaders(block: Bytes): SpdyHeaders {
  const view = viewOf(block);
  const headers = new Map<string, string>();
  let offset = 4;
  const next = () => {
    if (offset + 4 > block.length) throw new SpdyProtocolError("a header block is cut short");
    const length = view.getUint32(offset);
    const start = offset + 4;
    offset = start + length;
    if (offset > block.length) throw new SpdyProtocolError("a header block is cut short");
    return text(block.subarray(start, offset));
  };
  if (block.length < 4) throw new SpdyProtocolError("a header block is cut short");
  const count = view.getUint32(0);
  for (let index = 0; index < count; index++) {
    const name = next().toLowerCase();
    if (headers.has(name)) throw new SpdyProtocolError(`the header ${name} occurs twice`);
    headers.set(name, next());
  }
  return headers;
}

function control(kind: number, flags: number, parts: readonly Uint8Array[]): Bytes {
  const body = concatBytes(parts);
  return concatBytes([header((controlBit | (version << 16) | kind) >>> 0, flags, body), body]);
}

function header(first: number, flags: number, body: Uint8Array): Bytes {
  return words(first, ((flags << 24) | body.length) >>> 0);
}

function words(...values: number[]): Bytes {
  const bytes = new Uint8Array(values.length * 4);
  const view = viewOf(bytes);
  values.forEach((value, index) => view.setUint32(index * 4, value));
  return bytes;
}

function viewOf(bytes: Bytes): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
