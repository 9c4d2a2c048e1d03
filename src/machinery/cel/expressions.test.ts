import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "./cel.ts";
import { fromJson } from "./json.ts";
import { kubernetesEnvironment } from "./kubernetes.ts";
import { typeOfSchema } from "./schema-type.ts";
import { showValue } from "./testing.ts";
import { dynType } from "./types.ts";
import { ErrorValue } from "./values.ts";

// What kube-apiserver v1.36.3 answers for the same expressions, schema and object.

const schema = {
  type: "object",
  properties: {
    a: {
      type: "object",
      properties: { b: { type: "string", maxLength: 20 }, n: { type: "integer" } },
    },
    l: { type: "array", maxItems: 10, items: { type: "string", maxLength: 5 } },
    m: { type: "object", additionalProperties: { type: "integer" } },
    i: { type: "integer" },
    k: { type: "string" },
    x: { "x-kubernetes-int-or-string": true },
    o: { type: "array", items: { type: "object", properties: { v: { type: "integer" } } } },
    d: { type: "string", format: "date-time" },
    f: { type: "number" },
    u: { type: "boolean" },
  },
};
const object = {
  a: { b: "hello", n: 3 },
  l: ["x", "y", "z"],
  m: { p: 1, q: 2 },
  i: 1,
  k: "p",
  x: 5,
  o: [{ v: 1 }, { v: 2 }],
  d: "2020-01-02T03:04:05Z",
  f: 1.5,
  u: true,
};
const type = typeOfSchema(schema) ?? dynType;
const environment = kubernetesEnvironment.extend({ variables: { self: type } });

/** Expression; value or `error: …`; actual cost; estimated cost. */
const evaluated: readonly (readonly [string, string, number, number, number])[] = [
  [
    "url('https://user@Example.com:8080/a b/c?d=e&d=f&g#h').getHost()",
    "string Example.com:8080",
    6,
    6,
    6,
  ],
  ["url('https://example.com:80/path/x%20y').getEscapedPath()", "string /path/x%20y", 5, 5, 5],
  ["url('https://[::1]:80/').getHostname()", "string ::1", 3, 3, 3],
  ["url('https://[::1]:80/').getPort()", "string 80", 3, 3, 3],
  ["url('https://a.b').getScheme()", "string https", 3, 3, 3],
  ["url('/just/path').getEscapedPath()", "string /just/path", 2, 2, 2],
  [
    "url('relative')",
    'error: URL parse error during conversion from string: parse "relative": invalid URI for request',
    1,
    1,
    1,
  ],
  ["url('')", 'error: URL parse error during conversion from string: parse "": empty url', 0, 0, 0],
  ["isURL('https://a.b')", "bool true", 1, 1, 1],
  ["isURL('a.b')", "bool false", 1, 1, 1],
  ["url('https://a') == url('https://a')", "bool true", 3, 3, 3],
  ["semver('1.2.3').isLessThan(semver('1.10.0'))", "bool true", 3, 3, 3],
  ["semver('1.2.3-alpha').compareTo(semver('1.2.3'))", "int -1", 4, 4, 4],
  ["semver('1.2')", "error: No Major.Minor.Patch elements found", 1, 1, 1],
  ["semver('v1.2', true).minor()", "int 2", 2, 2, 2],
  ["isSemver('1.02.3')", "bool false", 1, 1, 1],
  ["isSemver('v1.02', true)", "bool true", 1, 1, 1],
  ["semver('1.0.0-alpha.1').isGreaterThan(semver('1.0.0-alpha'))", "bool true", 5, 5, 5],
  ["semver('a.b.c')", 'error: Invalid character(s) found in major number "a"', 1, 1, 1],
  [
    "format.dns1123Label().validate('Abc')",
    "optional_type [a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')]",
    9,
    33,
    33,
  ],
  ["format.dns1123Label().validate('abc').hasValue()", "bool false", 10, 34, 34],
  ["format.named('nope').hasValue()", "bool false", 2, 2, 2],
  ["format.uuid().validate('x').value()", "list [does not match the UUID format]", 20, 34, 34],
  ["format.qualifiedName().validate('a/b/c').hasValue()", "bool true", 17, 34, 34],
  ["format.dns1123LabelPrefix().validate('abc-').hasValue()", "bool false", 10, 34, 34],
  ["format.byte().validate('aGVsbG8=').hasValue()", "bool false", 23, 34, 34],
  ["format.uri().validate('x').value()", 'list [parse "x": invalid URI for request]', 278, 34, 34],
  ["format.labelValue().validate('a b').hasValue()", "bool true", 12, 34, 34],
  ["format.date().validate('2020-01-01').hasValue()", "bool false", 38, 34, 34],
  ["'%s is %d'.format(['a', 5])", "string a is 5", 1, 11, 11],
  ["'hello'.indexOf('z', 9)", "int -1", 0, 1, 1],
  ["'%x %X %b %o'.format([255, 'hi', 5, 8])", "string ff 6869 101 10", 2, 12, 12],
  ["'%s %s %s'.format([true, 1.5, duration('1s')])", "string true 1.5 1s", 1, 12, 12],
  ["duration('1h').getHours() + duration('90s').getMinutes()", "int 2", 3, 5, 5],
  ["timestamp('2020-01-02T03:04:05.678Z').getMilliseconds()", "int 678", 1, 2, 2],
  ["timestamp('2020-03-01T00:00:00Z').getDayOfYear()", "int 60", 1, 2, 2],
  ["timestamp('2020-03-01T00:00:00Z').getDayOfWeek()", "int 0", 1, 2, 2],
  ["timestamp('2020-03-01T00:00:00Z').getMonth()", "int 2", 1, 2, 2],
  ["timestamp('2020-03-01T00:00:00Z').getDate()", "int 1", 1, 2, 2],
  ["timestamp('2020-03-01T23:00:00Z').getHours('+02:00')", "int 1", 1, 2, 2],
  [
    "timestamp('2020-03-01T00:00:00Z') + duration('24h') == timestamp('2020-03-02T00:00:00Z')",
    "bool true",
    2,
    5,
    5,
  ],
  [
    "timestamp('2020-03-02T00:00:00Z') - timestamp('2020-03-01T00:00:00Z') == duration('86400s')",
    "bool true",
    2,
    5,
    5,
  ],
  ["self.d.getFullYear()", "int 2020", 3, 3, 3],
  ["int(timestamp('1970-01-01T00:01:00Z'))", "int 60", 0, 2, 2],
  ["double('1.5') + double(2)", "double 3.5", 1, 3, 3],
  ["int(2.9) + int('-3')", "int -1", 1, 3, 3],
  ["uint('5') + uint(2)", "uint 7", 1, 3, 3],
  ["bytes('é').size()", "int 2", 1, 2, 2],
  ["self.f > 1", "bool true", 3, 3, 3],
  ["self.i < 1.5 && self.i > 0u", "bool true", 6, 3, 6],
  ["self.o.exists(v, v.v == 2) ? 'y' : 'n'", "string y", 17, 3, 6291453],
  ["self.o.all(v, has(v.v))", "bool true", 11, 3, 4194303],
  ["self.o.map(v, v.v > 1, v.v)", "list [2]", 23, 13, 17825788],
  ["self.l.exists(x, x.startsWith('z')) || self.u", "bool true", 21, 3, 65],
  ["self.m.map(k, k).size()", "int 2", 30, 14, 5842071],
  ["self.m.size() == 2", "bool true", 4, 4, 4],
  ["self.m == {'p': 1, 'q': 2}", "bool true", 3, 33, 33],
  ["self.a == self.a", "bool true", 5, 4, 4],
  ["has(self.m.zz)", "bool false", 2, 2, 2],
  ["has(self.m.p) && self.m.p == 1", "bool true", 6, 2, 6],
  ["self.?m.zz.hasValue()", "bool false", 3, 3, 3],
  ["self.m[?'zz'].orValue(7)", "int 7", 2, 4, 4],
  ["optional.of(self.i).optMap(x, x + 1).value()", "int 2", 12, 6, 22],
  ["optional.none().value()", "error: optional.none() dereference", 2, 2, 2],
  ["optional.of([1, 2])[?0].value()", "int 1", 4, 13, 13],
  ["self.l.all(i, v, i < 5 && v != 'q')", "bool true", 24, 3, 73],
  ["self.l.existsOne(i, v, i == 1 && v == 'y')", "bool true", 14, 4, 64],
  ["self.l.transformMap(i, v, v)", "map map[0:x 1:y 2:z]", 15, 33, 73],
  ["self.l.transformMapEntry(i, v, {v: i})", "map map[x:0 y:1 z:2]", 105, 33, 373],
  ["self.l.transformList(i, v, i > 0, v)", "list [y z]", 35, 13, 163],
  ["[1, 0].exists(x, 1 / x == 1)", "bool true", 11, 19, 25],
  ["[0, 1].exists(x, 1 / x == 1)", "bool true", 15, 19, 25],
  ["[0, 1].all(x, 1 / x == 2)", "bool false", 13, 17, 23],
  ["false && 1 / 0 == 1", "bool false", 0, 0, 2],
  ["1 / 0 == 1 || true", "bool true", 2, 2, 2],
  ["1 / 0 == 1 && false", "bool false", 2, 2, 2],
  ["1 / 0 == 1 && true", "error: division by zero", 2, 2, 2],
  ["true ? 1 : 1 / 0", "int 1", 0, 0, 1],
  ["type(1.0) == double && type(null) == null_type", "bool true", 2, 2, 4],
  ["type(type(1)) == type", "bool true", 1, 3, 3],
  ["null == null", "bool true", 1, 1, 1],
  ["[1, 2] + [3] == [1, 2, 3]", "bool true", 2, 32, 32],
  ["'a' + 'b' == 'ab' && 'b' > 'a'", "bool true", 3, 2, 3],
  ["b'a' + b'b' == b'ab'", "bool true", 2, 2, 2],
  ["r'\\d+' == '\\\\d+'", "bool true", 1, 1, 1],
  ["'\\u00e9\\x41\\101' == 'éAA'", "bool true", 1, 1, 1],
  ["\"\"\"multi\"\"\" + '''x'''", "string multix", 1, 1, 1],
  ["0x1F + 10", "int 41", 1, 1, 1],
  ["-5 / 2", "int -2", 1, 1, 1],
  ["-5 % 3", "int -2", 1, 1, 1],
  ["5u % 3u", "uint 2", 1, 1, 1],
  ["1.5 * 2.0 - 1.0", "double 2", 2, 2, 2],
  ["!(1 > 2)", "bool true", 2, 2, 2],
  ["!!true", "bool true", 0, 0, 0],
  ["--5", "int 5", 0, 0, 0],
  ["-(-5)", "int 5", 1, 1, 1],
  ["1 + 2 * 3 - 4 / 2", "int 5", 4, 4, 4],
  ["(1 + 2) * 3", "int 9", 2, 2, 2],
  ["'a' in ['a', 'b'] && !('c' in {'a': 1})", "bool true", 2, 12, 44],
  ["dyn(2) in [1.0, 2.0]", "bool true", 0, 13, 13],
  ["self.k in ['p', 'q', 'r']", "bool true", 2, 15, 15],
  ["{'a': 1}['a'] + {'a': 1}.a", "int 2", 5, 63, 63],
  ["[[1, 2], [3]][0][1]", "int 2", 3, 32, 32],
  ["{'a': 1}.exists(k, k == 'a')", "bool true", 7, 35, 36],
  [
    "self.a.b.size() > 3 && self.a.b.startsWith('he') && self.a.n >= 3 && self.l.size() < 5",
    "bool true",
    17,
    5,
    17,
  ],
  ["self.u == true && self.k != '' && self.f < 2.0 || self.i == 9", "bool true", 8, 2, 9],
  ["self.i // trailing", "int 1", 2, 2, 2],
];

/** Expression; what is wrong with it. */
const refused: readonly (readonly [string, string])[] = [
  [
    "semver('1.2.3') < semver('1.2.4')",
    "ERROR: <input>:1:17: found no matching overload for '_<_' applied to '(kubernetes.Semver, kubernetes.Semver)'\n | semver('1.2.3') < semver('1.2.4')\n | ................^",
  ],
  [
    "self.x is int",
    "ERROR: <input>:1:8: Syntax error: mismatched input 'is' expecting <EOF>\n | self.x is int\n | .......^",
  ],
  [
    "self.l.exists(i, i, true)",
    "ERROR: <input>:1:18: duplicate variable name: i\n | self.l.exists(i, i, true)\n | .................^",
  ],
  [
    "self.l.all(x, x / 0 == 1)",
    "ERROR: <input>:1:17: found no matching overload for '_/_' applied to '(string, int)'\n | self.l.all(x, x / 0 == 1)\n | ................^",
  ],
  [
    "self.a.b == null",
    "ERROR: <input>:1:10: found no matching overload for '_==_' applied to '(string, null)'\n | self.a.b == null\n | .........^",
  ],
  [
    "0x1F + 0xAu",
    "ERROR: <input>:1:6: found no matching overload for '_+_' applied to '(int, uint)'\n | 0x1F + 0xAu\n | .....^",
  ],
  [
    "2 in [1.0, 2.0]",
    "ERROR: <input>:1:3: found no matching overload for '@in' applied to '(int, list(double))'\n | 2 in [1.0, 2.0]\n | ..^",
  ],
  [
    "{1: 'a', 2u: 'b'}",
    "ERROR: <input>:1:10: expected type 'int' but found 'uint'\n | {1: 'a', 2u: 'b'}\n | .........^",
  ],
  [
    "{'a': [1, {'b': 2}]}",
    "ERROR: <input>:1:11: expected type 'int' but found 'map(string, int)'\n | {'a': [1, {'b': 2}]}\n | ..........^",
  ],
];

for (const [expression, outcome, cost, min, max] of evaluated) {
  test(`${expression} is ${outcome} and costs ${cost}`, () => {
    const compiled = compile(expression, environment);
    assert.ok(compiled.ok, compiled.ok ? "" : compiled.text);
    const self = fromJson(object, type);
    assert.ok(!(self instanceof ErrorValue));
    const result = compiled.program.evaluate({ self });
    assert.equal(result.ok ? showValue(result.value) : `error: ${result.error}`, outcome);
    assert.equal(result.cost, cost);
    assert.deepEqual(compiled.program.estimateCost(), { min, max });
  });
}

for (const [expression, text] of refused) {
  test(`${expression} is refused`, () => {
    const compiled = compile(expression, environment);
    assert.equal(compiled.ok ? "accepted" : compiled.text, text);
  });
}
