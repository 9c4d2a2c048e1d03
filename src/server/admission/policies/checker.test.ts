import { test } from "node:test";
import assert from "node:assert/strict";
import { expressionChecker } from "./checker.ts";
import type { ExpressionEngine } from "./expressions.ts";

test("selectors of devices are compiled when they are written", () => {
  const checker = expressionChecker({} as unknown as ExpressionEngine);
  const scope = { hasParams: false, variables: [] };
  const of = (expression: string) => checker.problem(expression, "deviceSelector", scope);
  assert.equal(of('device.driver == "gpu.example.com"'), undefined);
  assert.equal(of('device.attributes["gpu.example.com"].model == "a"'), undefined);
  assert.match(of("device.driver ==") ?? "", /^compilation failed: /);
  assert.match(of("object.metadata.name == 'a'") ?? "", /^compilation failed: /);
  assert.equal(of("device.driver"), "must evaluate to bool or the unknown type, not string");
});
