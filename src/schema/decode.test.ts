import { test } from "node:test";
import assert from "node:assert/strict";
import { DecodeError, decode } from "./decode.ts";
import * as field from "./field.ts";
import { message } from "./message.ts";
import type { MessageType } from "./message.ts";

abstract class Inner extends message("test.Inner", {
  name: field.string(1).optional(),
}) {}
abstract class Fields extends message("test.Fields", {
  required: field.string(1),
  text: field.string(2).optional(),
  pointer: field.string(3).explicit().optional(),
  count: field.int32(4).optional(),
  plain: field.int32(5).implicit().optional(),
  shown: field.int32(6).implicit().optional().always(),
  list: field.list(7, field.string).optional(),
  shownList: field.list(8, field.string).always().optional(),
  map: field.map(9, field.string).optional(),
  inner: field.object(10, () => Inner).optional(),
}) {}

const empty = () => ({
  required: "",
  text: "",
  pointer: "",
  count: 0,
  plain: 0,
  shown: 0,
  list: [],
  shownList: [],
  map: {},
  inner: { name: "" },
});

test("what holds nothing and says nothing is dropped, as upstream does", () => {
  assert.deepEqual(decode(Fields, empty()), {
    required: "",
    pointer: "",
    count: 0,
    shown: 0,
    shownList: [],
    inner: {},
  });
});

test("whoever applies an empty map keeps it", () => {
  assert.deepEqual(decode(Fields, empty(), { keepEmpty: true }), empty());
});

test("bytes are base64, and kept in one form", () => {
  abstract class Bytes extends message("test.Bytes", { data: field.bytes(1) }) {}
  const read = (data: string) => {
    try {
      return (decode(Bytes, { data }) as { data: string }).data;
    } catch (error) {
      return (error as Error).message.replace("illegal base64 data at input byte ", "");
    }
  };
  const cases: [given: string, outcome: string][] = [
    ["YQ==", "YQ=="],
    ["YQ=\n=", "YQ=="],
    ["YWJj\nZGVm", "YWJjZGVm"],
    ["YR==", "YQ=="],
    ["", ""],
    ["***", "0"],
    ["YQ", "0"],
    ["YWJjZ", "4"],
    ["YWJj=", "4"],
    ["YW Jj", "2"],
    ["YQ=", "3"],
    ["YQ==x", "4"],
  ];
  for (const [given, outcome] of cases) assert.equal(read(given), outcome, given);
});

abstract class Schema extends message("test.Schema", {
  required: field.list(1, field.string).optional(),
  items: field.either(2, (): MessageType => Schema, "list").optional(),
  additionalProperties: field.either(3, (): MessageType => Schema, "bool").optional(),
}) {}

test("what may be a message or something else is checked as what it is", () => {
  const kept = {
    items: [{ required: ["a"] }, { additionalProperties: false }],
    additionalProperties: { items: { required: ["b"] } },
  };
  assert.deepEqual(decode(Schema, structuredClone(kept)), kept);
  for (const wrong of [
    { items: { required: {} } },
    { items: [{ required: {} }] },
    { items: ["a"] },
    { items: true },
    { additionalProperties: [] },
    { additionalProperties: { items: 1 } },
  ]) {
    assert.throws(() => decode(Schema, wrong), DecodeError, JSON.stringify(wrong));
  }
});
