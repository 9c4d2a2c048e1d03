import { test } from "node:test";
import assert from "node:assert/strict";
import { Pod } from "#api/core/v1.ts";
import { fieldErrorText } from "./field-error.ts";
import { validateObjectMeta, validateObjectMetaUpdate } from "./metadata.ts";
import * as names from "./names.ts";
import { validateSchema } from "./schema.ts";

const label63 = "a".repeat(63);

test("names are judged in upstream's words", () => {
  const subdomain =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or " +
    "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used " +
    "for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
  const label =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and " +
    "must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex " +
    "used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
  const cases: [check: (value: string) => readonly string[], value: string, ...string[]][] = [
    [names.isDnsSubdomain, "a.b-c.1"],
    [names.isDnsSubdomain, "A", subdomain],
    [names.isDnsSubdomain, "", subdomain],
    [names.isDnsSubdomain, `${"a.".repeat(127)}a`, "must be no more than 253 characters"],
    [names.isDnsLabel, label63],
    [names.isDnsLabel, `${label63}a`, "must be no more than 63 characters"],
    [names.isDnsLabel, "a.b", "must not contain dots"],
    [names.isDnsLabel, "a_b", label],
    [names.isQualifiedName, "example.com/a_b.C"],
    [names.isQualifiedName, "/a", "prefix part must be non-empty"],
    [names.isLabelValue, ""],
    [names.isLabelValue, `${label63}a`, "must be no more than 63 bytes"],
    [names.isPathSegment, "system:node/x", "may not contain '/'"],
    [names.isPathSegment, "..", "may not be '..'"],
    [names.isPortName, "http-2"],
    [names.isPortName, "123", "must contain at least one letter (a-z)"],
    [names.isPortName, "a--b", "must not contain consecutive hyphens"],
    [names.isConfigMapKey, "..x", "must not start with '..'"],
    [names.isEnvVarName, "with space"],
    [names.isIp, "10.0.0.1"],
    [names.isIp, "::ffff:1.2.3.4"],
    [names.isIp, "010.0.0.1", "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"],
    [names.isIpv6, "fe80::1::2", "must be a valid IPv6 address"],
    [names.isCidr, "10.0.0.0/8"],
    [
      names.isCidr,
      "10.0.0.0/33",
      "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)",
    ],
  ];
  for (const [check, value, ...problems] of cases) {
    assert.deepEqual(check(value), problems, `${check.name} ${value}`);
  }
});

test("a generateName may end in a dash", () => {
  assert.deepEqual(names.dnsSubdomainRule("web-", true), []);
  assert.equal(names.dnsSubdomainRule("web-").length, 1);
  assert.deepEqual(
    names.parseIp("2001:db8::1"),
    [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  );
});

const rules = { namespaced: true, nameRule: names.dnsSubdomainRule };
const texts = (errors: Parameters<typeof fieldErrorText>[0][]) => errors.map(fieldErrorText);

test("metadata of a new object", () => {
  assert.deepEqual(
    validateObjectMeta({ name: "a", namespace: "b", labels: { c: "d" } }, rules),
    [],
  );
  assert.deepEqual(texts(validateObjectMeta({}, rules)), [
    "metadata.name: Required value: name or generateName is required",
    "metadata.namespace: Required value",
  ]);
  const owner = { apiVersion: "v1", kind: "Pod", name: "p", uid: "u", controller: true };
  const errors = validateObjectMeta(
    {
      name: "a",
      namespace: "b",
      ownerReferences: [owner, { ...owner, name: "q", apiVersion: "" }],
      annotations: { big: "x".repeat(262145) },
      finalizers: ["orphan", "foregroundDeletion"],
    },
    { ...rules, namespaced: false },
  );
  assert.deepEqual(
    errors.map((error) => `${error.path}: ${error.detail}`),
    [
      "metadata.namespace: not allowed on this type",
      "metadata.annotations: may not be more than 262144 bytes",
      "metadata.ownerReferences.apiVersion: version must not be empty",
      "metadata.ownerReferences: Only one reference can have Controller set to true. Found " +
        '"true" in references for Pod/p and Pod/q',
      "metadata.finalizers: finalizer orphan and foregroundDeletion cannot be both set",
    ],
  );
});

test("metadata of a changed object", () => {
  const stored = {
    name: "a",
    uid: "1",
    resourceVersion: "1",
    generation: 2,
    deletionTimestamp: "2026-01-01T00:00:00Z",
  };
  assert.deepEqual(validateObjectMetaUpdate({ ...stored, labels: {} }, stored), []);
  assert.deepEqual(
    texts(
      validateObjectMetaUpdate(
        { ...stored, uid: "2", resourceVersion: "", generation: 1, finalizers: ["a.io/x"] },
        stored,
      ),
    ),
    [
      "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being " +
        'deleted, found new finalizers []string{"a.io/x"}',
      'metadata.resourceVersion: Invalid value: "": must be specified for an update',
      "metadata.generation: Invalid value: 1: must not be decremented",
      'metadata.uid: Invalid value: "2": field is immutable',
    ],
  );
});

test("a schema says what is missing and what is no word of it", () => {
  const errors = validateSchema(Pod, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {},
    spec: { restartPolicy: "Sometimes", containers: [{ image: "x" }] },
    status: {},
  });
  assert.deepEqual(texts(errors).sort(), [
    "spec.containers[0].name: Required value",
    'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", ' +
      '"OnFailure"',
  ]);
});
