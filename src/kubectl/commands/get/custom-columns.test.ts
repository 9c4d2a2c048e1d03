import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandError } from "../../errors.ts";
import type { KubeObject } from "../../objects.ts";
import { columnRows, parseColumns, parseColumnsFile } from "./custom-columns.ts";
import { sortObjects } from "./sort.ts";

const object = (name: string, spec: object): KubeObject => ({
  apiVersion: "v1",
  kind: "X",
  metadata: { name },
  spec,
});
const rowsOf = (spec: string, ...objects: KubeObject[]) => [
  ...columnRows(parseColumns(spec), objects, false),
];

test("cells are printed as Go prints values", () => {
  const spec = { list: ["c", 1, 2.5, null, { a: "b" }], none: null, big: 1e21, text: "a\x1b[1m\r" };
  const cases: [path: string, cell: string][] = [
    [".metadata.name", "one"],
    ["spec.list", "[c 1 2.5 <nil> map[a:b]]"],
    ["{.spec.list[*]}", "c,1,2.5,<nil>,map[a:b]"],
    ["spec.none", "<nil>"],
    ["spec.nothing", "<none>"],
    ["spec.big", "1e+21"],
    ["spec.text", "a^[[1m\\r"],
    ["", "<none>"],
  ];
  for (const [path, cell] of cases) {
    assert.deepEqual(rowsOf(`A:${path}`, object("one", spec)), [[cell]], path);
  }
});

test("columns that are none are refused, those that fail in one row after the others", () => {
  for (const spec of ["A", "A:{.a}{.b}", "A:{"]) {
    assert.throws(() => parseColumns(spec), CommandError, spec);
  }
  for (const file of ["", "A\n", "A B\n.a\n"]) {
    assert.throws(() => parseColumnsFile(file), CommandError, file);
  }
  assert.deepEqual(parseColumnsFile("A  B\n.a {.b}\n"), [
    { header: "A", path: "{.a}" },
    { header: "B", path: "{.b}" },
  ]);
  const rows: string[][] = [];
  const objects = [object("one", { list: [1, 2] }), object("two", { list: [] })];
  assert.throws(() => {
    for (const row of columnRows(parseColumns("A:.spec.list[1]"), objects, true)) rows.push(row);
  }, /array index out of bounds: index 1, length 0/);
  assert.deepEqual(rows, [["A"], ["2"]]);
});

test("objects are sorted by numbers, quantities or words, those without the field first", () => {
  const sorted = (field: string, ...values: unknown[]) =>
    sortObjects(
      values.map((value, index) => object(String(index), value === undefined ? {} : { value })),
      field,
    ).map(({ metadata }) => metadata.name);
  assert.deepEqual(sorted("spec.value", 3, 10, 2), ["2", "0", "1"]);
  assert.deepEqual(sorted("spec.value", "100m", "1", "2Ki", "5"), ["0", "1", "3", "2"]);
  assert.deepEqual(sorted("spec.value", "b", "B", "a"), ["1", "2", "0"]);
  assert.deepEqual(sorted("{.spec.value}", 2, undefined, 1, undefined, null), [
    "3",
    "1",
    "4",
    "2",
    "0",
  ]);
  assert.throws(() => sorted("spec.other", 1, 2), {
    message: `couldn't find any field with path "{.spec.other}" in the list of objects`,
  });
  assert.throws(() => sorted("spec.value", true, false), /unsortable type: bool/);
  assert.throws(() => sorted("spec.value", 1, "a"), /unsortable interface: interface/);
});
