import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes, text, utf8 } from "#base/bytes.ts";
import { zlibHeaderCodec } from "../node/zlib.ts";
import { spdyDictionary } from "./dictionary.ts";
import {
  decodeHeaders,
  encodeFrame,
  encodeHeaders,
  FrameReader,
  SpdyProtocolError,
  type SpdyFrame,
} from "./frames.ts";

const frames: SpdyFrame[] = [
  { type: "settings", initialWindow: 65536 },
  { type: "syn-stream", id: 1, fin: false, unidirectional: true, block: utf8("block") },
  { type: "syn-reply", id: 1, fin: true, block: utf8("") },
  { type: "headers", id: 3, fin: false, block: utf8("more") },
  { type: "rst-stream", id: 5, status: 5 },
  { type: "ping", id: 0x80000001 },
  { type: "goaway", lastId: 7, status: 0 },
  { type: "window-update", id: 0, delta: 0x7fffffff },
  { type: "data", id: 9, fin: true, bytes: utf8("") },
  { type: "data", id: 9, fin: true, bytes: utf8("hello") },
];

test("frames survive the wire, however they are cut", () => {
  const wire = concatBytes(frames.map(encodeFrame));
  for (const size of [1, 2, 3, 7, 8, 9, 20, wire.length]) {
    const reader = new FrameReader();
    const read: SpdyFrame[] = [];
    for (let offset = 0; offset < wire.length; offset += size) {
      for (const frame of reader.feed(wire.slice(offset, offset + size))) {
        const last = read.at(-1);
        // A long DATA frame comes in pieces.
        if (frame.type === "data" && last?.type === "data" && !last.fin) {
          last.bytes = concatBytes([last.bytes, frame.bytes]);
          last.fin = frame.fin;
        } else read.push({ ...frame });
      }
    }
    assert.deepEqual(read, frames, `in pieces of ${size}`);
  }
});

test("the bytes are those of the draft", () => {
  const hex = (frame: SpdyFrame) => Buffer.from(encodeFrame(frame)).toString("hex");
  assert.equal(hex({ type: "ping", id: 1 }), "800300060000000400000001");
  assert.equal(hex({ type: "rst-stream", id: 1, status: 5 }), "80030003000000080000000100000005");
  assert.equal(hex({ type: "data", id: 1, fin: true, bytes: utf8("a") }), "000000010100000161");
  assert.equal(
    hex({ type: "settings", initialWindow: 65536 }),
    "800300040000000c000000010000000700010000",
  );
  assert.equal(
    hex({ type: "syn-stream", id: 1, fin: false, unidirectional: false, block: utf8("") }),
    "800300010000000a00000001000000000000",
  );
});

test("garbage is not taken for frames", () => {
  const feed = (...bytes: number[]) => [...new FrameReader().feed(new Uint8Array(bytes))];
  assert.throws(
    () => feed(...utf8("GET / HTTP/1.1\r\n").map((byte) => byte | 0x80)),
    SpdyProtocolError,
  );
  assert.throws(() => feed(0x80, 2, 0, 6, 0, 0, 0, 4, 0, 0, 0, 1), /SPDY version 2, want 3/);
  assert.throws(() => feed(0x80, 3, 0, 1, 0, 0xff, 0xff, 0xff), /control frame of 16777215 bytes/);
  assert.throws(() => feed(0, 0, 0, 0, 0, 0, 0, 1, 0), /stream 0/);
  assert.throws(() => feed(0x80, 3, 0, 3, 0, 0, 0, 2, 0, 0), /too short/);
  assert.throws(() => feed(0x80, 3, 0, 4, 0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff), /too short/);
  assert.deepEqual(feed(0x80, 3, 0, 77, 0, 0, 0, 1, 5), [], "an unknown type is skipped");
});

test("header blocks", async () => {
  const headers = new Map([
    ["streamtype", "error"],
    ["port", "8080"],
    ["empty", ""],
  ]);
  assert.deepEqual(decodeHeaders(encodeHeaders(headers)), headers);
  assert.throws(() => decodeHeaders(utf8("\0\0\0\x01\0\0\0\x09abc")), /cut short/);
  assert.throws(() => decodeHeaders(utf8("\0")), /cut short/);

  const [ours, theirs] = [zlibHeaderCodec(), zlibHeaderCodec()];
  for (let round = 0; round < 20; round++) {
    const block = encodeHeaders(new Map([...headers, ["requestid", String(round)]]));
    const compressed = await ours.compress(block);
    if (round > 0) assert.ok(compressed.length < block.length, "earlier blocks help");
    assert.deepEqual(await theirs.decompress(compressed), block);
  }
  await assert.rejects(theirs.decompress(utf8("garbage, not zlib")), SpdyProtocolError);
  await assert.rejects(theirs.decompress(utf8("")), SpdyProtocolError, "and it stays broken");
  const bomb = await ours.compress(new Uint8Array(200_000));
  await assert.rejects(zlibHeaderCodec().decompress(bomb), SpdyProtocolError);
  ours.close();
  await assert.rejects(ours.compress(utf8("x")), SpdyProtocolError);
});

test("the dictionary is SPDY/3's", () => {
  const dictionary = spdyDictionary();
  assert.equal(dictionary.length, 1423);
  let [low, high] = [1, 0];
  for (const byte of dictionary) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  assert.equal((high * 65536 + low).toString(16), "e3c6a7c2");
  assert.match(text(dictionary), /enq=0\.$/);
});
