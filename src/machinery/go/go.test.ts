import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Base64Error, decodeBase64 } from "./base64.ts";
import { fromByteString, runeCount, toByteString } from "./byte-string.ts";
import { goSyntax, show, sprint, sprintf, sprintln } from "./format.ts";
import { formatFloat, parseFloat64, parseInteger } from "./numbers.ts";
import type { FloatVerb } from "./numbers.ts";
import { quote, unquote } from "./quote.ts";
import { fromJson, GoFloat, GoInteger } from "./values.ts";
import type { GoValue } from "./values.ts";

type Argument = [type: string, value?: unknown];

function valueOf([type, value]: Argument): GoValue {
  switch (type) {
    case "int":
    case "int64":
    case "uint8":
      return new GoInteger(type, Number(value));
    case "float64":
      return new GoFloat(Number(value));
    case "string":
      return String(value);
    default:
      return fromJson(value ?? null);
  }
}

test("formats as Go's fmt does", () => {
  const lines = readFileSync(new URL("./format-cases.jsonl", import.meta.url), "utf8").trim();
  const cases = lines.split("\n").map((line) => JSON.parse(line) as [string, Argument[], string]);
  assert.equal(cases.length, 400);
  for (const [format, values, expected] of cases) {
    assert.equal(sprintf(format, values.map(valueOf)), expected, JSON.stringify([format, values]));
  }
});

test("prints JSON as Go prints its values", () => {
  const value = fromJson({ b: [1, 2.5, null, "é\n"], a: { yes: true }, "": 1e21, c: 1e-7 });
  assert.equal(
    fromByteString(show(value, "v")),
    "map[:1e+21 a:map[yes:true] b:[1 2.5 <nil> é\n] c:1e-07]",
  );
  assert.equal(
    fromByteString(goSyntax(value)),
    'map[string]interface {}{"":1e+21, "a":map[string]interface {}{"yes":true}, ' +
      '"b":[]interface {}{1, 2.5, interface {}(nil), "é\\n"}, "c":1e-07}',
  );
  assert.equal(sprint([fromJson(1), fromJson(2), "a", "b", null, false]), "1 2ab<nil> false");
  assert.equal(sprintln(["a", null, fromJson(1)]), "a <nil> 1\n");
});

test("floats are rounded by their exact decimal value", () => {
  const cases: [value: number, verb: FloatVerb, precision: number, text: string][] = [
    [2.5, "f", 0, "2"],
    [0.125, "f", 2, "0.12"],
    [1e-7, "e", 20, "9.99999999999999954748e-08"],
    [123456789, "g", -1, "1.23456789e+08"],
    [100000, "g", -1, "100000"],
    [9.99, "g", 2, "10"],
    [1e21, "f", -1, "1000000000000000000000"],
    [5e-324, "e", -1, "5e-324"],
    [1, "b", -1, "4503599627370496p-52"],
    [3.75, "x", -1, "0x1.ep+01"],
    [3.99, "x", 1, "0x1.0p+02"],
  ];
  for (const [value, verb, precision, text] of cases) {
    assert.equal(formatFloat(value, verb, precision), text);
  }
});

test("literals are read as Go's compiler reads them", () => {
  assert.equal(parseInteger("0x_ff"), 255n);
  assert.equal(parseInteger("-0b101"), -5n);
  assert.equal(parseInteger("017"), 15n);
  assert.equal(parseInteger("1_000"), 1000n);
  for (const text of ["1__0", "_1", "08", "0x", "1.5", ""])
    assert.equal(parseInteger(text), undefined);
  assert.equal(parseFloat64(".5e1"), 5);
  assert.equal(parseFloat64("0x1.8p1"), 3);
  for (const text of [".", "1e", "1e400", "x"]) assert.equal(parseFloat64(text), undefined);
});

test("quotes and takes quotes away", () => {
  const cases: [text: string, quoted: string][] = [
    ["a\tb\n\x00\x7f", '"a\\tb\\n\\x00\\x7f"'],
    ["é😀\u200b\ufeff", '"é😀\\u200b\\ufeff"'],
    ['"\\', '"\\"\\\\"'],
  ];
  for (const [text, quoted] of cases) {
    assert.equal(fromByteString(quote(toByteString(text))), quoted);
    assert.equal(unquote(toByteString(quoted)), toByteString(text));
  }
  assert.equal(quote("\xff"), '"\\xff"');
  assert.equal(quote(toByteString("é"), { asciiOnly: true }), '"\\u00e9"');
  for (const literal of ['"', '"\\q"', '"a', '"\\400"', '"\\ud800"', '"a\nb"']) {
    assert.equal(unquote(literal), undefined, literal);
  }
  assert.equal(unquote("`a\\n\r`"), "a\\n");
  assert.equal(runeCount(toByteString("한글 😀")), 4);
});

test("base64 tells where it is broken", () => {
  assert.equal(decodeBase64("aG\nk="), "hi");
  assert.equal(decodeBase64(""), "");
  const broken: [encoded: string, at: number][] = [
    ["aGk", 0],
    ["a*k=", 1],
    ["=aaa", 0],
    ["aG=k", 2],
    ["aGk==", 4],
    ["aGk=x", 4],
    ["aaaaaG=", 7],
  ];
  for (const [encoded, at] of broken) {
    const message = `illegal base64 data at input byte ${at}`;
    assert.throws(() => decodeBase64(encoded), { name: Base64Error.name, message }, encoded);
  }
});
