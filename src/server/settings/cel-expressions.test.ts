import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { celExpressions } from "./cel-expressions.ts";
import type { Subject } from "./expressions.ts";

describe("expressions of configuration files", () => {
  const table: [expression: string, subject: Subject, value: unknown, expected: unknown][] = [
    ["claims.sub", "claims", { sub: "ann" }, "ann"],
    ["'oidc:' + claims.sub", "claims", { sub: "ann" }, "oidc:ann"],
    ["claims.roles.filter(role, role != 'x')", "claims", { roles: ["x", "y"] }, ["y"]],
    ["has(claims.team) ? claims.team : ''", "claims", {}, ""],
    ["claims.?team.orValue('none')", "claims", {}, "none"],
    ["user.groups.all(group, !group.startsWith('system:'))", "user", { groups: ["a"] }, true],
    ["user.extra['a/b'][0]", "user", { extra: { "a/b": ["c"] } }, "c"],
    ["request.user + request.uid", "request", { user: "a", uid: "" }, "a"],
  ];
  for (const [expression, subject, value, expected] of table) {
    it(expression, () => {
      assert.deepEqual(celExpressions.compile(expression, subject).evaluate(value), expected);
    });
  }

  const wrong: [expression: string, subject: Subject, isCondition: boolean, error: RegExp][] = [
    ["claims.", "claims", false, /^compilation failed: ERROR: <input>:1:8: Syntax error/],
    ["user.name", "claims", false, /undeclared reference to 'user'/],
    ["user.name", "user", false, /undefined field 'name'/],
    ["claims.active", "claims", true, /^must evaluate to bool$/],
    ["request.user", "request", true, /^must evaluate to bool but got string$/],
  ];
  for (const [expression, subject, isCondition, message] of wrong) {
    it(`refuse ${expression}`, () => {
      assert.throws(() => celExpressions.compile(expression, subject, { isCondition }), {
        name: "ExpressionError",
        message,
      });
    });
  }

  it("may have no value", () => {
    const compiled = celExpressions.compile("claims.sub", "claims");
    assert.throws(() => compiled.evaluate({}), {
      name: "ExpressionError",
      message: "no such key: sub",
    });
  });

  it("tell what they read", () => {
    const compiled = celExpressions.compile(
      "claims.?email.hasValue() && claims.verified && [1].exists(claim, claims.n == claim)",
      "claims",
    );
    const names = ["email", "verified", "n", "claim", "sub"];
    assert.deepEqual(
      names.filter((name) => compiled.reads(name)),
      ["email", "verified", "n"],
    );
  });
});
