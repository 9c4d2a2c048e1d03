import assert from "node:assert/strict";
import { test } from "node:test";
import { text } from "#base/bytes.ts";
import { goTemplatePrinter } from "./go-template.ts";

const object = { kind: "X", spec: { replicas: 3, name: "<b>", list: [1, null], code: "aGVsbG8=" } };

test("kubectl's own functions", () => {
  const cases: [source: string, output: string][] = [
    ['{{exists . "spec" "replicas"}} {{exists . "spec" "nope"}}', "true false"],
    ["{{exists .spec.list 0}} {{exists .spec.list 1}} {{exists .spec.list 2}}", "true false false"],
    ['{{exists .spec.list "x"}} {{exists .spec.nope}} {{exists nil}}', "false true true"],
    ['{{exists "abc" 1}} {{exists .spec.replicas 1}} {{exists . nil}}', "true false false"],
    ["{{base64decode .spec.code}} {{.spec.code | base64decode}}", "hello hello"],
  ];
  for (const [source, output] of cases) {
    assert.equal(text(goTemplatePrinter(source).print(object).output), output, source);
  }
});

test("an error explains itself where the output would have been", () => {
  const { output, error } = goTemplatePrinter('x{{"a*" | base64decode}}').print(object);
  const problem =
    'template: output:1:10: executing "output" at <base64decode>: error calling base64decode: ' +
    "base64 decode failed: illegal base64 data at input byte 1";
  assert.equal(error, `error executing template "x{{\\"a*\\" | base64decode}}": ${problem}`);
  assert.equal(
    text(output),
    `xError executing template: ${problem}. Printing more information for debugging the template:
\ttemplate was:
\t\tx{{"a*" | base64decode}}
\traw data was:
\t\t{"kind":"X","spec":{"code":"aGVsbG8=","list":[1,null],"name":"\\u003cb\\u003e","replicas":3}}
\tobject given to template engine was:
\t\tmap[kind:X spec:map[code:aGVsbG8= list:[1 <nil>] name:<b> replicas:3]]

`,
  );
});
