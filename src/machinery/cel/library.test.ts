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
  ["[1,2,3].sum()", "int 6", 3, 13, 13],
  ["self.l.isSorted()", "bool true", 2, 2, 32],
  ["self.l.min()", "string x", 2, 2, 32],
  ["[].min()", "error: min called on empty list", 0, 10, 10],
  ["self.l.indexOf('y')", "int 1", 2, 2, 32],
  ["['b','a'].sort()", "list [a b]", 19, 30, 30],
  ["[[1],[2,3]].flatten()", "list [1 2 3]", 13, 43, 43],
  ["lists.range(3)", "list [0 1 2]", 14, 14, 14],
  ["[1,2,3].slice(0, 2)", "list [1 2]", 13, 23, 23],
  ["[1,2,2].distinct()", "list [1 2]", 29, 39, 39],
  ["[3,1].sortBy(x, x)", "list [1 3]", 48, 78, 78],
  ["[1,2].reverse()", "list [2 1]", 13, 23, 23],
  ["[1,2].last()", "optional_type 2", 1, 11, 11],
  ["sets.contains([1,2],[1])", "bool true", 3, 23, 23],
  ["'a,b'.split(',')", "list [a b]", 1, 1, 1],
  ["'hello'.charAt(1)", "string e", 1, 1, 1],
  ["'%s is %d'.format(['a', 5])", "string a is 5", 1, 11, 11],
  ["'hello'.substring(1,3)", "string el", 1, 1, 1],
  ["'hello'.replace('l','L')", "string heLLo", 1, 1, 1],
  ["strings.quote('a\"b')", 'string "a\\"b"', 1, 1, 1],
  ["quantity('1Gi').isGreaterThan(quantity('1Mi'))", "bool true", 3, 3, 3],
  ["quantity('1Gi') == quantity('1024Mi')", "bool true", 3, 3, 3],
  ["isQuantity('x')", "bool false", 1, 1, 1],
  ["ip('1.2.3.4').family()", "int 4", 2, 2, 2],
  ["cidr('10.0.0.0/8').containsIP('10.1.2.3')", "bool true", 3, 3, 6],
  ["'abc'.find('[a-b]+')", "string ab", 2, 2, 2],
  ["'a1b2'.findAll('[0-9]')", "list [1 2]", 2, 2, 2],
  ["type(dyn(quantity('1')))", "type kubernetes.Quantity", 3, 3, 3],
  ["'hello'.indexOf('l')", "int 2", 0, 1, 1],
  ["'hello'.indexOf('l', 3)", "int 3", 0, 1, 1],
  ["'hello'.indexOf('z', 9)", "int -1", 0, 1, 1],
  ["'hello'.lastIndexOf('l')", "int 3", 0, 1, 1],
  ["'hello'.lastIndexOf('l', 2)", "int 2", 0, 1, 1],
  ["''.indexOf('a')", "int -1", 0, 0, 0],
  ["'a,b,c'.split(',', 2)", "list [a b,c]", 1, 1, 1],
  ["'a,b,c'.split(',', 0)", "list []", 1, 1, 1],
  ["'héllo'.substring(1, 2)", "string é", 1, 1, 1],
  ["'abc'.substring(5)", "error: index out of range: 5", 1, 1, 1],
  ["'abc'.substring(2, 1)", "error: invalid substring range. start: 2, end: 1", 1, 1, 1],
  ["'abc'.charAt(9)", "error: index out of range: 9", 1, 1, 1],
  ["'  x '.trim()", "string x", 1, 1, 1],
  ["'AbC'.lowerAscii()", "string abc", 1, 1, 1],
  ["'AbC'.upperAscii()", "string ABC", 1, 1, 1],
  ["'aaa'.replace('a', 'b', 2)", "string bba", 1, 1, 1],
  ["'aaa'.replace('', '-')", "string -a-a-a-", 1, 1, 1],
  ["'%s'.format([[1, 2]])", "string [1, 2]", 1, 21, 21],
  ["'%s'.format([{'a': 1}])", 'string {"a":1}', 1, 41, 41],
  ["'%.2f %e'.format([1.5, 2.5])", "string 1.50 2.500000×10⁰⁰", 1, 11, 11],
  ["'%x %X %b %o'.format([255, 'hi', 5, 8])", "string ff 6869 101 10", 2, 12, 12],
  ["'%s %s %s'.format([true, 1.5, duration('1s')])", "string true 1.5 1s", 1, 12, 12],
  ["quantity('50k').asInteger()", "int 50000", 2, 2, 2],
  ["quantity('50.5').asInteger()", "error: cannot convert value to integer", 2, 2, 2],
  ["quantity('50.5').isInteger()", "bool false", 2, 2, 2],
  ["quantity('1').add(quantity('2')) == quantity('3')", "bool true", 5, 5, 5],
  ["quantity('1').sub(5).asInteger()", "int -4", 3, 3, 3],
  [
    "quantity('abc')",
    "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    1,
    1,
    1,
  ],
  ["sign(quantity('-1'))", "int -1", 2, 2, 2],
  ["quantity('1.5').asApproximateFloat()", "double 1.5", 2, 2, 2],
  ["quantity('1') == quantity('1000m')", "bool true", 3, 3, 3],
  ["ip('::1').isLoopback()", "bool true", 2, 2, 2],
  [
    "ip('::ffff:1.2.3.4')",
    'error: IPv4-mapped IPv6 address "::ffff:1.2.3.4" is not allowed',
    2,
    2,
    2,
  ],
  ["isIP('1.2.3.4')", "bool true", 1, 1, 1],
  ["ip.isCanonical('2001:db8::abcd')", "bool true", 3, 3, 3],
  ["ip.isCanonical('2001:DB8::ABCD')", "bool false", 3, 3, 3],
  ["ip('10.0.0.1') == ip('10.0.0.1')", "bool true", 3, 3, 3],
  ["string(ip('::1'))", "string ::1", 2, 2, 2],
  ["cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')", "bool true", 6, 6, 10],
  ["cidr('10.0.0.0/8').containsCIDR(cidr('10.1.0.0/16'))", "bool true", 6, 6, 10],
  ["cidr('10.0.0.0/8').ip()  == ip('10.0.0.0')", "bool true", 4, 4, 4],
  ["cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8')", "bool true", 4, 4, 4],
  ["cidr('10.1.2.3/8').prefixLength()", "int 8", 2, 2, 2],
  [
    "cidr('x')",
    "error: network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix(\"x\"): no '/'",
    1,
    1,
    1,
  ],
  ["isCIDR('10.0.0.0/33')", "bool false", 2, 2, 2],
  ["self.l.sort()", "list [x y z]", 31, 13, 223],
  ["self.l.distinct()", "list [x y z]", 31, 13, 213],
  ["self.l.reverse()", "list [z y x]", 16, 13, 23],
  ["self.l.slice(1, 5)", "error: cannot slice(1, 5), list is length 3", 14, 17, 17],
  ["self.o.sortBy(v, -v.v).map(v, v.v)", "list [2 1]", 83, 47, 17592168218672],
  ["sets.equivalent([1, 2], [2, 1])", "bool true", 9, 29, 29],
  ["sets.intersects([1], [2])", "bool false", 2, 22, 22],
  ["self.l.join(',')", "string x,y,z", 3, 2, 23],
  ["self.l.max()", "string z", 2, 2, 32],
  ["[duration('1s'), duration('2s')].sum()", "google.protobuf.Duration 3s", 2, 14, 14],
  ["self.a.b.find('l+')", "string ll", 4, 4, 12],
  ["self.a.b.findAll('l', 1)", "list [l]", 4, 4, 12],
  ["self.a.b.matches('^h.*o$')", "bool true", 5, 5, 21],
  ["self.a.b.split('l').size() == 3", "bool true", 6, 5, 21],
  ["self.l.lastIndexOf('z')", "int 2", 2, 2, 32],
  ["self.a.b.replace('l', 'LL') == 'heLLLLo'", "bool true", 5, 4, 20],
  ["self.a.b.upperAscii() + self.k", "string HELLOp", 7, 5, 314594],
  ["self.a.b.contains('ell')", "bool true", 4, 3, 11],
  ["self.a.b < self.k", "bool true", 6, 6, 13],
  ["'%f'.format([1234567.891])", "string 1,234,567.891000", 1, 11, 11],
  ["'%s'.format([[1.5, 'a', true]])", 'string [1.500000, "a", true]', 1, 21, 21],
];

/** Expression; what is wrong with it. */
const refused: readonly (readonly [string, string])[] = [
  [
    "self.l.sum()",
    "ERROR: <input>:1:11: found no matching overload for 'sum' applied to 'list(string).()'\n | self.l.sum()\n | ..........^",
  ],
  [
    "[1,[2,3]].flatten()",
    "ERROR: <input>:1:4: expected type 'int' but found 'list(int)'\n | [1,[2,3]].flatten()\n | ...^",
  ],
  [
    "'abc'.reverse()",
    "ERROR: <input>:1:14: found no matching overload for 'reverse' applied to 'string.()'\n | 'abc'.reverse()\n | .............^",
  ],
  [
    "self.l.flatten()",
    "ERROR: <input>:1:15: found no matching overload for 'flatten' applied to 'list(string).()'\n | self.l.flatten()\n | ..............^",
  ],
  [
    "[[1, [2]]].flatten(2)",
    "ERROR: <input>:1:6: expected type 'int' but found 'list(int)'\n | [[1, [2]]].flatten(2)\n | .....^",
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
