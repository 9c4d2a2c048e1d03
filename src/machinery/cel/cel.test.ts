import assert from "node:assert/strict";
import { test } from "node:test";
import { Deployment } from "#api/apps/v1.ts";
import {
  type AuthorizationQuestion,
  authorizerType,
  authorizerValue,
  compile,
  fromJson,
  jsonPatchLibrary,
  kubernetesEnvironment,
  misplacedPart,
  mutationTypes,
  type Schema,
  toJson,
  typeOfMessage,
  typeOfSchema,
} from "./cel.ts";
import { boolType, dynType, formatType, type Type } from "./types.ts";
import { ErrorValue, type Result, type Value } from "./values.ts";

function valueOf(result: Result): Value {
  assert.ok(!(result instanceof ErrorValue), "the JSON fits its type");
  return result;
}

function run(expression: string, json: unknown, type: Type, costLimit?: number) {
  const environment = kubernetesEnvironment.extend({ variables: { self: type } });
  const compiled = compile(expression, environment);
  assert.ok(compiled.ok, compiled.ok ? "" : compiled.text);
  const self = valueOf(fromJson(json, type));
  return compiled.program.evaluate({ self }, costLimit === undefined ? {} : { costLimit });
}

test("a limit ends an evaluation, and nothing absorbs that", () => {
  const list = Array.from({ length: 100 }, (_, index) => index);
  const result = run("self.all(x, x >= 0) || true", list, dynType, 50);
  assert.deepEqual(
    { ...result, cost: 0 },
    {
      ok: false,
      error: "operation cancelled: actual cost limit exceeded",
      cost: 0,
      costExceeded: true,
    },
  );
});

test("results of other types are refused where a type is asked for", () => {
  const compiled = compile("1 + 1", kubernetesEnvironment, { result: [boolType] });
  assert.equal(compiled.ok ? "accepted" : compiled.text, "must evaluate to bool but got int");
});

test("properties are selected by escaped names", () => {
  const schema: Schema = {
    type: "object",
    properties: {
      "a.b": { type: "integer" },
      "x-y": { type: "integer" },
      for: { type: "integer" },
      a__b: { type: "integer" },
      "a/b": { type: "integer" },
    },
  };
  const type = typeOfSchema(schema) ?? dynType;
  const json = { "a.b": 1, "x-y": 2, for: 3, a__b: 4, "a/b": 5 };
  const expression =
    "[self.a__dot__b, self.x__dash__y, self.__for__, self.a__underscores__b, self.a__slash__b]";
  const result = run(expression, json, type);
  assert.deepEqual(result.ok && result.value, [1, 2, 3, 4, 5]);
});

const listSchema = (listType: string, keys?: readonly string[]): Schema => ({
  type: "array",
  "x-kubernetes-list-type": listType,
  ...(keys && { "x-kubernetes-list-map-keys": keys }),
  items: keys
    ? { type: "object", properties: { k: { type: "string" }, v: { type: "integer" } } }
    : { type: "integer" },
});

const associative: readonly (readonly [string, Schema, unknown, unknown])[] = [
  ["dyn(self.a) == dyn(self.b)", listSchema("set"), [1, 2], [2, 1]],
  ["self.a + self.b == self.a", listSchema("set"), [1, 2], [2]],
  [
    "dyn(self.a) == dyn(self.b)",
    listSchema("map", ["k"]),
    [
      { k: "x", v: 1 },
      { k: "y", v: 2 },
    ],
    [
      { k: "y", v: 2 },
      { k: "x", v: 1 },
    ],
  ],
  [
    "(dyn(self.a) + dyn(self.b))[0].v == 2",
    listSchema("map", ["k"]),
    [{ k: "x", v: 1 }],
    [{ k: "x", v: 2 }],
  ],
  ["self.a != self.b", listSchema("atomic"), [1, 2], [2, 1]],
];

for (const [expression, schema, a, b] of associative) {
  test(`${expression} for a list of type ${schema["x-kubernetes-list-type"]}`, () => {
    const type = typeOfSchema({ type: "object", properties: { a: schema, b: schema } });
    const result = run(expression, { a, b }, type ?? dynType);
    assert.equal(result.ok ? result.value : result.error, true);
  });
}

test("formats become bytes, durations and timestamps; unknown fields stay hidden", () => {
  const type = typeOfSchema({
    type: "object",
    properties: {
      bytes: { type: "string", format: "byte" },
      wait: { type: "string", format: "duration" },
      day: { type: "string", format: "date" },
      any: { "x-kubernetes-preserve-unknown-fields": true },
    },
  });
  const json = { bytes: "aGk=", wait: "90s", day: "2020-02-03", any: 1 };
  const expression =
    "self.bytes == b'hi' && self.wait.getMinutes() == 1 && self.day.getDate() == 3";
  const result = run(expression, json, type ?? dynType);
  assert.equal(result.ok ? result.value : result.error, true);
  const environment = kubernetesEnvironment.extend({ variables: { self: type ?? dynType } });
  const hidden = compile("self.any == 1", environment);
  assert.deepEqual(hidden.ok || hidden.issues, [
    { line: 1, column: 5, message: "undefined field 'any'" },
  ]);
});

test("the root of a resource has its names though its schema is silent", () => {
  const type = typeOfSchema({ type: "object" }, { isResourceRoot: true }) ?? dynType;
  const result = run(
    "self.metadata.name + self.kind",
    { kind: "A", metadata: { name: "x" } },
    type,
  );
  assert.equal(result.ok && result.value, "xA");
});

test("built-in kinds have their declared types", () => {
  const type = typeOfMessage(Deployment);
  const deployment = {
    metadata: { name: "web", creationTimestamp: "2020-01-02T03:04:05Z" },
    spec: {
      replicas: 3,
      template: { spec: { containers: [{ name: "a", image: "x:1" }] } },
      strategy: { rollingUpdate: { maxSurge: "25%" } },
    },
  };
  const expression =
    "self.spec.replicas <= 3 && self.spec.template.spec.containers.all(c, c.image.contains(':')) " +
    "&& self.spec.strategy.rollingUpdate.maxSurge == '25%' && !has(self.spec.paused) " +
    "&& self.metadata.creationTimestamp.getFullYear() == 2020";
  const result = run(expression, deployment, type);
  assert.equal(result.ok ? result.value : result.error, true);
});

test("the authorizer is asked what the expression says", () => {
  const asked: AuthorizationQuestion[] = [];
  const authorizer = authorizerValue((question) => {
    asked.push(question);
    return { allowed: true, reason: "because" };
  });
  const environment = kubernetesEnvironment.extend({ variables: { authorizer: authorizerType } });
  const compiled = compile(
    "authorizer.serviceAccount('ns', 'sa').group('apps').resource('deployments')" +
      ".subresource('scale').namespace('a').name('b').check('get').allowed() && " +
      "authorizer.path('/healthz').check('get').reason() == 'because'",
    environment,
  );
  assert.ok(compiled.ok, compiled.ok ? "" : compiled.text);
  const result = compiled.program.evaluate({ authorizer });
  assert.equal(result.ok && result.value, true);
  assert.equal(result.cost, 700_012);
  assert.deepEqual(asked, [
    {
      serviceAccount: { namespace: "ns", name: "sa" },
      group: "apps",
      resource: "deployments",
      subresource: "scale",
      namespace: "a",
      name: "b",
      verb: "get",
    },
    { path: "/healthz", verb: "get" },
  ]);
});

test("patches and apply configurations become JSON", () => {
  const environment = kubernetesEnvironment.extend({
    libraries: [jsonPatchLibrary],
    findType: mutationTypes,
  });
  const compiled = compile(
    "[JSONPatch{op: 'add', path: '/metadata/labels/' + jsonpatch.escapeKey('a/b~c'), " +
      "value: {'n': dyn(1), 'l': dyn([dyn(1.5), dyn(null), dyn(b'hi')])}}]",
    environment,
  );
  assert.ok(compiled.ok, compiled.ok ? "" : compiled.text);
  const result = compiled.program.evaluate({});
  assert.deepEqual(result.ok && toJson(result.value), [
    { op: "add", path: "/metadata/labels/a~1b~0c", value: { n: 1, l: [1.5, null, "aGk="] } },
  ]);
});

const configurations: readonly (readonly [string, unknown, string | undefined])[] = [
  [
    "Object{spec: Object.spec{replicas: 3, items: [Object.spec.items{name: 'a'}]}}",
    { spec: { replicas: 3, items: [{ name: "a" }] } },
    undefined,
  ],
  ["Object{?spec: optional.none()}", {}, undefined],
  [
    "Object{spec: Object.status{}}",
    { spec: {} },
    'unexpected type name "Object.status", expected "Object.spec", ' +
      "which matches field name path from root Object type",
  ],
];

for (const [expression, json, mistake] of configurations) {
  test(`${expression} is an apply configuration`, () => {
    const compiled = compile(expression, kubernetesEnvironment.extend({ findType: mutationTypes }));
    assert.ok(compiled.ok, compiled.ok ? "" : compiled.text);
    assert.equal(formatType(compiled.program.type), "Object");
    const result = compiled.program.evaluate({});
    assert.ok(result.ok, result.ok ? "" : result.error);
    assert.deepEqual(toJson(result.value), json);
    assert.equal(misplacedPart(result.value), mistake);
  });
}

test("variables are computed when they are first read", () => {
  let reads = 0;
  const environment = kubernetesEnvironment.extend({ variables: { x: dynType, y: dynType } });
  const compiled = compile("x + x == 4", environment);
  assert.ok(compiled.ok);
  const result = compiled.program.evaluate({
    x: () => {
      reads++;
      return 2;
    },
    y: () => assert.fail("nobody reads it"),
  });
  assert.equal(result.ok && result.value, true);
  assert.equal(reads, 1);
  assert.deepEqual([...compiled.program.variables], ["x"]);
});
