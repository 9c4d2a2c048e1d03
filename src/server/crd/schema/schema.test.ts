import { test } from "node:test";
import assert from "node:assert/strict";
import { fieldErrorText } from "#machinery/validation/field-error.ts";
import { applySchemaDefaults } from "./defaults.ts";
import { findFieldPath } from "./field-path.ts";
import { isKnownFormat, isOfFormat } from "./formats.ts";
import type { JsonSchema } from "./json-schema.ts";
import { patternError, compilePattern } from "./pattern.ts";
import { pruneNulls, pruneResource } from "./prune.ts";
import { validateValue } from "./validate-value.ts";

const object = (properties: Record<string, JsonSchema>, more: JsonSchema = {}): JsonSchema => ({
  type: "object",
  properties,
  ...more,
});
const string: JsonSchema = { type: "string" };

test("prunes what the schema does not know, at any depth", () => {
  const schema = object({
    spec: object(
      { known: object({ a: string }), list: { type: "array", items: object({ a: string }) } },
      { "x-kubernetes-preserve-unknown-fields": true },
    ),
    map: { type: "object", additionalProperties: object({ a: string }) },
    plain: object({ a: string }),
  });
  const value = {
    apiVersion: "v1",
    kind: "X",
    metadata: { name: "x" },
    spec: { other: { b: 1 }, known: { a: "", b: 1 }, list: [{ a: "", b: 1 }] },
    map: { x: { a: "", b: 1 } },
    plain: { a: "", b: 1 },
    constructor: 1,
  };
  assert.deepEqual(pruneResource(value, schema), [
    "constructor",
    "map.x.b",
    "plain.b",
    "spec.known.b",
    "spec.list[0].b",
  ]);
  assert.deepEqual(value.spec, { other: { b: 1 }, known: { a: "" }, list: [{ a: "" }] });
});

test("nulls stay where they are allowed, and give way to defaults where they are not", () => {
  const schema = object({
    free: { type: "string", nullable: true },
    given: { type: "string", nullable: true, default: "x" },
    filled: { type: "string", default: "y" },
    dropped: string,
    list: { type: "array", items: object({ a: { type: "string", default: "z" } }) },
  });
  const value = { free: null, given: null, filled: null, dropped: null, list: [{}, { a: null }] };
  pruneNulls(value, schema);
  applySchemaDefaults(value, schema);
  assert.deepEqual(value, {
    free: null,
    given: null,
    filled: "y",
    list: [{ a: "z" }, { a: "z" }],
  });
  const empty = {};
  applySchemaDefaults(empty, schema);
  assert.deepEqual(empty, { given: "x", filled: "y" });
});

const cases: [schema: JsonSchema, value: unknown, errors: string[]][] = [
  [string, null, ['x: Invalid value: "null": x in body must be of type string: "null"']],
  [{ type: "string", nullable: true }, null, []],
  [{ type: "integer" }, 5, []],
  [
    { type: "integer" },
    1.5,
    [
      'x: Invalid value: "number": x in body must be of type integer: "number"',
      '<nil>: Invalid value: "": Checked value must be of type integer (default format) in x',
    ],
  ],
  [
    { type: "integer", format: "int32" },
    3_000_000_000,
    ['<nil>: Invalid value: "": Checked value must be of type integer with format int32 in x'],
  ],
  [
    { "x-kubernetes-int-or-string": true },
    true,
    ['x: Invalid value: "boolean": x in body must be of type integer,string: "boolean"'],
  ],
  [
    { type: "number", multipleOf: 0.5 },
    0.3,
    ["x: Invalid value: 0.3: x in body should be a multiple of 0.5"],
  ],
  [{ type: "number", multipleOf: 0.1 }, 0.7, []],
  [
    { type: "number", minimum: 0, exclusiveMinimum: true },
    0,
    ["x: Invalid value: 0: x in body should be greater than 0"],
  ],
  [{ type: "string", maxLength: 2 }, "🙂🙂", []],
  [{ type: "string", maxLength: 1 }, "🙂🙂", ["x: Too long: may not be more than 1 bytes"]],
  [
    { type: "string", minLength: 3, pattern: "^a" },
    "b",
    ['x: Invalid value: "b": x in body should be at least 3 chars long'],
  ],
  [
    { type: "string", format: "date-time" },
    "x",
    ['x: Invalid value: "x": x in body must be of type date-time: "x"'],
  ],
  [{ type: "string", format: "unheard-of" }, "x", []],
  [
    { type: "array", minItems: 1, items: string },
    [],
    ["x: Invalid value: 0: x in body should have at least 1 items"],
  ],
  [
    { type: "array", maxItems: 1, items: string },
    ["", ""],
    ["x: Too many: 2: must have at most 1 item"],
  ],
  [
    object({}, { minProperties: 1, required: ["a"] }),
    {},
    ["x: Invalid value: 0: x in body should have at least 1 properties", "x.a: Required value"],
  ],
  [
    { type: "string", anyOf: [{ pattern: "^a" }, { pattern: "^b" }] },
    "c",
    [
      '<nil>: Invalid value: "": "x" must validate at least one schema (anyOf)',
      "x: Invalid value: \"c\": x in body should match '^a'",
    ],
  ],
  [
    object({ a: string, b: string }, { oneOf: [{ required: ["a"] }, { required: ["b"] }] }),
    { a: "", b: "" },
    [
      '<nil>: Invalid value: "": "x" must validate one and only one schema (oneOf). Found 2 valid ' +
        "alternatives",
    ],
  ],
  [
    { type: "integer", allOf: [{ minimum: 3 }, { maximum: 5 }] },
    7,
    [
      "x: Invalid value: 7: x in body should be less than or equal to 5",
      '<nil>: Invalid value: "": "x" must validate all the schemas (allOf)',
    ],
  ],
  [
    { type: "string", not: { enum: ["bad"] } },
    "bad",
    ['<nil>: Invalid value: "": "x" must not validate the schema (not)'],
  ],
];
for (const [schema, value, errors] of cases) {
  test(`${JSON.stringify(value)} by ${JSON.stringify(schema)}`, () => {
    const found = validateValue({ x: value }, object({ x: schema }));
    assert.deepEqual(found.map(fieldErrorText), errors);
  });
}

test("patterns are Go's", () => {
  assert.ok(compilePattern("^[[:alpha:]]+\\z").test("abc"));
  assert.ok(compilePattern("(?i)^ABC$").test("abc"));
  assert.ok(compilePattern("^(?P<name>a)\\-b$").test("a-b"));
  assert.ok(!compilePattern("^a$").test("a\n"));
  assert.equal(
    patternError("a(?=b)"),
    "error parsing regexp: invalid or unsupported Perl syntax: `(?=`",
  );
  assert.equal(patternError("(a)\\1"), "error parsing regexp: invalid escape sequence: `\\1`");
  assert.equal(patternError("[a"), "error parsing regexp: missing closing ]: `[a`");
  assert.equal(patternError("^a+$"), undefined);
});

test("formats are those that upstream knows", () => {
  const good: [format: string, value: string][] = [
    ["ipv4", "10.0.0.1"],
    ["ipv6", "::1"],
    ["cidr", "10.0.0.0/8"],
    ["date", "2024-02-29"],
    ["date-time", "2014-12-15T19:30:20.000Z"],
    ["duration", "1h30m"],
    ["duration", "22 ns"],
    ["email", "a@b.c"],
    ["hostname", "example.com"],
    ["uuid4", "9b2d7a52-1f1e-4c43-8a3f-1b2c3d4e5f60"],
    ["byte", "YQ=="],
    ["isbn10", "0321751043"],
    ["isbn13", "978-0321751041"],
    ["hexcolor", "#FFFFFF"],
    ["k8s-short-name", "a-b"],
  ];
  for (const [format, value] of good) {
    assert.ok(isKnownFormat(format, "string"), format);
    assert.ok(isOfFormat(value, format), `${format} ${value}`);
  }
  const bad: [format: string, value: string][] = [
    ["ipv4", "10.0.0.256"],
    ["date", "2023-02-29"],
    ["date-time", "2014-12-15 19:30:20"],
    ["email", "a"],
    ["uuid", "x"],
    ["isbn", "0321751044"],
    ["k8s-long-name", "a..b"],
  ];
  for (const [format, value] of bad) assert.ok(!isOfFormat(value, format), `${format} ${value}`);
  assert.ok(!isKnownFormat("int32", "string"));
  assert.ok(isKnownFormat("int32", "integer"));
});

test("paths lead through fields and keys", () => {
  const schema = object({
    spec: object({ "a.b": string, labels: { type: "object", additionalProperties: string } }),
  });
  const find = (path: string) => findFieldPath(path, schema, { arrays: true });
  assert.equal((find(".spec['a.b']") as { path: string }).path, "spec.a.b");
  assert.equal((find(".spec.labels['x']") as { path: string }).path, "spec.labels[x]");
  assert.deepEqual(find(".spec.nope"), { problem: "does not refer to a valid field" });
  assert.deepEqual(find(".spec["), { problem: "unexpected end of JSON path" });
  assert.deepEqual(find(".spec[0]"), { problem: "expected single quoted string but got 0" });
});
