import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ValidatingAdmissionPolicy } from "#api/admissionregistration/v1.ts";
import { Deployment } from "#api/apps/v1.ts";
import { ConfigMap, Pod } from "#api/core/v1.ts";
import { expressionEngine } from "./engine.ts";
import { expressionWarnings } from "./type-checking.ts";

describe("type checking of policies", () => {
  const rule = (group: string, ...resources: string[]) => ({
    operations: ["*"],
    apiGroups: [group],
    apiVersions: ["v1"],
    resources,
  });
  const warnings = (spec: object) =>
    expressionWarnings(
      expressionEngine,
      { metadata: { name: "p" }, spec } as unknown as ValidatingAdmissionPolicy,
      [Pod, Deployment, ConfigMap],
    );
  const constraints = (...resourceRules: object[]) => ({ matchConstraints: { resourceRules } });

  it("tells what a kind does not have, for each kind", () => {
    const validations = [
      { expression: "object.metadata.name != ''" },
      { expression: "object.spec.replicas > 1", messageExpression: "object.nope" },
    ];
    const both = constraints(rule("apps", "deployments"), rule("", "pods"));
    assert.deepEqual(warnings({ ...both, validations }), [
      {
        fieldRef: "spec.validations[1].expression",
        warning:
          "v1, Kind=Pod: compilation failed: ERROR: <input>:1:12: undefined field 'replicas'\n" +
          " | object.spec.replicas > 1\n | ...........^\n",
      },
      {
        fieldRef: "spec.validations[1].messageExpression",
        warning:
          "v1, Kind=Pod: compilation failed: ERROR: <input>:1:7: undefined field 'nope'\n" +
          " | object.nope\n | ......^\n\n" +
          "apps/v1, Kind=Deployment: compilation failed: ERROR: <input>:1:7: undefined field " +
          "'nope'\n | object.nope\n | ......^\n",
      },
    ]);
  });

  it("knows parameters and variables", () => {
    const [only, ...others] = warnings({
      ...constraints(rule("", "pods")),
      paramKind: { apiVersion: "v1", kind: "ConfigMap" },
      variables: [{ name: "max", expression: "params.data['max']" }],
      validations: [{ expression: "variables.max == 1 && params.data['x'] == ''" }],
    });
    assert.deepEqual(others, []);
    assert.match(
      only?.warning ?? "",
      /no matching overload for '_==_' applied to '\(string, int\)'/,
    );
  });

  it("checks nothing where anything stands for anything", () => {
    const spec = { ...constraints(rule("*", "pods")), validations: [{ expression: "object.x" }] };
    assert.deepEqual(warnings(spec), []);
  });
});
