import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { text } from "#base/bytes.ts";
import { parseTemplate, TemplateError } from "./gotemplate.ts";

const readText = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");
const object: unknown = JSON.parse(readText("./object.json"));

/** One a line: template, what kubectl 1.33 printed for object.json, and its error if it had one. */
const cases = readText("./cases.jsonl")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as [source: string, output: string, error?: string]);

function run(source: string, allowsMissingKeys = true): [output: string, error?: string] {
  try {
    const template = parseTemplate(source, { name: "output", allowsMissingKeys });
    const { output, error } = template.execute(object);
    return error ? [text(output), error.message] : [text(output)];
  } catch (error) {
    if (error instanceof TemplateError) return ["", error.message];
    throw error;
  }
}

test("templates print what kubectl's print, errors included", () => {
  assert.ok(cases.length > 400);
  for (const [source, ...expected] of cases) assert.deepEqual(run(source), expected, source);
});

test("missing keys are refused where they are not allowed", () => {
  const place = "template: output:1:";
  assert.deepEqual(run("{{.spec.none}}", false), ["<no value>"]);
  assert.deepEqual(run("a{{.nope}}", false), [
    "a",
    `${place}3: executing "output" at <.nope>: map has no entry for key "nope"`,
  ]);
  assert.deepEqual(run("{{$x := .spec.none}}{{$x.y}}", false), [
    "",
    `${place}24: executing "output" at <$x.y>: nil data; no entry for key "y"`,
  ]);
});

test("bytes that are no text come out as they are", () => {
  const template = parseTemplate('{{slice .word 0 1}}{{"\\xff"}}', { name: "output" });
  assert.deepEqual([...template.execute({ word: "é" }).output], [0xc3, 0xff]);
});
