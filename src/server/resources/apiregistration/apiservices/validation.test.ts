import { test } from "node:test";
import assert from "node:assert/strict";
import { VirtualClock } from "#base/clock.ts";
import { problems } from "../../testing.ts";
import { apiServices } from "./resource.ts";

const definition = apiServices({ clock: new VirtualClock() });
const priorities = { groupPriorityMinimum: 100, versionPriority: 100 };
const service = { namespace: "kube-system", name: "metrics-server" };
const named = (name: string, spec: object) => ({ metadata: { name }, spec });
const label =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an " +
  "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', " +
  "regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or " +
  "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used " +
  "for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

const cases: readonly (readonly [what: string, object: object, errors: readonly string[]])[] = [
  ["a local one", named("v1.apps", { group: "apps", version: "v1", ...priorities }), []],
  ["the core group", named("v1.", { version: "v1", ...priorities }), []],
  [
    "a remote one",
    named("v1beta1.metrics.k8s.io", {
      group: "metrics.k8s.io",
      version: "v1beta1",
      insecureSkipTLSVerify: true,
      service,
      ...priorities,
    }),
    [],
  ],
  [
    "nothing at all",
    { metadata: { name: "v1.bad" } },
    [
      'metadata.name: Invalid value: "v1.bad": must be `spec.version+"."+spec.group`: "."',
      "spec.group: Required value: only v1 may have an empty group and it better be legacy kube",
      `spec.version: Invalid value: "": ${label}`,
      "spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000",
      "spec.versionPriority: Invalid value: 0: must be positive and less than 1000",
    ],
  ],
  [
    "everything wrong",
    named("v1.x", {
      group: "X_y",
      version: "1",
      groupPriorityMinimum: 30_000,
      versionPriority: 2000,
      service: { port: 70_000 },
      insecureSkipTLSVerify: true,
      caBundle: "YWJj",
    }),
    [
      'metadata.name: Invalid value: "v1.x": must be `spec.version+"."+spec.group`: "1.X_y"',
      `spec.group: Invalid value: "X_y": ${subdomain}`,
      `spec.version: Invalid value: "1": ${label}`,
      "spec.groupPriorityMinimum: Invalid value: 30000: must be positive and less than 20000",
      "spec.versionPriority: Invalid value: 2000: must be positive and less than 1000",
      "spec.service.namespace: Required value",
      "spec.service.name: Required value",
      "spec.service.port: Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive",
      "spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present",
    ],
  ],
  [
    "a local one with what only remote ones need",
    named("v1.x", {
      group: "x",
      version: "v1",
      insecureSkipTLSVerify: true,
      caBundle: "YWJj",
      ...priorities,
    }),
    [
      'spec.caBundle: Invalid value: "3 bytes": local APIServices may not have a caBundle',
      "spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have " +
        "insecureSkipTLSVerify",
    ],
  ],
];

for (const [what, object, errors] of cases) {
  test(what, () => assert.deepEqual(problems(definition, object), errors));
}

test("the Available column says why not", () => {
  const shown = definition.columns?.find(({ name }) => name === "Available");
  const of = (conditions?: object[]) => shown?.cell({ status: { conditions } }, 0);
  const condition = { type: "Available", status: "False", reason: "ServiceNotFound" };
  assert.equal(of(), "Unknown");
  assert.equal(of([condition]), "False (ServiceNotFound)");
  assert.equal(of([{ ...condition, reason: "" }]), "False");
  assert.equal(of([{ ...condition, status: "True", reason: "Passed" }]), "True");
});
