import { test } from "node:test";
import assert from "node:assert/strict";
import { VirtualClock } from "#base/clock.ts";
import { crontabs, crontabSchema } from "../../../crd/testing.ts";
import type { Loose } from "../../../../testkit/requests.ts";
import { problems, updateProblems } from "../../testing.ts";
import { customResourceDefinitions } from "./resource.ts";

const definition = customResourceDefinitions({ clock: new VirtualClock() });
const status = { storedVersions: ["v1"], acceptedNames: { plural: "", kind: "" } };

function told(crd: Loose): string[] {
  return problems(definition, { ...crd, status });
}

function checkAll(cases: readonly (readonly [what: string, crd: Loose, errors: string[]])[]): void {
  for (const [what, crd, errors] of cases) {
    test(what, () => assert.deepEqual(told(crd), errors));
  }
}

const label =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an " +
  "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', " +
  "regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const mixed = `may have mixed case, but should otherwise match: ${label}`;

function changed(change: (crd: Loose) => void): Loose {
  const crd = structuredClone(crontabs({}));
  change(crd);
  return crd;
}

const protectedGroup = (annotations?: object) =>
  changed((crd) => {
    crd.metadata = { name: "crontabs.foo.k8s.io", ...(annotations && { annotations }) };
    crd.spec.group = "foo.k8s.io";
  });
const approval = "metadata.annotations[api-approved.kubernetes.io]";

checkAll([
  ["a good definition", crontabs({}), []],
  [
    "a name that is not made of plural and group",
    changed((crd) => (crd.metadata.name = "foo")),
    ['metadata.name: Invalid value: "foo": must be spec.names.plural+"."+spec.group'],
  ],
  [
    "nothing at all",
    { metadata: { name: "a.b" } },
    [
      'metadata.name: Invalid value: "a.b": must be spec.names.plural+"."+spec.group',
      "spec.group: Required value",
      "spec.scope: Required value",
      "spec.versions: Invalid value: []: must have exactly one version marked as storage version",
      "spec.names.plural: Required value",
      "spec.names.singular: Required value",
      "spec.names.kind: Required value",
      "spec.names.listKind: Required value",
      'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was ' +
        "previously a storage version, and must remain in spec.versions until a storage migration " +
        "ensures no data remains persisted in v1 and removes v1 from status.storedVersions",
    ],
  ],
  [
    "a scope that there is not",
    changed((crd) => (crd.spec.scope = "Foo")),
    ['spec.scope: Unsupported value: "Foo": supported values: "Cluster", "Namespaced"'],
  ],
  [
    "a version without a schema",
    changed((crd) => delete crd.spec.versions[0].schema),
    ["spec.versions[0].schema.openAPIV3Schema: Required value"],
  ],
  [
    "names that are none",
    changed((crd) => {
      const names = { kind: "cron tab", listKind: "cron tab", singular: "-" };
      crd.spec.names = { plural: "crontabs", shortNames: ["A"], categories: ["B"], ...names };
    }),
    [
      `spec.names.singular: Invalid value: "-": ${label}`,
      `spec.names.kind: Invalid value: "cron tab": ${mixed}`,
      `spec.names.listKind: Invalid value: "cron tab": ${mixed}`,
      `spec.names.shortNames[0]: Invalid value: "A": ${label}`,
      'spec.names.listKind: Invalid value: "cron tab": kind and listKind may not be the same',
      `spec.names.categories[0]: Invalid value: "B": ${label}`,
    ],
  ],
  [
    "two storage versions, shown as upstream shows them",
    changed(({ spec }) => spec.versions.push({ ...spec.versions[0], name: "v2" })),
    [
      'spec.versions: Invalid value: [{"Name":"v1","Served":true,"Storage":true,' +
        '"Deprecated":false,"DeprecationWarning":null,"Schema":null,"Subresources":null,' +
        '"AdditionalPrinterColumns":null,"SelectableFields":null},{"Name":"v2","Served":true,' +
        '"Storage":true,"Deprecated":false,"DeprecationWarning":null,"Schema":null,' +
        '"Subresources":null,"AdditionalPrinterColumns":null,"SelectableFields":null}]: ' +
        "must have exactly one version marked as storage version",
      'status.storedVersions: Invalid value: ["v1"]: must have the storage version v2',
    ],
  ],
  [
    "keeping unknown fields everywhere",
    changed((crd) => (crd.spec.preserveUnknownFields = true)),
    [
      "spec.preserveUnknownFields: Invalid value: true: must be false in order to use defaults in " +
        "the schema",
      "spec.preserveUnknownFields: Invalid value: true: cannot set to true, set " +
        "x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead",
    ],
  ],
  [
    "columns that cannot be",
    crontabs({
      version: {
        additionalPrinterColumns: [
          { name: "", type: "foo", format: "bar", jsonPath: "spec.x" },
          { name: "a" },
        ],
      },
    }),
    [
      "spec.additionalPrinterColumns[0].name: Required value",
      'spec.additionalPrinterColumns[0].type: Invalid value: "foo": must be one of ' +
        "boolean,date,integer,number,string",
      'spec.additionalPrinterColumns[0].format: Invalid value: "bar": must be one of ' +
        "byte,date,date-time,double,float,int32,int64,password",
      'spec.additionalPrinterColumns[0].JSONPath: Invalid value: "spec.x": must be a simple json ' +
        "path starting with .",
      "spec.additionalPrinterColumns[1].type: Required value: must be one of " +
        "boolean,date,integer,number,string",
      "spec.additionalPrinterColumns[1].JSONPath: Required value",
    ],
  ],
  [
    "scale paths that lead elsewhere",
    crontabs({
      version: {
        subresources: {
          scale: {
            specReplicasPath: "spec.x",
            statusReplicasPath: ".spec.x",
            labelSelectorPath: ".foo",
          },
        },
      },
    }),
    [
      'spec.subresources.scale.specReplicasPath: Invalid value: "spec.x": must be a simple json ' +
        "path starting with .",
      'spec.subresources.scale.statusReplicasPath: Invalid value: ".spec.x": should be a json ' +
        "path under .status",
      'spec.subresources.scale.labelSelectorPath: Invalid value: ".foo": should be a json path ' +
        "under either .spec or .status",
    ],
  ],
  [
    "fields that cannot be selected",
    crontabs({
      version: {
        selectableFields: [
          ".spec.nope",
          ".spec.tags",
          "",
          ".spec.mode",
          ".spec.mode",
          ".spec.ports[0]",
          "spec.mode",
        ].map((jsonPath) => ({ jsonPath })),
      },
    }),
    [
      'spec.selectableFields[0].jsonPath: Invalid value: ".spec.nope": is an invalid path: does ' +
        "not refer to a valid field",
      'spec.selectableFields[1].jsonPath: Invalid value: ".spec.tags": must point to a field of ' +
        "type string, boolean or integer. Enum string fields and strings with formats are allowed.",
      "spec.selectableFields[2].jsonPath: Required value",
      'spec.selectableFields[4].jsonPath: Duplicate value: ".spec.mode"',
      'spec.selectableFields[5].jsonPath: Invalid value: ".spec.ports[0]": is an invalid path: ' +
        "array notation is not allowed",
      'spec.selectableFields[6].jsonPath: Invalid value: "spec.mode": is an invalid path: ' +
        "expected [ or . but got: spec",
    ],
  ],
  [
    "a warning of what is not deprecated",
    crontabs({ version: { deprecationWarning: "x" } }),
    [
      'spec.versions[0].deprecationWarning: Invalid value: "x": can only be set for deprecated ' +
        "versions",
    ],
  ],
  [
    "a group of the project without its approval",
    protectedGroup(),
    [
      `${approval}: Required value: protected groups must have approval annotation ` +
        '"api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
    ],
  ],
  [
    "an approval that is none",
    protectedGroup({ "api-approved.kubernetes.io": "foo" }),
    [
      `${approval}: Invalid value: "foo": protected groups must have approval annotation ` +
        '"api-approved.kubernetes.io" with either a URL or a reason starting with "unapproved", ' +
        "see https://github.com/kubernetes/enhancements/pull/1111",
    ],
  ],
  [
    "a group that goes without approval knowingly",
    protectedGroup({ "api-approved.kubernetes.io": "unapproved, test" }),
    [],
  ],
]);

const conversion = (given: object) => crontabs({ spec: { conversion: given } });
const config = "spec.conversion.webhookClientConfig";

checkAll([
  [
    "a strategy that there is not",
    conversion({ strategy: "Foo" }),
    ['spec.conversion.strategy: Unsupported value: "Foo": supported values: "None", "Webhook"'],
  ],
  [
    "a webhook that is not told",
    conversion({ strategy: "Webhook" }),
    [
      `${config}: Required value: required when strategy is set to Webhook`,
      "spec.conversion.conversionReviewVersions: Required value",
    ],
  ],
  [
    "a webhook in two places",
    conversion({
      strategy: "Webhook",
      webhook: {
        clientConfig: { url: "https://foo", service: { name: "x", namespace: "y" } },
        conversionReviewVersions: ["v3"],
      },
    }),
    [
      `${config}: Required value: exactly one of url or service is required`,
      'spec.conversion.conversionReviewVersions: Invalid value: ["v3"]: must include at least ' +
        "one of v1, v1beta1",
    ],
  ],
  [
    "a URL that is not only a place",
    conversion({
      strategy: "Webhook",
      webhook: { clientConfig: { url: "http://foo?x=1#f" }, conversionReviewVersions: ["v1"] },
    }),
    [
      `${config}.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired ` +
        "format: https://host[/path]",
      `${config}.url: Invalid value: "f": fragments are not permitted in the URL`,
      `${config}.url: Invalid value: "x=1": query parameters are not permitted in the URL`,
    ],
  ],
  [
    "a service without a namespace",
    conversion({
      strategy: "Webhook",
      webhook: {
        clientConfig: { service: { name: "x", namespace: "", path: "a//b", port: 0 } },
        conversionReviewVersions: ["v1", "v1"],
      },
    }),
    [
      `${config}.service.name: Required value`,
      `${config}.service.port: Invalid value: 0: port is not valid: must be between 1 and 65535, ` +
        "inclusive",
      `${config}.service.path: Invalid value: "a//b": must start with a '/'`,
      `${config}.service.path: Invalid value: "a//b": segment[0] may not be empty`,
      `${config}.service.path: Invalid value: "a//b": segment[1] may not be empty`,
      'spec.conversion.conversionReviewVersions[1]: Invalid value: "v1": duplicate version',
    ],
  ],
]);

function schema(change: (schema: Loose, properties: Loose) => void): Loose {
  const copy: Loose = structuredClone(crontabSchema);
  change(copy, copy.properties.spec.properties);
  return crontabs({ schema: copy });
}

const root = "spec.validation.openAPIV3Schema";
const spec = `${root}.properties[spec]`;

checkAll([
  [
    "no type at the root",
    schema((all) => delete all.type),
    [`${root}.type: Required value: must not be empty at the root`],
  ],
  [
    "a list at the root",
    schema((all) => (all.type = "array")),
    [
      `${root}.items: Required value: must be specified`,
      `${root}.type: Invalid value: "array": must be object at the root`,
    ],
  ],
  [
    "a field without a type, and items without one",
    schema((_, fields) => {
      delete fields.mode.type;
      delete fields.tags.items.type;
    }),
    [
      `${spec}.properties[mode].type: Required value: must not be empty for specified object fields`,
      `${spec}.properties[tags].items.type: Required value: must not be empty for specified array ` +
        "items",
    ],
  ],
  [
    "a type that there is not",
    schema((_, fields) => (fields.mode.type = "foo")),
    [
      `${spec}.properties[mode].type: Unsupported value: "foo": supported values: "array", ` +
        '"boolean", "integer", "number", "object", "string"',
    ],
  ],
  [
    "structure below anyOf",
    schema((all) => {
      all.properties.spec.anyOf = [{ type: "object", description: "x", nullable: true }];
      all.anyOf = [{ properties: { other: { minimum: 1 } } }];
    }),
    [
      `${root}.properties[other]: Required value: because it is defined in ` +
        `${root}.anyOf[0].properties[other]`,
      `${spec}.anyOf[0].description: Forbidden: must be empty to be structural`,
      `${spec}.anyOf[0].nullable: Forbidden: must be false to be structural`,
      `${spec}.anyOf[0].type: Forbidden: must be empty to be structural`,
    ],
  ],
  [
    "metadata described anew",
    schema((all) => {
      all.properties.metadata = { type: "object", properties: { labels: { type: "object" } } };
    }),
    [
      `${root}.properties[metadata]: Forbidden: must not specify anything other than name and ` +
        "generateName, but metadata is implicitly specified",
    ],
  ],
  [
    "names restricted",
    schema((all) => {
      all.properties.metadata = { type: "object", properties: { name: { type: "string" } } };
    }),
    [],
  ],
  [
    "fields and keys at once",
    schema((all) => (all.properties.spec.additionalProperties = { type: "string" })),
    [
      `${spec}.additionalProperties: Forbidden: additionalProperties and properties are mutual ` +
        "exclusive",
    ],
  ],
  [
    "list types that do not fit",
    schema((all, fields) => {
      all.properties.spec["x-kubernetes-map-type"] = "foo";
      fields.tags.uniqueItems = true;
      fields.tags["x-kubernetes-list-map-keys"] = ["a"];
      fields.ports["x-kubernetes-list-map-keys"] = ["nope", "name"];
      fields.mode["x-kubernetes-list-type"] = "atomic";
    }),
    [
      `${spec}.properties[mode].type: Invalid value: "string": must be array if ` +
        "x-kubernetes-list-type is specified",
      `${spec}.properties[ports].x-kubernetes-list-map-keys: Invalid value: ["nope","name"]: ` +
        "entries must all be names of item properties",
      `${spec}.properties[ports].items.properties[name].default: Required value: this property ` +
        "is in x-kubernetes-list-map-keys, so it must have a default or be a required property",
      `${spec}.properties[tags].uniqueItems: Forbidden: uniqueItems cannot be set to true since ` +
        "the runtime complexity becomes quadratic",
      `${spec}.properties[tags].x-kubernetes-list-type: Invalid value: "set": must be map if ` +
        "x-kubernetes-list-map-keys is non-empty",
      `${spec}.x-kubernetes-map-type: Unsupported value: "foo": supported values: "atomic", ` +
        '"granular"',
    ],
  ],
  [
    "a set of objects that have owners inside",
    schema((_, fields) => (fields.tags.items = { type: "object", properties: {} })),
    [
      `${spec}.properties[tags].items.x-kubernetes-map-type: Invalid value: null: must be atomic ` +
        "as item of a list with x-kubernetes-list-type=set",
    ],
  ],
  [
    "what JSON Schema has and structural schemas have not",
    schema((_, fields) => {
      fields.mode.$ref = "#/x";
      fields.image.id = "x";
      fields.tags.items = [{ type: "string" }];
    }),
    [
      `${spec}.properties[image].id: Forbidden: id is not supported`,
      `${spec}.properties[mode].$ref: Forbidden: $ref is not supported`,
      `${spec}.properties[tags].items: Forbidden: items must be a schema object and not an array`,
    ],
  ],
  [
    "a pattern that is none",
    schema((_, fields) => (fields.mode.pattern = "(")),
    [
      `${spec}.properties[mode].pattern: Invalid value: "(": must be a valid regular expression, ` +
        "but isn't: error parsing regexp: missing closing ): `(`",
    ],
  ],
  [
    "defaults that their own schemas refuse",
    schema((_, fields) => {
      fields.image.default = 7;
      fields.replicas.default = 100;
      fields.mode.default = "C";
      fields.ports.items.default = { port: 1, more: 1 };
    }),
    [
      `${spec}.properties[image].default: Invalid value: "integer":  in body must be of type ` +
        'string: "integer"',
      `${spec}.properties[replicas].default: Invalid value: 100:  in body should be less than or ` +
        "equal to 10",
      `${spec}.properties[mode].default: Unsupported value: "C": supported values: "B", "A"`,
      `${spec}.properties[ports].items.default: Invalid value: {"port":1,"more":1}: must not ` +
        "have unknown fields",
    ],
  ],
  [
    "resources and numbers-or-words that are something else",
    schema((_, fields) => {
      fields.port["x-kubernetes-preserve-unknown-fields"] = true;
      fields.embedded = { type: "string", "x-kubernetes-embedded-resource": true };
    }),
    [
      `${spec}.properties[embedded].properties: Required value: must not be empty if ` +
        "x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields",
      `${spec}.properties[embedded].type: Invalid value: "string": must be object if ` +
        "x-kubernetes-embedded-resource is true",
      `${spec}.properties[port].x-kubernetes-preserve-unknown-fields: Invalid value: true: must ` +
        "be false if x-kubernetes-int-or-string is true",
    ],
  ],
  [
    "rules that say nothing",
    schema((all) => {
      all.properties.spec["x-kubernetes-validations"] = [
        { rule: " " },
        { rule: "true", message: "a\nb", reason: "Foo", fieldPath: ".nope" },
        { rule: "true\n", messageExpression: " " },
      ];
    }),
    [
      `${spec}.x-kubernetes-validations[0].rule: Required value: rule is not specified`,
      `${spec}.x-kubernetes-validations[1].message: Invalid value: "a\\nb": must not contain line ` +
        "breaks",
      `${spec}.x-kubernetes-validations[1].reason: Unsupported value: "Foo": supported values: ` +
        '"FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"',
      `${spec}.x-kubernetes-validations[1].fieldPath: Invalid value: ".nope": must be a valid path`,
      `${spec}.x-kubernetes-validations[2].messageExpression: Required value: messageExpression ` +
        "must be non-empty if specified",
    ],
  ],
]);

test("a version that is shown may have an empty schema", () => {
  const crd = changed(({ spec }) => {
    const [version] = spec.versions;
    version.schema = {};
    spec.versions.push({ ...version, storage: false, schema: { openAPIV3Schema: crontabSchema } });
  });
  const errors = told(crd).filter((error) => error.includes("must contain unique version names"));
  assert.equal(errors.length, 1);
  assert.match(errors[0] ?? "", /"Schema":\{"OpenAPIV3Schema":null\}/);
});

test("versions that differ are told of by their place", () => {
  const crd = changed(({ spec: { versions } }) => {
    const second = structuredClone(versions[0]);
    delete second.schema.openAPIV3Schema.properties.spec.properties.mode.type;
    versions.push({ ...second, name: "v2", storage: false });
  });
  assert.deepEqual(told(crd), [
    "spec.versions[1].schema.openAPIV3Schema.properties[spec].properties[mode].type: " +
      "Required value: must not be empty for specified object fields",
  ]);
});

test("what the instances are kept by does not change", () => {
  const conditions = [{ type: "Established", status: "True" }];
  const old = { ...crontabs({}), status: { ...status, conditions } };
  const crd = structuredClone(old);
  Object.assign(crd.spec, { group: "foo.bar", scope: "Cluster" });
  Object.assign(crd.spec.names, { kind: "Foo", plural: "foos" });
  assert.deepEqual(updateProblems(definition, old, crd), [
    'spec.scope: Invalid value: "Cluster": field is immutable',
    'spec.names.kind: Invalid value: "Foo": field is immutable',
    'spec.group: Invalid value: "foo.bar": field is immutable',
    'spec.names.plural: Invalid value: "foos": field is immutable',
  ]);
});

const tooCostly =
  "estimated rule cost exceeds budget by factor of more than 100x (try simplifying the rule, or " +
  "adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)";
const contributed =
  "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema";
const totalTooCostly = `x-kubernetes-validations ${tooCostly.replace("cost", "cost total for entire OpenAPIv3 schema")}`;
const ruled = (rules: object[], properties: object) =>
  schema((all) => {
    Object.assign(all.properties.spec.properties, properties);
    all.properties.spec["x-kubernetes-validations"] = rules;
  });
const goRule = (rule: string, more: object = {}) =>
  JSON.stringify({
    Rule: rule,
    Message: "",
    MessageExpression: "",
    Reason: null,
    FieldPath: "",
    OptionalOldSelf: null,
    ...more,
  });
const number = { type: "integer" };
const strings = { type: "array", items: { type: "string" } };
const ruledString = (rule: string) => ({
  type: "string",
  "x-kubernetes-validations": [{ rule }],
});

checkAll([
  [
    "rules that can be kept",
    ruled(
      [
        { rule: "self.a <= self.b" },
        { rule: "!oldSelf.hasValue() || self.a >= oldSelf.value().a", optionalOldSelf: true },
        { rule: "type(self.port) == int ? self.port > 1 : self.port == 'x'" },
        { rule: "self.short.all(x, self.short.all(y, x == y))" },
      ],
      {
        a: number,
        b: number,
        short: { type: "array", maxItems: 10, items: { type: "string", maxLength: 10 } },
      },
    ),
    [],
  ],
  [
    "rules that are mistaken",
    ruled(
      [
        { rule: "self.nope == 1" },
        { rule: "self.a + 1" },
        { rule: "self.a == 1", messageExpression: "self.a" },
        { rule: "self.a == 1", messageExpression: "self.b" },
        { rule: "self.a == 1", optionalOldSelf: true },
      ],
      { a: number },
    ),
    [
      `${spec}.x-kubernetes-validations[0].rule: Invalid value: ${goRule("self.nope == 1")}: ` +
        "compilation failed: ERROR: <input>:1:5: undefined field 'nope'\n | self.nope == 1\n | ....^",
      `${spec}.x-kubernetes-validations[1].rule: Invalid value: ${goRule("self.a + 1")}: ` +
        "cel expression must evaluate to a bool",
      `${spec}.x-kubernetes-validations[2].messageExpression: Invalid value: ` +
        `${goRule("self.a == 1", { MessageExpression: "self.a" })}: ` +
        "messageExpression must evaluate to a string",
      `${spec}.x-kubernetes-validations[3].messageExpression: Invalid value: ` +
        `${goRule("self.a == 1", { MessageExpression: "self.b" })}: messageExpression compilation ` +
        "failed: ERROR: <input>:1:5: undefined field 'b'\n | self.b\n | ....^",
      `${spec}.x-kubernetes-validations[4].optionalOldSelf: Invalid value: true: may not be set ` +
        "if oldSelf is not used in rule",
    ],
  ],
  [
    "a rule that can take too long",
    ruled([{ rule: "self.l.all(x, self.l.all(y, x == y))" }], { l: strings }),
    [
      `${spec}.x-kubernetes-validations[0].rule: Forbidden: ${tooCostly}`,
      `${spec}.x-kubernetes-validations[0].rule: Forbidden: ${contributed}`,
      `spec.validation.openAPIV3Schema: Forbidden: ${totalTooCostly}`,
    ],
  ],
  [
    "a rule about change where nothing says what an item was before",
    ruled([], {
      l: {
        type: "array",
        maxItems: 10,
        items: { ...ruledString("self == oldSelf"), maxLength: 10 },
      },
    }),
    [
      `${spec}.properties[l].items.x-kubernetes-validations[0].rule: Invalid value: "self == ` +
        'oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within ' +
        `${spec}.properties[l]`,
    ],
  ],
  [
    "a default that breaks a rule",
    ruled([], {
      a: { ...number, default: 5, "x-kubernetes-validations": [{ rule: "self < 3" }] },
    }),
    [`${spec}.properties[a].default: Invalid value: 5: failed rule: self < 3`],
  ],
]);
