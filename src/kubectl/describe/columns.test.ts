import assert from "node:assert/strict";
import { test } from "node:test";
import { alignColumns } from "./columns.ts";
import { DescribeWriter } from "./writer.ts";

test("neighbouring cells stand under each other, two apart", () => {
  assert.equal(alignColumns("a:\tone\nlonger:\ttwo\n"), "a:       one\nlonger:  two\n");
});

test("a line without the column starts it anew", () => {
  const text = "a:\t1\nlong title:\t2\nno columns\nb:\t3\n";
  assert.equal(alignColumns(text), "a:           1\nlong title:  2\nno columns\nb:  3\n");
});

test("a shorter line ends only the columns that it lacks", () => {
  const text = "a\tb\tc\nlong\td\ne\tlonger\tf\n";
  assert.equal(alignColumns(text), "a     b  c\nlong  d\ne     longer  f\n");
});

test("what follows the last tab is not padded, what precedes it is", () => {
  assert.equal(alignColumns("a:\t\nbb:\tvery long\n"), "a:   \nbb:  very long\n");
});

test("empty cells still take their room", () => {
  assert.equal(alignColumns("a\t\tb\nc\t\td\n"), "a    b\nc    d\n");
});

test("a form feed ends all columns, a vertical tab a cell", () => {
  assert.equal(alignColumns("a\tb\flong\vc\n"), "a  b\nlong  c\n");
});

test("letters count once, however many bytes they have", () => {
  assert.equal(alignColumns("키:\ta\nkey:\tb\n"), "키:    a\nkey:  b\n");
});

test("the writer makes control characters visible, and starts columns anew when told", () => {
  const writer = new DescribeWriter();
  writer.field(0, "Colour", "\x1b[31mred\r");
  writer.startColumnsAnew();
  writer.field(1, "A", 1);
  assert.equal(writer.toString(), "Colour:  ^[[31mred\\r\n  A:  1\n");
});
