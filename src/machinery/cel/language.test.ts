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
  ["self.a.b", "string hello", 3, 3, 3],
  ["self.i", "int 1", 2, 2, 2],
  ["self.a.n + self.i", "int 4", 6, 6, 6],
  ["self.l[0]", "string x", 3, 3, 3],
  ["self.l[self.i]", "string y", 4, 5, 5],
  ["self.l[self.i + 1]", "string z", 6, 6, 6],
  ["self.m[self.k]", "int 1", 4, 5, 5],
  ["self.m['p']", "int 1", 3, 3, 3],
  ["self.m.p", "int 1", 3, 3, 3],
  ["has(self.a.b)", "bool true", 2, 2, 2],
  ["has(self.a)", "bool true", 1, 1, 1],
  ["self.u ? self.a.b : self.k", "string hello", 4, 4, 5],
  ["self.u ? 'a' : self.k", "string a", 2, 2, 4],
  ["self.u ? self.a.b + 'x' : self.k", "string hellox", 6, 4, 14],
  ["(self.u ? self.a : self.a).b", "string hello", 4, 5, 5],
  ["self.l.all(x, x != 'a')", "bool true", 18, 3, 53],
  ["self.l.exists(x, x == 'x')", "bool true", 12, 3, 63],
  ["self.l.map(x, x + 'a')", "list [xa ya za]", 45, 13, 173],
  ["self.o.all(v, v.v > 0)", "bool true", 15, 3, 6291453],
  ["[1,2,3].all(x, x > 0)", "bool true", 16, 20, 26],
  ["self.l.map(x, x)[0]", "string x", 44, 14, 144],
  ["{'a': {'b': 1}}.a.b", "int 1", 3, 62, 62],
  ["self.a.b == 'hello'", "bool true", 4, 4, 4],
  ["self.a.b.startsWith('hell')", "bool true", 4, 4, 4],
  ["self.a.b.matches('h.*')", "bool true", 4, 4, 12],
  ["self.?a.b", "optional_type hello", 3, 2, 2],
  ["self.?a.?b.orValue('')", "string hello", 3, 4, 4],
  ["self.l[?5].orValue('')", "string ", 2, 4, 4],
  ["self.l.exists_one(x, x == 'x')", "bool true", 12, 4, 44],
  ["self.m.all(k, self.m[k] > 0)", "bool true", 17, 3, 3595115],
  ["self.m.exists(k, v, v > 0)", "bool true", 12, 3, 2696337],
  ["self.l.filter(x, x == 'y')", "list [y]", 22, 13, 163],
  ["size(self.l)", "int 3", 3, 3, 3],
  ["self.l.size() > 2 && self.u", "bool true", 6, 4, 6],
  ["self.u || self.a.n > 1", "bool true", 2, 2, 6],
  ["self.o[0].v", "int 1", 4, 4, 4],
  ["self.o[self.i].v", "int 2", 5, 6, 6],
  ["self.m['zz']", "error: no such key: zz", 3, 3, 3],
  ["self.l[7]", "error: index out of bounds: 7", 3, 3, 3],
  ["1/0", "error: division by zero", 1, 1, 1],
  ["self.x == 5", "bool true", 3, 3, 3],
  ["self.x < 'a'", "error: no such overload", 3, 3, 3],
  ["type(self.x) == int", "bool true", 4, 4, 4],
  ["self.l == ['x','y','z']", "bool true", 3, 13, 13],
  ["self.l + ['a']", "list [x y z a]", 3, 13, 13],
  ["'x' in self.l", "bool true", 5, 2, 12],
  ["'p' in self.m", "bool true", 3, 3, 3],
  ["[1, 2][self.i]", "int 2", 3, 13, 13],
  ["self.l[self.l.size() - 1]", "string z", 7, 7, 7],
  ["self.d < timestamp('2021-01-01T00:00:00Z')", "bool true", 3, 4, 4],
  ["self.f * 2.0", "double 3", 3, 3, 3],
  ["-self.i", "int -1", 3, 3, 3],
  ["!self.u", "bool false", 3, 3, 3],
  ["{'a': 1}", "map map[a:1]", 0, 30, 30],
  ["[self.i, self.i]", "list [1 1]", 14, 14, 14],
  ["self.?a.optMap(x, x.b)", "optional_type hello", 9, 4, 19],
  ["optional.of(1)", "optional_type 1", 1, 1, 1],
  ["self.l.transformList(i, v, v + 'q')", "list [xq yq zq]", 45, 13, 173],
  ["self.m.transformMap(k, v, v + 1)", "map map[p:2 q:3]", 13, 33, 2246978],
  ["dyn(self.i)", "int 1", 3, 3, 3],
  ["self.i in [1, 2]", "bool true", 2, 14, 14],
  ["self.m.transformMapEntry(k, v, {k: v})", "map map[p:1 q:2]", 71, 33, 15279259],
  ["self.l[?self.i]", "optional_type y", 4, 5, 5],
  ["self.l[?self.i].orValue('')", "string y", 4, 6, 6],
  ["[?self.?a.b, 'q']", "list [hello q]", 13, 12, 12],
  ["{?'a': self.?a.b}", "map map[a:hello]", 33, 32, 32],
  ["optional.none().or(optional.of(2))", "optional_type 2", 2, 3, 3],
  ["optional.of(3).orValue(2)", "int 3", 1, 2, 2],
  ["optional.ofNonZeroValue(0)", "optional_type <nil>", 1, 1, 1],
  ["self.o.map(v, v.v)", "list [1 2]", 31, 13, 14680063],
  ["self.o.filter(v, v.v > 1).map(v, v.v)[0]", "int 2", 39, 25, 31457275],
  ["self.i + 9223372036854775807", "error: integer overflow", 3, 3, 3],
  ["int('9223372036854775807') + 1", "error: integer overflow", 1, 2, 2],
  ["-9223372036854775808", "int -9223372036854775808", 0, 0, 0],
  ["9223372036854775807 * 2", "error: integer overflow", 1, 1, 1],
  ["uint(3) - 4u", "error: unsigned integer overflow", 1, 2, 2],
  ["5 % 0", "error: modulus by zero", 1, 1, 1],
  ["5u / 0u", "error: division by zero", 1, 1, 1],
  ["1.0 / 0.0", "double +Inf", 1, 1, 1],
  ["1 < 2.5", "bool true", 1, 1, 1],
  ["dyn('a') < 1", "error: no such overload", 1, 2, 2],
  ["dyn('a') + 1", "error: no such overload", 1, 2, 2],
  ["dyn(1) && true", "error: no such overload", 0, 1, 1],
  ["duration('1h30m').getMinutes()", "int 90", 1, 2, 2],
  ["timestamp('2020-01-02T03:04:05Z').getHours('America/New_York')", "int 22", 1, 2, 2],
  ["string(duration('1h30m'))", "string 5400s", 0, 2, 2],
  ["string(1.5)", "string 1.5", 0, 1, 1],
  ["string(timestamp('2020-01-02T03:04:05Z'))", "string 2020-01-02T03:04:05Z", 0, 2, 2],
  ["b'abc' == bytes('abc')", "bool true", 1, 2, 2],
  ["size('héllo')", "int 5", 1, 1, 1],
  ["type(1)", "type int", 0, 1, 1],
  ["type(self)", "type map", 2, 2, 2],
  ["type([])", "type list", 0, 11, 11],
  ["{'a':1, 'a':2}", "map map[a:2]", 0, 30, 30],
];

/** Expression; what is wrong with it. */
const refused: readonly (readonly [string, string])[] = [
  [
    "self.a['b']",
    "ERROR: <input>:1:7: found no matching overload for '_[_]' applied to '(selfType.a, string)'\n | self.a['b']\n | ......^",
  ],
  [
    "self.a.optMap(x, x.b)",
    "ERROR: <input>:1:14: found no matching overload for 'hasValue' applied to 'selfType.a.()'\n | self.a.optMap(x, x.b)\n | .............^\nERROR: <input>:1:14: found no matching overload for 'value' applied to 'selfType.a.()'\n | self.a.optMap(x, x.b)\n | .............^",
  ],
  [
    "cel.bind(x, self.i, x + x)",
    "ERROR: <input>:1:1: undeclared reference to 'cel' (in container '')\n | cel.bind(x, self.i, x + x)\n | ^\nERROR: <input>:1:9: undeclared reference to 'bind' (in container '')\n | cel.bind(x, self.i, x + x)\n | ........^\nERROR: <input>:1:10: undeclared reference to 'x' (in container '')\n | cel.bind(x, self.i, x + x)\n | .........^\nERROR: <input>:1:21: undeclared reference to 'x' (in container '')\n | cel.bind(x, self.i, x + x)\n | ....................^\nERROR: <input>:1:25: undeclared reference to 'x' (in container '')\n | cel.bind(x, self.i, x + x)\n | ........................^",
  ],
  ["self.?a.?zz", "ERROR: <input>:1:8: undefined field 'zz'\n | self.?a.?zz\n | .......^"],
  [
    "1 == 1.0",
    "ERROR: <input>:1:3: found no matching overload for '_==_' applied to '(int, double)'\n | 1 == 1.0\n | ..^",
  ],
  [
    "1 == 1u",
    "ERROR: <input>:1:3: found no matching overload for '_==_' applied to '(int, uint)'\n | 1 == 1u\n | ..^",
  ],
  [
    "[1] == [1.0]",
    "ERROR: <input>:1:5: found no matching overload for '_==_' applied to '(list(int), list(double))'\n | [1] == [1.0]\n | ....^",
  ],
  [
    "math.greatest(1,2)",
    "ERROR: <input>:1:1: undeclared reference to 'math' (in container '')\n | math.greatest(1,2)\n | ^\nERROR: <input>:1:14: undeclared reference to 'greatest' (in container '')\n | math.greatest(1,2)\n | .............^",
  ],
  [
    "'abc'.matches('[')",
    "ERROR: <input>:1:15: invalid matches argument\n | 'abc'.matches('[')\n | ..............^",
  ],
  [
    "self.k.matches('(')",
    "ERROR: <input>:1:16: invalid matches argument\n | self.k.matches('(')\n | ...............^",
  ],
  [
    "string(b'\\xff')",
    "program instantiation failed: invalid UTF-8 in bytes, cannot convert to string",
  ],
  ["int('abc')", "program instantiation failed: type conversion error from 'string' to 'int'"],
  ["int(1e30)", "program instantiation failed: integer overflow"],
  ["bool('x')", "program instantiation failed: type conversion error from 'string' to 'bool'"],
  ["double('x')", "program instantiation failed: type conversion error from 'string' to 'double'"],
  [
    "duration('x')",
    "ERROR: <input>:1:10: invalid duration argument\n | duration('x')\n | .........^",
  ],
  [
    "timestamp('x')",
    "ERROR: <input>:1:11: invalid timestamp argument\n | timestamp('x')\n | ..........^",
  ],
  ["uint(-1)", "program instantiation failed: unsigned integer overflow"],
  [
    "{1:1, 1.0:2}",
    "ERROR: <input>:1:7: expected type 'int' but found 'double'\n | {1:1, 1.0:2}\n | ......^",
  ],
  ["self.nothere", "ERROR: <input>:1:5: undefined field 'nothere'\n | self.nothere\n | ....^"],
  [
    "nothere",
    "ERROR: <input>:1:1: undeclared reference to 'nothere' (in container '')\n | nothere\n | ^",
  ],
  [
    "self.a.b + 1",
    "ERROR: <input>:1:10: found no matching overload for '_+_' applied to '(string, int)'\n | self.a.b + 1\n | .........^",
  ],
  [
    "self.a.b.foo()",
    "ERROR: <input>:1:13: undeclared reference to 'foo' (in container '')\n | self.a.b.foo()\n | ............^",
  ],
  [
    "foo(1)",
    "ERROR: <input>:1:4: undeclared reference to 'foo' (in container '')\n | foo(1)\n | ...^",
  ],
  [
    "self.a.b ? 1 : 2",
    "ERROR: <input>:1:10: found no matching overload for '_?_:_' applied to '(string, int, int)'\n | self.a.b ? 1 : 2\n | .........^",
  ],
  ["[1, 'a']", "ERROR: <input>:1:5: expected type 'int' but found 'string'\n | [1, 'a']\n | ....^"],
  [
    "{'a': 1, 'b': 'c'}",
    "ERROR: <input>:1:15: expected type 'int' but found 'string'\n | {'a': 1, 'b': 'c'}\n | ..............^",
  ],
  [
    "true ? 1 : 'a'",
    "ERROR: <input>:1:6: found no matching overload for '_?_:_' applied to '(bool, int, string)'\n | true ? 1 : 'a'\n | .....^",
  ],
  [
    "self.all(x, x)",
    "ERROR: <input>:1:1: expression of type 'selfType' cannot be range of a comprehension (must be list, map, or dynamic)\n | self.all(x, x)\n | ^",
  ],
  [
    "self.i.all(x, true)",
    "ERROR: <input>:1:5: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)\n | self.i.all(x, true)\n | ....^",
  ],
  [
    "self.a.b == 1",
    "ERROR: <input>:1:10: found no matching overload for '_==_' applied to '(string, int)'\n | self.a.b == 1\n | .........^",
  ],
  ["has(self)", "ERROR: <input>:1:5: invalid argument to has() macro\n | has(self)\n | ....^"],
  [
    "1 +",
    "ERROR: <input>:1:4: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | 1 +\n | ...^",
  ],
  [
    "(",
    "ERROR: <input>:1:2: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | (\n | .^",
  ],
  ["1 2", "ERROR: <input>:1:3: Syntax error: extraneous input '2' expecting <EOF>\n | 1 2\n | ..^"],
  ["a b", "ERROR: <input>:1:3: Syntax error: extraneous input 'b' expecting <EOF>\n | a b\n | ..^"],
  [
    "'abc",
    "ERROR: <input>:1:1: Syntax error: token recognition error at: ''abc'\n | 'abc\n | ^\nERROR: <input>:1:5: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | 'abc\n | ....^",
  ],
  [
    "self.l.all(1, true)",
    "ERROR: <input>:1:12: argument must be a simple name\n | self.l.all(1, true)\n | ...........^",
  ],
  [
    "self.l.all(x.y, true)",
    "ERROR: <input>:1:13: argument must be a simple name\n | self.l.all(x.y, true)\n | ............^",
  ],
  [
    "foo.bar.baz",
    "ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')\n | foo.bar.baz\n | ^",
  ],
  [
    "@",
    "ERROR: <input>:1:1: Syntax error: token recognition error at: '@'\n | @\n | ^\nERROR: <input>:1:2: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | @\n | .^",
  ],
  [
    "`a`",
    "ERROR: <input>:1:1: Syntax error: mismatched input '`a`' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | `a`\n | ^",
  ],
  ["for", "ERROR: <input>:1:1: reserved identifier: for\n | for\n | ^"],
  ["self.if", "ERROR: <input>:1:5: undefined field 'if'\n | self.if\n | ....^"],
  [
    "1 | 2",
    "ERROR: <input>:1:3: Syntax error: token recognition error at: '| '\n | 1 | 2\n | ..^\nERROR: <input>:1:5: Syntax error: extraneous input '2' expecting <EOF>\n | 1 | 2\n | ....^",
  ],
  [
    "self.l[0",
    "ERROR: <input>:1:9: Syntax error: missing ']' at '<EOF>'\n | self.l[0\n | ........^",
  ],
  [
    "{'a'",
    "ERROR: <input>:1:5: Syntax error: mismatched input '<EOF>' expecting ':'\n | {'a'\n | ....^",
  ],
  ["a.", "ERROR: <input>:1:3: Syntax error: no viable alternative at input '.'\n | a.\n | ..^"],
  [
    "true && 1",
    "ERROR: <input>:1:9: expected type 'bool' but found 'int'\n | true && 1\n | ........^",
  ],
  [
    "'a' in 1",
    "ERROR: <input>:1:5: found no matching overload for '@in' applied to '(string, int)'\n | 'a' in 1\n | ....^",
  ],
  ["x{a:1}", "ERROR: <input>:1:2: undeclared reference to 'x' (in container '')\n | x{a:1}\n | .^"],
  ["self{}", "ERROR: <input>:1:5: 'selfType' is not a type\n | self{}\n | ....^"],
  [
    "Object{}",
    "ERROR: <input>:1:7: undeclared reference to 'Object' (in container '')\n | Object{}\n | ......^",
  ],
  ["9223372036854775808", "ERROR: <input>:1:1: invalid int literal\n | 9223372036854775808\n | ^"],
  ["1u2", "ERROR: <input>:1:3: Syntax error: extraneous input '2' expecting <EOF>\n | 1u2\n | ..^"],
  ["0x", "ERROR: <input>:1:2: Syntax error: extraneous input 'x' expecting <EOF>\n | 0x\n | .^"],
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
