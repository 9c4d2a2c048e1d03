import type { Bytes } from "#base/bytes.ts";
import { invariant } from "#base/invariant.ts";
import { isRecord } from "#schema/decode.ts";
import { Writer, wireType } from "#schema/protobuf-wire.ts";

/** What kubectl asks for, in its two spellings, and how the answer calls itself. */
export const protobufTypes: readonly string[] = [
  "application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
  "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
];
export const protobufType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/**
 * An OpenAPI version 2 document as gnostic's `openapi.v2.Document`: kubectl reads no other form
 * of it, and asks for it where it meets a kind that the server does not have. A property that
 * these messages have no place for is a programmer's error.
 */
export function encodeOpenApiV2(document: object): Bytes {
  const writer = new Writer();
  message(documentFields)(writer, document);
  return writer.finish();
}

/** Writes the content of one value: text, or the fields of a message. */
type Write = (writer: Writer, value: unknown) => void;

/** Writes a field with its tag, as often as it has values. */
type Field = (writer: Writer, value: unknown) => void;

type Fields = Readonly<Record<string, Field>>;

function tag(writer: Writer, number: number, type: number): void {
  writer.varint(number * 8 + type);
}

function text(number: number): Field {
  return (writer, value) => {
    invariant(typeof value === "string", "an OpenAPI text is a string");
    tag(writer, number, wireType.bytes);
    writer.text(value);
  };
}

/** A count, which is never negative. */
function integer(number: number): Field {
  return (writer, value) => {
    invariant(typeof value === "number", "an OpenAPI count is a number");
    tag(writer, number, wireType.varint);
    writer.varint(value);
  };
}

function double(number: number): Field {
  return (writer, value) => {
    invariant(typeof value === "number", "an OpenAPI bound is a number");
    tag(writer, number, wireType.fixed64);
    writer.double(value);
  };
}

function flag(number: number): Field {
  return (writer, value) => {
    if (value !== true) return;
    tag(writer, number, wireType.varint);
    writer.byte(1);
  };
}

/** A field of a message's content. */
function one(number: number, write: Write): Field {
  return (writer, value) => {
    tag(writer, number, wireType.bytes);
    const mark = writer.open();
    write(writer, value);
    writer.close(mark);
  };
}

function each(field: Field): Field {
  return (writer, values) => {
    invariant(Array.isArray(values), "an OpenAPI list is an array");
    for (const value of values) field(writer, value);
  };
}

/** A map, as a list of names and values. */
function named(number: number, write: Write): Field {
  const name = text(1);
  const content = one(2, write);
  const entry = one(number, (writer, value) => {
    const [key, item] = value as [string, unknown];
    name(writer, key);
    content(writer, item);
  });
  return (writer, map) => {
    for (const pair of Object.entries(record(map))) entry(writer, pair);
  };
}

/** Vendor extensions, `x-...`, are kept apart, each as the YAML (here: JSON) of its value. */
function message(fields: Fields, extensions?: number): Write {
  const yaml = text(2);
  const extension = named(extensions ?? 0, (writer, value) =>
    yaml(writer, `${JSON.stringify(value)}\n`),
  );
  return (writer, value) => {
    for (const [key, item] of Object.entries(record(value))) {
      if (item === undefined) continue;
      const field = fields[key];
      if (field) {
        field(writer, item);
        continue;
      }
      invariant(
        extensions !== undefined && key.startsWith("x-"),
        `${key} has no place in protobuf`,
      );
      extension(writer, { [key]: item });
    }
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  invariant(isRecord(value), "an OpenAPI object is an object");
  return value;
}

/** The content of a message that has one field. */
const only = (field: Field): Write => field;

const any: Write = (writer, value) => text(2)(writer, `${JSON.stringify(value)}\n`);
/** Schemas contain schemas. */
const schema: Write = (writer, value) => schemaMessage(writer, value);

const additionalProperties: Write = (writer, value) =>
  typeof value === "boolean" ? flag(2)(writer, value) : one(1, schema)(writer, value);

const schemaMessage = message(
  {
    $ref: text(1),
    format: text(2),
    title: text(3),
    description: text(4),
    default: one(5, any),
    multipleOf: double(6),
    maximum: double(7),
    exclusiveMaximum: flag(8),
    minimum: double(9),
    exclusiveMinimum: flag(10),
    maxLength: integer(11),
    minLength: integer(12),
    pattern: text(13),
    maxItems: integer(14),
    minItems: integer(15),
    uniqueItems: flag(16),
    maxProperties: integer(17),
    minProperties: integer(18),
    required: each(text(19)),
    enum: each(one(20, any)),
    additionalProperties: one(21, additionalProperties),
    type: one(22, only(text(1))),
    items: one(23, only(one(1, schema))),
    properties: one(25, only(named(1, schema))),
    externalDocs: one(29, message({ description: text(1), url: text(2) })),
    example: one(30, any),
  },
  31,
);

const bodyParameter = message(
  { description: text(1), name: text(2), in: text(3), required: flag(4), schema: one(5, schema) },
  6,
);
const pathParameter = message(
  {
    required: flag(1),
    in: text(2),
    description: text(3),
    name: text(4),
    type: text(5),
    uniqueItems: flag(19),
  },
  22,
);
const queryParameter = message(
  {
    required: flag(1),
    in: text(2),
    description: text(3),
    name: text(4),
    type: text(6),
    uniqueItems: flag(20),
  },
  23,
);

const parameter: Write = (writer, value) => {
  const place = record(value)["in"];
  invariant(place === "body" || place === "path" || place === "query", "a parameter has a place");
  const inside = {
    body: one(1, bodyParameter),
    path: one(2, only(one(4, pathParameter))),
    query: one(2, only(one(3, queryParameter))),
  }[place];
  inside(writer, value);
};
/** A `ParametersItem`, which could be a reference instead. */
const parameters = (number: number) => each(one(number, only(one(1, parameter))));

const response = message({ description: text(1), schema: one(2, only(one(1, schema))) }, 5);

const operation = message(
  {
    tags: each(text(1)),
    summary: text(2),
    description: text(3),
    operationId: text(5),
    produces: each(text(6)),
    consumes: each(text(7)),
    parameters: parameters(8),
    responses: one(9, only(named(1, only(one(1, response))))),
    schemes: each(text(10)),
  },
  13,
);

const pathItem = message(
  {
    get: one(2, operation),
    put: one(3, operation),
    post: one(4, operation),
    delete: one(5, operation),
    options: one(6, operation),
    head: one(7, operation),
    patch: one(8, operation),
    parameters: parameters(9),
  },
  10,
);

const apiKey = message({ type: text(1), name: text(2), in: text(3), description: text(4) }, 5);

const documentFields: Fields = {
  swagger: text(1),
  info: one(2, message({ title: text(1), version: text(2), description: text(3) }, 7)),
  paths: one(8, only(named(2, pathItem))),
  definitions: one(9, only(named(1, schema))),
  security: each(one(12, only(named(1, only(each(text(1))))))),
  securityDefinitions: one(13, only(named(1, only(one(2, apiKey))))),
};
