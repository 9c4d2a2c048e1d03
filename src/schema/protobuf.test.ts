import { test } from "node:test";
import assert from "node:assert/strict";
import * as field from "./field.ts";
import { kind, message } from "./message.ts";
import type { MessageType } from "./message.ts";
import { decodeProtobuf, encodeProtobuf, ProtobufError } from "./protobuf.ts";
import {
  decodeProtobufEnvelope,
  decodeProtobufWatchEvent,
  encodeProtobufEnvelope,
  encodeProtobufWatchFrame,
} from "./protobuf-envelope.ts";
import { formatDuration, parseDuration } from "#base/duration.ts";

abstract class Inner extends message("test.Inner", {
  name: field.string(1),
  flag: field.bool(2).optional(),
}) {}
abstract class Everything extends kind(
  "test.Everything",
  { group: "test.io", version: "v1", kind: "Everything", resource: "everythings" },
  {
    text: field.string(1).optional(),
    small: field.int32(2).optional(),
    large: field.int64(3).optional(),
    unsigned: field.uint32(4).optional(),
    wide: field.uint64(5).optional(),
    ratio: field.double(6).optional(),
    data: field.bytes(7).optional(),
    amount: field.quantity(8).optional(),
    at: field.time(9).optional(),
    exactly: field.microTime(10).optional(),
    lasts: field.duration(11).optional(),
    port: field.intOrString(12).optional(),
    any: field.json(13).optional(),
    inner: field.object(14, () => Inner).optional(),
    items: field.list(15, () => Inner).optional(),
    numbers: field.list(16, field.int32).optional(),
    words: field.list(1000, field.string).optional(),
    labels: field.map(17, field.string).optional(),
    inners: field.map(18, () => Inner).optional(),
    extra: field.mapOfLists(19).optional(),
    deep: field.string(3).within(20, 2).optional(),
    beside: field.list(4, field.string).within(20).optional(),
  },
) {}

const everything = {
  apiVersion: "test.io/v1",
  kind: "Everything",
  text: `Ünïcode ${"x".repeat(300)}`,
  small: -5,
  large: -1234567890123,
  unsigned: 4294967295,
  wide: 9007199254740991,
  ratio: 0.25,
  data: "AAEC/w==",
  amount: "500m",
  at: "2026-01-02T03:04:05Z",
  exactly: "2026-01-02T03:04:05.000678Z",
  lasts: "1m30s",
  port: "http",
  any: { a: [1, { b: null }] },
  inner: { name: "inner", flag: true },
  items: [{ name: "" }, { name: "é" }],
  numbers: [0, 1, -1, 300],
  words: ["", "a"],
  labels: { a: "b", "": "" },
  inners: { x: { name: "y" } },
  extra: { scopes: ["one", "two"], none: [] },
  deep: "down",
  beside: ["it"],
};

test("what is encoded decodes to itself", () => {
  const bytes = encodeProtobuf(Everything, everything);
  const decoded = decodeProtobuf(Everything, bytes);
  assert.deepEqual(decoded, everything);
});

test("the bytes are protobuf's", () => {
  const cases: [value: object, hex: string][] = [
    [{ text: "abc" }, "0a03616263"],
    [{ small: 300 }, "10ac02"],
    [{ small: -1 }, "10ffffffffffffffffff01"],
    [{ amount: "1" }, "42030a0131"],
    [{ at: "1970-01-01T00:00:01Z" }, "4a0408011000"],
    [{ lasts: "1µs" }, "5a0308e807"],
    [{ port: 80 }, "6206080010501a00"],
    [{ any: 1 }, "6a030a0131"],
    [{ labels: { a: "b" } }, "8a01060a0161120162"],
    [{ extra: { a: ["b"] } }, "9a01080a016112030a0162"],
    [{ deep: "x" }, "a2010512031a0178"],
    [{ words: ["a"] }, "c23e0161"],
  ];
  for (const [value, hex] of cases) {
    assert.equal(Buffer.from(encodeProtobuf(Everything, value)).toString("hex"), hex);
    const decoded: object = decodeProtobuf(Everything, Buffer.from(hex, "hex"));
    assert.deepEqual(decoded, { apiVersion: "test.io/v1", kind: "Everything", ...value });
  }
});

test("packed lists, unknown fields and split messages are read", () => {
  const read = (hex: string): object => decodeProtobuf(Everything, Buffer.from(hex, "hex"));
  const type = { apiVersion: "test.io/v1", kind: "Everything" };
  assert.deepEqual(read("82010401ac0203"), { ...type, numbers: [1, 300, 3] });
  assert.deepEqual(read("f807011000"), { ...type, small: 0 }, "unknown tag 127");
  assert.deepEqual(read("72030a016172021001"), { ...type, inner: { name: "a", flag: true } });
});

test("zeros can be filled in", () => {
  const { text, items, labels, small, inner } = decodeProtobuf(Everything, new Uint8Array(0), {
    fillZero: true,
  });
  assert.deepEqual(
    { text, items, labels, small, inner },
    {
      text: "",
      items: [],
      labels: {},
      small: 0,
      inner: undefined,
    },
  );
  const filled = decodeProtobuf(Everything, Buffer.from("7200", "hex"), { fillZero: true });
  assert.deepEqual(filled.inner, { name: "", flag: false });
});

test("numbers beyond 2^53 are rounded, not refused", () => {
  const large = Number("1767225600123456789");
  const bytes = encodeProtobuf(Everything, { large });
  assert.equal(decodeProtobuf(Everything, bytes).large, large);
});

test("broken bytes are refused", () => {
  for (const hex of ["0a05", "0a", "10ffffffffffffffffffffff", "0d01", "4a040801"]) {
    assert.throws(() => decodeProtobuf(Everything, Buffer.from(hex, "hex")), ProtobufError, hex);
  }
});

test("an envelope names the kind", () => {
  const bytes = encodeProtobufEnvelope(Everything, { text: "x" });
  assert.equal(Buffer.from(bytes.subarray(0, 4)).toString(), "k8s\0");
  const { apiVersion, kind, raw } = decodeProtobufEnvelope(bytes);
  assert.deepEqual([apiVersion, kind], ["test.io/v1", "Everything"]);
  assert.equal(decodeProtobuf(Everything, raw).text, "x");
  assert.throws(() => decodeProtobufEnvelope(Buffer.from("{}")), ProtobufError);
  const frame = encodeProtobufWatchFrame("ADDED", bytes);
  assert.equal(new DataView(frame.buffer).getUint32(0), frame.length - 4);
  const event = decodeProtobufWatchEvent(frame.subarray(4));
  assert.equal(event.type, "ADDED");
  assert.deepEqual(Buffer.from(event.object), Buffer.from(bytes));
});

test("durations read and print as Go's", () => {
  const cases: [text: string, nanos: number, printed?: string][] = [
    ["0s", 0],
    ["1m30s", 90e9],
    ["1h0m0s", 3600e9],
    ["90m", 5400e9, "1h30m0s"],
    ["1.5s", 1.5e9],
    ["100ms", 1e8],
    ["-2us", -2000, "-2µs"],
    ["5ns", 5],
  ];
  for (const [text, nanos, printed = text] of cases) {
    assert.equal(parseDuration(text), nanos, text);
    assert.equal(formatDuration(nanos), printed);
  }
  for (const wrong of ["", "5", "s", "1x", "1s!", "1 s"])
    assert.equal(parseDuration(wrong), undefined);
});

test("what is nested without end is refused", () => {
  abstract class Deep extends message("test.Deep", {
    inner: field.object(1, (): MessageType => Deep).optional(),
    any: field.json(2).optional(),
  }) {}
  const nested = (depth: number): object => (depth === 0 ? {} : { inner: nested(depth - 1) });
  decodeProtobuf(Deep, encodeProtobuf(Deep, nested(900)));
  const deep = encodeProtobuf(Deep, nested(1100));
  assert.throws(() => decodeProtobuf(Deep, deep), new ProtobufError("exceeded max depth"));
  let list: unknown[] = [];
  for (let depth = 0; depth < 1100; depth++) list = [list];
  const any = encodeProtobuf(Deep, { any: list });
  assert.throws(() => decodeProtobuf(Deep, any), /exceeded max depth/);
});

test("zeros travel or not, as the definition says", () => {
  abstract class Zeros extends message("test.Zeros", {
    text: field.string(1).optional(),
    pointer: field.string(2).explicit().optional(),
    count: field.int32(3).optional(),
    plain: field.int32(4).implicit().optional(),
    required: field.bool(5),
    inner: field.object(6, () => Inner).default({ name: "" }),
    at: field.time(7).optional(),
  }) {}
  const zero = encodeProtobuf(Zeros, {}, { fillZero: true });
  // Text, plain number, required flag, a message with its own empty name, a time that is not set.
  assert.deepEqual([...zero], [10, 0, 32, 0, 40, 0, 50, 2, 10, 0, 58, 0]);
  assert.deepEqual(decodeProtobuf(Zeros, zero), { required: false, inner: {} });
  const said = { text: "", pointer: "", count: 0, plain: 0, required: false };
  assert.deepEqual(decodeProtobuf(Zeros, encodeProtobuf(Zeros, said)), {
    pointer: "",
    count: 0,
    required: false,
  });
});
