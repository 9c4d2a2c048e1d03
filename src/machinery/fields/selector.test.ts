import { test } from "node:test";
import assert from "node:assert/strict";
import { checkSelectableFields, parseFieldSelector } from "./selector.ts";

const fields: Record<string, string> = { "metadata.name": "a=b", "status.phase": "Running" };

test("field selectors match", () => {
  const cases: [text: string, matches: boolean][] = [
    ["", true],
    ["status.phase=Running", true],
    ["status.phase==Pending", false],
    ["status.phase!=Pending,metadata.name=a\\=b", true],
    ["spec.nodeName=", true],
    ["spec.nodeName!=", false],
  ];
  for (const [text, matches] of cases) {
    assert.equal(
      parseFieldSelector(text).matches((field) => fields[field]),
      matches,
      text,
    );
  }
});

test("field selectors print and pin", () => {
  const selector = parseFieldSelector("metadata.name=a\\,b,status.phase!=Running");
  assert.equal(selector.toString(), "metadata.name=a\\,b,status.phase!=Running");
  assert.equal(selector.exactly("metadata.name"), "a,b");
  assert.equal(selector.exactly("status.phase"), undefined);
});

test("what is no field selector is refused", () => {
  const cases: [text: string, message: string][] = [
    ["abc", "invalid selector: 'abc'; can't understand 'abc'"],
    ["a=b=c", "invalid field selector: unescaped character in value: ="],
    ["a=\\x", "invalid field selector: invalid escape sequence: \\x"],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => parseFieldSelector(text), { name: "SelectorError", message }, text);
  }
  assert.throws(() => checkSelectableFields(parseFieldSelector("a=b"), ["metadata.name"]), {
    message: "field label not supported: a",
  });
});
