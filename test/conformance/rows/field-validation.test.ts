import assert from "node:assert/strict";
import type { Loose } from "#testkit/requests.ts";
import { conformance, quickly } from "./row.ts";
import type { Row } from "./row.ts";

const strict = "fieldValidation=Strict";

/** What strict validation says of a YAML text that is to be created. */
async function complaint(row: Row, path: string, yaml: string): Promise<string> {
  const refused: Loose = await row.refused(400, {
    method: "POST",
    path: `${path}?${strict}`,
    body: yaml,
    contentType: "application/yaml",
  });
  return refused.message;
}

const deployment = (spec: string, metadata = "") => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: checked
${metadata}spec:
${spec}  selector:
    matchLabels: {app: checked}
  template:
    metadata: {labels: {app: checked}}
    spec:
      containers: [{name: main, image: nginx}]
`;

conformance(
  "FieldValidation should detect unknown and duplicate fields of a typed object",
  async (row) => {
    const text = deployment("  unknownField: 1\n  replicas: 1\n  replicas: 2\n");
    const message = await complaint(row, `${row.apps}/deployments`, text);
    assert.match(message, /unknown field "spec\.unknownField"/);
    assert.match(message, /key "replicas" already set in map/);
  },
);

conformance(
  "FieldValidation should detect unknown metadata fields of a typed object",
  async (row) => {
    const text = deployment("  replicas: 1\n", "  unknownMeta: foo\n");
    const message = await complaint(row, `${row.apps}/deployments`, text);
    assert.match(message, /unknown field "metadata\.unknownMeta"/);
  },
);

const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

async function define(row: Row, schema: object): Promise<{ path: string; apiVersion: string }> {
  const group = `${row.namespace}.example.com`;
  await row.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `notes.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural: "notes", singular: "note", kind: "Note", listKind: "NoteList" },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  });
  const path = `/apis/${group}/v1/namespaces/${row.namespace}/notes`;
  await quickly(() => row.get(path));
  return { path, apiVersion: `${group}/v1` };
}

/** Both ways in: a POST and a server-side apply, each strict. */
async function accepted(row: Row, path: string, apiVersion: string, content: object) {
  const body = (name: string) => ({ apiVersion, kind: "Note", metadata: { name }, ...content });
  await row.create(`${path}?${strict}`, body("created"));
  await row.http.expect(201, {
    method: "PATCH",
    path: `${path}/applied?${strict}&fieldManager=row`,
    contentType: "application/apply-patch+yaml",
    body: JSON.stringify(body("applied")),
  });
  for (const name of ["created", "applied"]) {
    const { spec } = await row.get(`${path}/${name}`);
    assert.deepEqual({ spec }, content);
  }
}

const specified = {
  type: "object",
  properties: { spec: { type: "object", properties: { foo: { type: "string" } } } },
};

conformance(
  "FieldValidation should create/apply a CR with unknown fields for CRD with no validation schema",
  async (row) => {
    const { path, apiVersion } = await define(row, open);
    await accepted(row, path, apiVersion, { spec: { foo: "a", anything: { goes: true } } });
  },
);

conformance(
  "FieldValidation should create/apply a valid CR for CRD with validation schema",
  async (row) => {
    const { path, apiVersion } = await define(row, specified);
    await accepted(row, path, apiVersion, { spec: { foo: "a" } });
  },
);

conformance(
  "FieldValidation should create/apply an invalid CR with extra properties for CRD with validation schema",
  async (row) => {
    const spec = { ...specified.properties.spec, "x-kubernetes-preserve-unknown-fields": true };
    const { path, apiVersion } = await define(row, { type: "object", properties: { spec } });
    await accepted(row, path, apiVersion, { spec: { foo: "a", extra: "b" } });
    const text = `apiVersion: ${apiVersion}\nkind: Note\nmetadata: {name: extra}\nextra: 1\n`;
    assert.match(await complaint(row, path, text), /unknown field "extra"/);
  },
);

conformance(
  "FieldValidation should detect duplicates in a CR when preserving unknown fields",
  async (row) => {
    const { path, apiVersion } = await define(row, open);
    const text = `apiVersion: ${apiVersion}
kind: Note
metadata: {name: twice}
spec:
  unknown: 1
  foo: a
  foo: b
`;
    const message = await complaint(row, path, text);
    assert.match(message, /key "foo" already set in map/);
    assert.doesNotMatch(message, /unknown field/);
  },
);

conformance(
  "FieldValidation should detect unknown metadata fields in both the root and embedded object of a CR",
  async (row) => {
    const embedded = { ...open, "x-kubernetes-embedded-resource": true };
    const { path, apiVersion } = await define(row, {
      type: "object",
      properties: { spec: { type: "object", properties: { template: embedded } } },
    });
    const text = `apiVersion: ${apiVersion}
kind: Note
metadata:
  name: embedded
  unknownMeta: a
spec:
  template:
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: inside
      unknownSubMeta: b
`;
    const message = await complaint(row, path, text);
    assert.match(message, /unknown field "metadata\.unknownMeta"/);
    assert.match(message, /unknown field "spec\.template\.metadata\.unknownSubMeta"/);
  },
);
