import { test } from "node:test";
import assert from "node:assert/strict";
import * as status from "./status.ts";
import { invalid, requiredValue } from "./validation/field-error.ts";

const pods = { group: "", resource: "pods" };
const deployments = { group: "apps", resource: "deployments" };

const cases: [
  name: string,
  error: status.StatusError,
  code: number,
  reason: string,
  text: string,
][] = [
  ["not found", status.notFound(pods, "x"), 404, "NotFound", 'pods "x" not found'],
  [
    "exists",
    status.alreadyExists(deployments, "x"),
    409,
    "AlreadyExists",
    'deployments.apps "x" already exists',
  ],
  [
    "conflict",
    status.conflict(pods, "x"),
    409,
    "Conflict",
    'Operation cannot be fulfilled on pods "x": the object has been modified; please apply ' +
      "your changes to the latest version and try again",
  ],
  [
    "denied in a namespace",
    status.accessDenied({ user: "u", verb: "get", namespace: "default", name: "x", ...pods }),
    403,
    "Forbidden",
    'pods "x" is forbidden: User "u" cannot get resource "pods" in API group "" ' +
      'in the namespace "default"',
  ],
  [
    "denied subresource at cluster scope",
    status.accessDenied({ user: "u", verb: "list", ...deployments, subresource: "scale" }, "no"),
    403,
    "Forbidden",
    'deployments.apps is forbidden: User "u" cannot list resource "deployments/scale" ' +
      'in API group "apps" at the cluster scope: no',
  ],
  [
    "denied path",
    status.accessDenied({ user: "u", verb: "get", path: "/metrics" }),
    403,
    "Forbidden",
    'forbidden: User "u" cannot get path "/metrics"',
  ],
  [
    "too old",
    status.resourceVersionTooOld(1, 5),
    410,
    "Expired",
    "too old resource version: 1 (5)",
  ],
  [
    "one field",
    status.invalid({ group: "", kind: "Pod" }, "x", [
      requiredValue("spec.containers[0].name"),
      requiredValue("spec.containers[0].name"),
    ]),
    422,
    "Invalid",
    'Pod "x" is invalid: spec.containers[0].name: Required value',
  ],
  [
    "several fields",
    status.invalid({ group: "apps", kind: "Deployment" }, "x", [
      invalid("spec.replicas", -1, "must be greater than or equal to 0"),
      requiredValue("spec.selector"),
    ]),
    422,
    "Invalid",
    'Deployment.apps "x" is invalid: [spec.replicas: Invalid value: -1: must be greater than ' +
      "or equal to 0, spec.selector: Required value]",
  ],
  [
    "method",
    status.methodNotSupported(pods, "patch"),
    405,
    "MethodNotAllowed",
    'patch is not supported on resources of kind "pods"',
  ],
];

for (const [name, error, code, reason, text] of cases) {
  test(`status: ${name}`, () => {
    assert.deepEqual([error.code, error.reason, error.message], [code, reason, text]);
    assert.deepEqual(status.toStatus(error), error.status);
  });
}

test("details name the object and each cause", () => {
  assert.deepEqual(status.notFound(deployments, "x").status.details, {
    name: "x",
    group: "apps",
    kind: "deployments",
  });
  const error = status.invalid({ group: "", kind: "Pod" }, "x", [requiredValue("spec")]);
  assert.deepEqual(error.status.details?.causes, [
    { reason: "FieldValueRequired", message: "Required value", field: "spec" },
  ]);
});

test("what nobody foresaw is an internal error", () => {
  assert.deepEqual(status.toStatus(new Error("boom")), {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: "Internal error occurred: boom",
    reason: "InternalError",
    details: { causes: [{ message: "boom" }] },
    code: 500,
  });
});
