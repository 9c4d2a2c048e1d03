import { testTables } from "./node/test-tables.ts";
import type { Evaluated, Refused } from "./node/test-tables.ts";

const evaluated: Evaluated = [
  ["dyn(self.l).size()", "int 3", 4, 4, 4],
  ["dyn(self.a).b.size()", "int 5", 6, 4, 4],
  ["dyn(self.l)[0].startsWith('x')", "bool true", 6, 5, 5],
  ["dyn(self.m).all(k, k != '')", "bool true", 12, 4, 1797560],
  ["dyn(self.i).size()", "error: no such overload: size", 4, 4, 4],
  ["dyn(self.a).zz", "error: no such key: zz", 5, 3, 3],
  ["dyn(self.i).zz", "error: no such key: zz", 5, 3, 3],
  ["dyn(self.l).zz", "error: unsupported index type 'string' in list", 5, 3, 3],
  ["dyn(self.l)['a']", "error: unsupported index type 'string' in list", 5, 4, 4],
  ["dyn(1) == dyn(1.0)", "bool true", 1, 3, 3],
  ["dyn([1]) == dyn([1.0])", "bool true", 1, 23, 23],
  ["dyn(1).all(x, true)", "error: got 'types.Int', expected iterable type", 0, 5, 5],
  ["int(dyn('5')) + 1", "int 6", 1, 3, 3],
  ["dyn(5) > 'a'", "error: no such overload", 1, 2, 2],
  ["self.l.map(x, dyn(x))", "list [x y z]", 45, 13, 153],
  ["{'a': dyn(1)}['a'] + 1", "int 2", 3, 33, 33],
  ["self.x + 1", "int 6", 3, 3, 3],
  ["self.x.startsWith('a')", "error: no such overload", 3, 3, 3],
  ["type(self.x) == string ? self.x.size() : self.x + 1", "int 6", 7, 7, 7],
  ["self.?a.?b.optMap(x, x.size()).orValue(0)", "int 5", 11, 6, 22],
  ["dyn([3, 1, 2]).sort()", "list [1 2 3]", 1, 40, 41],
  ["dyn([3, 1, 2]).max()", "int 3", 3, 12, 12],
  ["dyn('abc').indexOf('c')", "int 2", 0, 2, 2],
  ["dyn(['c']).indexOf('c')", "int 0", 0, 12, 12],
  ["has(dyn(self.a).b)", "bool true", 4, 3, 3],
  ["has(dyn(self.i).b)", "bool false", 4, 3, 3],
  ["dyn(self.d) < timestamp('2030-01-01T00:00:00Z')", "bool true", 4, 5, 5],
  ["!dyn(1)", "error: no such overload", 1, 2, 2],
  ["-dyn('a')", "error: no such overload", 1, 2, 2],
  ["dyn(1) ? 2 : 3", "error: no such overload", 0, 1, 1],
  ["dyn(null) == null", "bool true", 1, 2, 2],
  ["self.l.exists(x, dyn(x) == 1)", "bool false", 24, 3, 73],
  ["self.a.b in dyn(self.l)", "bool false", 7, 6, 16],
  ["self.l[-1]", "error: index out of bounds: -1", 3, 3, 3],
  [
    "self.l.all(x, self.m.all(y, self.l.exists(z, z == x && y != '')))",
    "bool true",
    159,
    3,
    431413503,
  ],
  ["self.o.map(v, v.v).exists(n, n > 1)", "bool true", 44, 14, 20971514],
  ["(self.u ? self.l : [])[0]", "string x", 4, 5, 13],
  ["(self.u ? self.a : self.a).b.size()", "int 5", 5, 6, 6],
  ["[self.i][0]", "int 1", 14, 13, 13],
  ["{'k': self.i}.k", "int 1", 34, 33, 33],
];

/** Expression; what is wrong with it. */
const refused: Refused = [
  [
    "dyn('a').startsWith(1)",
    "ERROR: <input>:1:20: found no matching overload for 'startsWith' applied to 'dyn.(int)'\n | dyn('a').startsWith(1)\n | ...................^",
  ],
  ["int(dyn(true))", "program instantiation failed: no such overload: int(bool)"],
  ["string(dyn([1]))", "program instantiation failed: no such overload: string(list)"],
  [
    "[dyn(1), 'a', 2.0].size()",
    "ERROR: <input>:1:10: expected type 'dyn' but found 'string'\n | [dyn(1), 'a', 2.0].size()\n | .........^",
  ],
  [
    "self.o.map(v, {'v': v.v, 'w': [v.v]})[1].w[0]",
    "ERROR: <input>:1:31: expected type 'int' but found 'list(int)'\n | self.o.map(v, {'v': v.v, 'w': [v.v]})[1].w[0]\n | ..............................^",
  ],
];

testTables(evaluated, refused);
