import { test } from "node:test";
import assert from "node:assert/strict";
import { kinds } from "#api/kinds.ts";
import { optionalKinds } from "#api/versions.ts";
import { utf8 } from "#base/bytes.ts";
import { seededRandom } from "#base/random.ts";
import { decodeBody } from "#machinery/codec/body.ts";
import { applyDefaults } from "#schema/default.ts";
import { apiVersionOf } from "#schema/message.ts";
import type { KindType } from "#schema/message.ts";
import { encodeProtobufEnvelope } from "#schema/protobuf-envelope.ts";
import { randomObject } from "./random-object.ts";

/** Objects of every kind, from JSON through protobuf and back. */

const protobuf = "application/vnd.kubernetes.protobuf";

function survives(type: KindType, object: Record<string, unknown>): void {
  const sent = structuredClone(object);
  const fromJson = decodeBody(type, utf8(JSON.stringify(sent)), { fieldValidation: "Strict" });
  assert.deepEqual(fromJson.object, object, "JSON reads as it was written");
  const bytes = encodeProtobufEnvelope(type, fromJson.object);
  const fromProtobuf = decodeBody(type, bytes, { contentType: protobuf });
  assert.deepEqual(
    applyDefaults(type, structuredClone(fromProtobuf.object)),
    applyDefaults(type, structuredClone(object)),
    "protobuf reads as it was written",
  );
  assert.deepEqual(
    encodeProtobufEnvelope(type, fromProtobuf.object),
    bytes,
    "and writes the same bytes again",
  );
}

for (const type of [...kinds, ...optionalKinds]) {
  test(`${apiVersionOf(type.info)} ${type.info.kind} survives JSON and protobuf`, () => {
    for (let seed = 1; seed <= 3; seed++) {
      survives(type, randomObject(type, { random: seededRandom(seed) }));
      survives(type, randomObject(type, { random: seededRandom(seed), share: 0.5 }));
      survives(type, randomObject(type, { random: seededRandom(seed), share: 0.1 }));
    }
  });
}
