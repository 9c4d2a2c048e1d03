import { test } from "node:test";
import assert from "node:assert/strict";
import { utf8 } from "#base/bytes.ts";
import { Pod } from "#api/core/v1.ts";
import { encodeProtobufEnvelope } from "#schema/protobuf-envelope.ts";
import {
  decodeBody,
  decodePatched,
  fieldValidationOf,
  parseAppliedBody,
  parsePatchBody,
} from "./body.ts";
import { duplicateFields, explainJsonError } from "./json-syntax.ts";
import { parseYaml, YamlError } from "./yaml.ts";

const yaml = { contentType: "application/yaml" };
const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "x" },
  spec: { containers: [{ name: "c" }] },
};

test("JSON, YAML and protobuf decode to the same", () => {
  const text =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n  - name: c\n";
  const protobuf = { contentType: "application/vnd.kubernetes.protobuf" };
  assert.deepEqual(decodeBody(Pod, utf8(JSON.stringify(pod))).object, pod);
  assert.deepEqual(decodeBody(Pod, utf8(text), yaml).object, pod);
  assert.deepEqual(decodeBody(Pod, encodeProtobufEnvelope(Pod, pod), protobuf).object, {
    ...pod,
    // In protobuf, what is no pointer upstream is never missing.
    spec: { containers: [{ name: "c", resources: {} }] },
    status: {},
  });
  const { apiVersion: _, kind: __, ...bare } = pod;
  assert.deepEqual(decodeBody(Pod, utf8(JSON.stringify(bare))).object, pod);
});

test("unknown and duplicate fields are refused, told or dropped", () => {
  const body = utf8('{"kind":"Pod","spec":{"x":1,"nodeName":"a","nodeName":"b"}}');
  assert.throws(() => decodeBody(Pod, body, { fieldValidation: "Strict" }), {
    message:
      'Pod in version "v1" cannot be handled as a Pod: strict decoding error: ' +
      'duplicate field "spec.nodeName", unknown field "spec.x"',
    code: 400,
  });
  const warned = decodeBody(Pod, body, { fieldValidation: "Warn" });
  assert.deepEqual(warned.warnings, ['duplicate field "spec.nodeName"', 'unknown field "spec.x"']);
  assert.deepEqual(warned.object["spec"], { nodeName: "b" });
  assert.deepEqual(decodeBody(Pod, body, { fieldValidation: "Ignore" }).warnings, []);
  const twice = utf8("spec:\n  nodeName: a\n  nodeName: b\n");
  assert.deepEqual(decodeBody(Pod, twice, yaml).warnings, [
    'line 3: key "nodeName" already set in map',
  ]);
});

test("what is no such object is refused", () => {
  const cases: [body: string, options: object, message: string][] = [
    [
      '{"kind":"Pod","spec":{"containers":"x"}}',
      {},
      'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal string into Go ' +
        "struct field PodSpec.spec.containers of type []v1.Container",
    ],
    [
      '{"apiVersion":"v2"}',
      {},
      'Pod in version "v2" cannot be handled as a Pod: no kind "Pod" is registered for version ' +
        '"v2" in scheme "pkg/runtime/scheme.go:111"',
    ],
    [
      '{"apiVersion":"apps/v1","kind":"Deployment"}',
      {},
      'Deployment in version "v1" cannot be handled as a Pod: converting (v1.Deployment) to ' +
        "(core.Pod): unknown conversion",
    ],
    [
      '{"a":'.repeat(10_001) + "1" + "}".repeat(10_001),
      {},
      "the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json " +
        "parse error: invalid character '{' exceeded max depth " +
        '({"a":{"a":{"a":{"a":{"a":{"a": ...)',
    ],
    [
      "a: b: c",
      { contentType: "application/yaml" },
      "the object provided is unrecognized (must be of type Pod): yaml: mapping values are not " +
        "allowed in this context (613a20623a2063)",
    ],
    [
      '{"kind":"Service"}',
      {},
      'Service in version "v1" cannot be handled as a Pod: converting (v1.Service) to (core.Pod): ' +
        "unknown conversion",
    ],
    [
      "{bad",
      {},
      "the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json " +
        "parse error: invalid character 'b' looking for beginning of object key string ({bad)",
    ],
    [
      "",
      {},
      "the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json " +
        "parse error: unexpected end of JSON input (<empty>)",
    ],
    [
      "x",
      { contentType: "text/plain" },
      "the body of the request was in an unknown format - accepted media types include: " +
        "application/json, application/yaml, application/vnd.kubernetes.protobuf",
    ],
  ];
  for (const [body, options, message] of cases) {
    assert.throws(() => decodeBody(Pod, utf8(body), options), { message }, body);
  }
});

test("a patched object is judged, too", () => {
  const patch = { spec: { x: 1 } };
  const object = () => ({ ...structuredClone(pod), spec: { ...pod.spec, x: 1 } });
  assert.throws(() => decodePatched(Pod, object(), patch, "Strict"), {
    message:
      ' "" is invalid: patch: Invalid value: "map[spec:map[x:1]]": strict decoding error: ' +
      'unknown field "spec.x"',
  });
  const decoded = decodePatched(Pod, object(), patch);
  assert.deepEqual(decoded, { object: pod, warnings: ['unknown field "spec.x"'] });
  assert.equal(fieldValidationOf(null), "Warn");
  assert.equal(fieldValidationOf("Maybe"), undefined);
});

test("duplicate keys are found at any depth", () => {
  const cases: [text: string, ...string[]][] = [
    ['{"a":{"b":1},"c":{"b":1}}'],
    ['{"a":1,"a":2}', "a"],
    ['{"a":[{"b":1},{"b":1,"c":{"d\\"":1,"d\\"":2}}]}', 'a[1].c.d"'],
    ['{"a":"{\\"b\\":1,\\"b\\":2}","e\\\\":"a"}'],
    ['{"\\u0061":1,"a":2}', "a"],
    ['[["a","a"],{"x":["y"],"x":1}]', "[1].x"],
  ];
  for (const [text, ...expected] of cases) {
    JSON.parse(text);
    assert.deepEqual(duplicateFields(text), expected, text);
  }
});

test("broken JSON is explained as Go does", () => {
  const cases: [text: string, message: string][] = [
    ["{", "unexpected end of JSON input"],
    ['{"a"}', "invalid character '}' after object key"],
    ['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
    ["[1 2]", "invalid character '2' after array element"],
    ["{} x", "invalid character 'x' after top-level value"],
    ["nul", "unexpected end of JSON input"],
    ["nulx", "invalid character 'x' in literal null (expecting 'l')"],
    ["-x", "invalid character 'x' in numeric literal"],
    ['"\n"', "invalid character '\\n' in string literal"],
    ["'a'", "invalid character '\\'' looking for beginning of value"],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => JSON.parse(text));
    assert.equal(explainJsonError(text), message);
  }
});

test("YAML reads as Go's parser reads it", () => {
  const cases: [text: string, value: unknown][] = [
    ["a: yes\nb: off\nc: 'no'", { a: true, b: false, c: "no" }],
    ["a: 2026-01-02\nb: 1:30", { a: "2026-01-02", b: "1:30" }],
    ["a: 0644", { a: 420 }],
    ["a: &x {b: 1}\nc: {<<: *x, d: 2}", { a: { b: 1 }, c: { b: 1, d: 2 } }],
    ["1: a", { "1": "a" }],
    ["a: |\n  x\n  y\n", { a: "x\ny\n" }],
    ["a: ~\nb:", { a: null, b: null }],
    ["a: e5\nb: .\nc: 1e400\nd: 0o17", { a: "e5", b: ".", c: "1e400", d: 15 }],
    ["a: .5\nb: 1e3\nc: -1.5e-3\nd: 1_0.5", { a: 0.5, b: 1000, c: -0.0015, d: 10.5 }],
  ];
  for (const [text, value] of cases) assert.deepEqual(parseYaml(text)[0]?.value, value, text);
  const documents = parseYaml("# nothing\n---\na: 1\n---\n---\n\nb: 2\n");
  assert.deepEqual(
    documents.map(({ value, line }) => [value, line]),
    [
      [{ a: 1 }, 3],
      [{ b: 2 }, 7],
    ],
  );
  assert.throws(() => parseYaml("a: [1"), YamlError);
});

test("bodies that are nested without end are refused, in every encoding", () => {
  const deep = `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`;
  const lists = "[".repeat(20_000);
  for (const text of [deep, lists]) {
    for (const contentType of ["application/json", "application/yaml"]) {
      assert.throws(() => decodeBody(Pod, utf8(text), { contentType }), { code: 400 });
    }
    assert.throws(() => parsePatchBody(utf8(text)), /exceeded max depth/);
  }
});

test("half a pair of surrogates is no text that could be kept", () => {
  const source = '{"metadata":{"name":"a\\ud800","labels":{"\\udc00":"\\ud83d\\ude00"}},"spec":{}}';
  const expected = { name: "a\ufffd", labels: { "\ufffd": "😀" } };
  for (const contentType of ["application/json", "application/yaml"]) {
    const { object } = decodeBody(Pod, utf8(source), { contentType });
    assert.deepEqual(object["metadata"], expected, contentType);
  }
  assert.deepEqual(parsePatchBody(utf8('["\\ud800"]')), ["\ufffd"]);
});

test("what is applied as JSON reads as the YAML that it is", () => {
  const read = (source: string) => parseAppliedBody(utf8(source), "Warn");
  assert.deepEqual(read('{"a": [1, "\\u00e9", null], "b": {}}'), {
    applied: { a: [1, "é", null], b: {} },
    warnings: [],
  });
  assert.match(read('{"a": 1, "a": 2}').warnings[0] ?? "", /key "a" already set in map/);
  assert.deepEqual(read('{"a": 1} # as YAML has it').applied, { a: 1 });
  assert.throws(() => read('{"a": '), { code: 400 });
});
