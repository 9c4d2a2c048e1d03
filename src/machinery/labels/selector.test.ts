import { test } from "node:test";
import assert from "node:assert/strict";
import { parseSelector, SelectorError } from "./selector.ts";
import { formatLabelSelector, matchesLabelSelector, selectorOf } from "./label-selector.ts";

test("selectors parse and print", () => {
  const cases: [text: string, printed?: string][] = [
    [""],
    ["a=b"],
    ["a==b"],
    ["a!=b"],
    ["b=c, a = d", "a=d,b=c"],
    ["a"],
    ["!a"],
    ["x in (b,a,a)", "x in (a,b)"],
    ["x notin (a)", "x notin (a)"],
    ["x in (a,)", "x in (,a)"],
    ["x in (in,notin)", "x in (in,notin)"],
    ["in in (a)", "in in (a)"],
    ["example.com/name>5", "example.com/name>5"],
    ["a<5"],
    ["a=", "a="],
    ["a=,b=c", "a=,b=c"],
  ];
  for (const [text, printed = text] of cases) {
    assert.equal(parseSelector(text).toString(), printed, text);
  }
});

test("selectors match", () => {
  const labels = { app: "web", tier: "2" };
  const cases: [text: string, matches: boolean][] = [
    ["", true],
    ["app=web", true],
    ["app=db", false],
    ["app!=db", true],
    ["none!=x", true],
    ["app in (web,db),tier", true],
    ["app notin (web)", false],
    ["none notin (web)", true],
    ["!app", false],
    ["!none", true],
    ["none", false],
    ["tier>1", true],
    ["tier<2", false],
    ["app>1", false],
    ["toString", false],
  ];
  for (const [text, matches] of cases) {
    assert.equal(parseSelector(text).matches(labels), matches, text);
  }
});

test("what is no selector is refused in upstream's words", () => {
  const cases: [text: string, message: string][] = [
    ["a=b,", "found '', expected: identifier after ','"],
    [",a", "found ',', expected: !, identifier, or 'end of string'"],
    ["a in b", "unable to parse requirement: found 'b' expected: '('"],
    ["a in (b", "unable to parse requirement: found '', expected: ',' or ')'"],
    [
      "a in ()",
      "unable to parse requirement: values: Invalid value: []: for 'in', 'notin' operators, " +
        "values set can't be empty",
    ],
    ["a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ["a=b c", "found 'c', expected: ',' or 'end of string'"],
    [
      "a>x",
      "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, " +
        "the value must be an integer",
    ],
    [
      "-a=b",
      'unable to parse requirement: <nil>: Invalid value: "-a": name part must consist of ' +
        "alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
        "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
        "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => parseSelector(text), { name: "SelectorError", message }, text);
  }
});

test("selectors in objects", () => {
  const selector = {
    matchLabels: { app: "web" },
    matchExpressions: [
      { key: "tier", operator: "In" as const, values: ["2", "1"] },
      { key: "old", operator: "DoesNotExist" as const },
    ],
  };
  assert.equal(formatLabelSelector(selector), "app=web,!old,tier in (1,2)");
  const cases: [labels: Record<string, string> | undefined, matches: boolean][] = [
    [{ app: "web", tier: "1" }, true],
    [{ app: "web", tier: "3" }, false],
    [{ app: "web", tier: "1", old: "" }, false],
    [{ tier: "1" }, false],
    [undefined, false],
  ];
  for (const [labels, matches] of cases) {
    assert.equal(matchesLabelSelector(selector, labels), matches);
    assert.equal(selectorOf(selector).matches(labels), matches);
  }
  assert.equal(matchesLabelSelector({}, undefined), true);
  assert.equal(matchesLabelSelector(undefined, {}), false);
  assert.equal(selectorOf({}).isEmpty, true);
  assert.equal(selectorOf(undefined).matches({}), false);
  assert.throws(() => selectorOf({ matchLabels: { "": "x" } }), SelectorError);
});
