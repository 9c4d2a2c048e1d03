import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeOpenApiV2 } from "./protobuf.ts";

const document = {
  swagger: "2.0",
  info: { title: "T", version: "1" },
  paths: {
    "/a/{name}": {
      get: {
        produces: ["j"],
        parameters: [{ name: "q", type: "string", in: "query", uniqueItems: true }],
        responses: { "200": { description: "OK", schema: { $ref: "#/definitions/A" } } },
        "x-kubernetes-action": "get",
      },
      parameters: [{ name: "name", in: "path", required: true, type: "string" }],
    },
  },
  definitions: {
    A: {
      type: "object",
      required: ["list"],
      properties: {
        list: { type: "array", items: { type: "string" } },
        map: { type: "object", additionalProperties: { type: "integer", format: "int32" } },
      },
      "x-kubernetes-group-version-kind": [{ group: "", kind: "A", version: "v1" }],
    },
  },
  security: [{ BearerToken: [] }],
  securityDefinitions: { BearerToken: { type: "apiKey", name: "authorization", in: "header" } },
};

test("lays a document out as gnostic's messages", () => {
  const root = fieldsOf(encodeOpenApiV2(document));
  assert.equal(textAt(root, 1), "2.0");
  assert.equal(textAt(root, 2, 1), "T");
  const [path = fail()] = at(root, 8, 2);
  assert.equal(textAt(path, 1), "/a/{name}");
  const [get = fail()] = at(path, 2, 2);
  assert.equal(textAt(get, 6), "j");
  assert.equal(textAt(get, 8, 1, 2, 3, 4), "q");
  assert.equal(textAt(get, 9, 1, 1), "200");
  assert.equal(textAt(get, 9, 1, 2, 1, 2, 1, 1), "#/definitions/A");
  assert.deepEqual([textAt(get, 13, 1), textAt(get, 13, 2, 2)], ["x-kubernetes-action", '"get"\n']);
  assert.equal(textAt(path, 2, 9, 1, 2, 4, 4), "name");

  const [definition = fail()] = at(root, 9, 1);
  assert.equal(textAt(definition, 1), "A");
  const [schema = fail()] = at(definition, 2);
  assert.deepEqual([textAt(schema, 22, 1), textAt(schema, 19)], ["object", "list"]);
  const [list = fail(), map = fail()] = at(schema, 25, 1);
  assert.equal(textAt(list, 2, 23, 1, 22, 1), "string");
  assert.equal(textAt(map, 2, 21, 1, 2), "int32");
  assert.equal(textAt(schema, 31, 2, 2), '[{"group":"","kind":"A","version":"v1"}]\n');
  assert.equal(textAt(root, 12, 1, 1), "BearerToken");
  assert.equal(textAt(root, 13, 1, 2, 2, 3), "header");
});

test("a property without a place in the messages is not lost in silence", () => {
  assert.throws(() => encodeOpenApiV2({ swagger: "2.0", servers: [] }), /servers has no place/);
});

type Fields = ReadonlyMap<number, readonly Uint8Array[]>;

const fail = (): never => assert.fail("a field is missing");

/** A reader of its own, for documents whose messages have fewer than 16384 bytes. */
function fieldsOf(bytes: Uint8Array): Fields {
  const fields = new Map<number, Uint8Array[]>();
  let position = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[position++] ?? 0;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (position < bytes.length) {
    const tag = varint();
    if ((tag & 7) === 0) {
      varint();
      continue;
    }
    assert.equal(tag & 7, 2);
    const size = varint();
    const number = tag >>> 3;
    fields.set(number, [...(fields.get(number) ?? []), bytes.subarray(position, position + size)]);
    position += size;
  }
  return fields;
}

function bytesAt(fields: Fields, path: readonly number[]): readonly Uint8Array[] {
  const [first = 0, ...rest] = path;
  const found = fields.get(first) ?? [];
  return rest.length ? found.flatMap((bytes) => bytesAt(fieldsOf(bytes), rest)) : found;
}

const at = (fields: Fields, ...path: number[]) => bytesAt(fields, path).map(fieldsOf);

const textAt = (fields: Fields, ...path: number[]) =>
  bytesAt(fields, path)
    .map((bytes) => new TextDecoder().decode(bytes))
    .join();
