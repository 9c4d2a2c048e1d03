import assert from "node:assert/strict";
import type { Loose } from "#testkit/requests.ts";
import { defined, establish } from "./definition.ts";
import type { Defined, DefinitionOptions } from "./definition.ts";
import { conformance, quickly } from "./row.ts";
import type { Row } from "./row.ts";

const text = (description: string, more: object = {}) => ({ type: "string", description, ...more });
const shaped = (description: string, properties: object, more: object = {}) => ({
  type: "object",
  description,
  ...more,
  properties,
});

/** Objects in lists in objects, with what a client can check of them. */
const shop = shaped("Shop is a definition for tests.", {
  spec: shaped("What the shop is to have.", {
    shelves: {
      type: "array",
      description: "Its shelves, and what lies there.",
      items: {
        type: "object",
        required: ["name"],
        properties: {
          name: text("Name of the shelf."),
          age: text("Age of the shelf."),
          mood: text("How it looks.", { enum: ["Tidy", "Full"] }),
          goods: { type: "array", description: "List of goods.", items: { type: "string" } },
        },
      },
    },
  }),
  status: shaped("What the shop has.", {
    source: text("Where the goods come from.", { pattern: "near|far" }),
    open: { type: "boolean", description: "Whether somebody is there." },
  }),
});

const garden = (root: object = {}, spec: object = {}) =>
  shaped(
    "Garden is another definition.",
    {
      spec: shaped("What grows.", { tree: { type: "object", description: "One tree." } }, spec),
      status: shaped("What grew.", { trees: { type: "array", items: { type: "object" } } }),
    },
    root,
  );
const keeps = { "x-kubernetes-preserve-unknown-fields": true };

const added = ["apiVersion", "kind", "metadata"];

/** As written, but for what every kind has besides. */
function written(published: Loose): Loose {
  const { "x-kubernetes-group-version-kind": kinds, properties, ...rest } = published;
  assert.equal(kinds.length, 1);
  const own = Object.entries(properties ?? {}).filter(([name]) => !added.includes(name));
  return own.length > 0 ? { ...rest, properties: Object.fromEntries(own) } : rest;
}

/** Until both documents have the schema, as it was written where one is given. */
async function published(row: Row, one: Defined, version: string, schema?: object): Promise<void> {
  const name = one.schemaName(version);
  const group = `apis/${one.group}/${version}`;
  await quickly(async () => {
    const { definitions: found } = await row.get("/openapi/v2");
    assert.ok(found[name], `${name} is not published`);
    if (schema) assert.deepEqual(written(found[name]), schema);
    const { paths } = await row.get("/openapi/v3");
    const { components } = await row.get(paths[group].serverRelativeURL);
    assert.equal(components.schemas[name]["x-kubernetes-group-version-kind"][0].version, version);
  });
}

async function unpublished(row: Row, one: Defined, version: string): Promise<void> {
  const name = one.schemaName(version);
  await quickly(async () => {
    const { definitions: found } = await row.get("/openapi/v2");
    assert.equal(found[name], undefined);
    const { paths } = await row.get("/openapi/v3");
    const url = paths[`apis/${one.group}/${version}`]?.serverRelativeURL;
    // Another definition may have the same group and version.
    if (url) assert.equal((await row.get(url)).components.schemas[name], undefined);
  });
}

type Expected = DefinitionOptions & { readonly published?: object };

async function publish(row: Row, { published: schema, ...options }: Expected): Promise<Defined> {
  const one = defined(row, options);
  await establish(row, one);
  for (const version of options.versions ?? ["v1"]) await published(row, one, version, schema);
  return one;
}

async function withdraw(row: Row, one: Defined): Promise<void> {
  const { spec } = await row.get(one.path);
  await row.remove(one.path);
  for (const { name } of spec.versions) await unpublished(row, one, name);
}

/** What kubectl says of one that it is to create or apply. */
function sent(row: Row, one: Defined, verb: string, content: object, expectCode: 0 | 1 = 0) {
  const metadata = { name: "test" };
  const object = { apiVersion: `${one.group}/v1`, kind: one.kind, metadata, ...content };
  return row.kubectl(`${verb} -f -`, { input: JSON.stringify(object), expectCode });
}

async function accepted(row: Row, one: Defined, content: object): Promise<void> {
  for (const verb of ["create", "apply"]) {
    await sent(row, one, verb, content);
    const stored = await row.get(`${one.objects}/test`);
    for (const [field, value] of Object.entries(content)) assert.deepEqual(stored[field], value);
    await row.kubectl(`delete ${one.plural}.${one.group} test`);
  }
}

async function explained(row: Row, path: string, expected: RegExp): Promise<void> {
  assert.match((await row.kubectl(`explain ${path}`)).stdout, expected);
}

const needsKubectl = true;

conformance(
  "CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for CRD with validation schema",
  async (row) => {
    const one = await publish(row, { plural: "shops", schema: shop, published: shop });
    await accepted(row, one, { spec: { shelves: [{ name: "first" }] } });
    const refused = async (shelves: object, expected: RegExp, verbs = ["create", "apply"]) => {
      for (const verb of verbs) {
        const { stderr } = await sent(row, one, verb, { spec: shelves }, 1);
        assert.match(stderr, expected);
      }
    };
    await refused({ shelves: [{ name: "a", mood: "Odd" }] }, /Unsupported value: "Odd"/);
    await refused({ walls: true }, /unknown field "(spec\.)?walls"/);
    await refused({ shelves: [{ age: "10" }] }, /spec\.shelves\[0\]\.name: Required value/);
    await row.gone(`${one.objects}/test`);
    const name = `${one.plural}.${one.group}`;
    const about = (rest: string) => new RegExp(rest, "s");
    await explained(
      row,
      "shops",
      about(
        "DESCRIPTION:.*Shop is.*FIELDS:.*apiVersion\t<string>.*spec\t<Object>.*What the shop is",
      ),
    );
    await explained(
      row,
      "shops.metadata",
      about("DESCRIPTION:.*FIELDS:.*creationTimestamp\t<string>\n +\\w"),
    );
    await explained(row, "shops.spec", about("What the shop is.*FIELDS:.*shelves\t<\\[\\]Object>"));
    await explained(
      row,
      "shops.spec.shelves",
      about("FIELD: shelves <\\[\\]Object>.*Its shelves.*goods\t<\\[\\]string>.*Name of the shelf"),
    );
    const missing = await row.kubectl("explain shops.spec.doors", { expectCode: 1 });
    assert.match(missing.stderr, /field "doors" does not exist/);
    assert.match((await row.kubectl(`get ${name}`)).stderr, /No resources found/);
    await withdraw(row, one);
  },
  { needsKubectl },
);

conformance(
  "CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for CRD without validation schema",
  async (row) => {
    const one = await publish(row, { plural: "pages", published: { type: "object" } });
    await accepted(row, one, { a: { b: [{ c: "d" }] } });
    await explained(row, "pages", /DESCRIPTION:.*<empty>/s);
    await withdraw(row, one);
  },
  { needsKubectl },
);

conformance(
  "CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for CRD preserving unknown fields at the schema root",
  async (row) => {
    const one = await publish(row, {
      plural: "gardens",
      schema: garden(keeps),
      published: { type: "object" },
    });
    await accepted(row, one, { a: { b: [{ c: "d" }] } });
    await explained(row, "gardens", /KIND: +Garden/);
    await withdraw(row, one);
  },
  { needsKubectl },
);

conformance(
  "CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for CRD preserving unknown fields in an embedded object",
  async (row) => {
    const one = await publish(row, { plural: "plots", schema: garden({}, keeps) });
    await accepted(row, one, { spec: { b: [{ c: "d" }] } });
    await sent(row, one, "create", { spec: { a: null, b: [{ c: "d" }] } });
    await explained(row, "plots", /KIND: +Plot.*DESCRIPTION:.*Garden is.*spec\t<.*What grows/s);
    await withdraw(row, one);
  },
  { needsKubectl },
);

conformance(
  "CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for multiple CRDs of different groups",
  async (row) => {
    const first = await publish(row, { schema: shop, published: shop });
    const group = `other-${row.namespace}`;
    const second = await publish(row, {
      group,
      plural: "pages",
      versions: ["v1beta1"],
      schema: garden(),
      published: garden(),
    });
    await published(row, first, "v1", shop);
    await withdraw(row, first);
    await published(row, second, "v1beta1", garden());
    await withdraw(row, second);
  },
);

conformance(
  "CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for multiple CRDs of same group but different versions",
  async (row) => {
    const both = await publish(row, { versions: ["v2", "v3"], schema: shop, published: shop });
    await withdraw(row, both);
    const group = `common-${row.namespace}`;
    const first = await publish(row, { group, versions: ["v4"], schema: shop, published: shop });
    const more = { plural: "pages", versions: ["v5"], schema: garden() } as const;
    const second = await publish(row, { group, ...more, published: garden() });
    await published(row, first, "v4", shop);
    await withdraw(row, first);
    await published(row, second, "v5", garden());
    await withdraw(row, second);
  },
);

conformance(
  "CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] works for multiple CRDs of same group and version but different kinds",
  async (row) => {
    const versions = ["v6"];
    const first = await publish(row, { versions, schema: shop, published: shop });
    const more = { plural: "pages", versions, schema: garden() } as const;
    const second = await publish(row, { ...more, published: garden() });
    await published(row, first, "v6", shop);
    await withdraw(row, first);
    await published(row, second, "v6", garden());
    await withdraw(row, second);
  },
);

conformance(
  "CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] updates the published spec when one version gets renamed",
  async (row) => {
    const one = await publish(row, { versions: ["v2", "v3"], schema: shop, published: shop });
    await row.http.expect(200, {
      method: "PATCH",
      path: one.path,
      contentType: "application/json-patch+json",
      body: [
        { op: "test", path: "/spec/versions/1/name", value: "v3" },
        { op: "replace", path: "/spec/versions/1/name", value: "v4" },
      ],
    });
    await published(row, one, "v4", shop);
    await unpublished(row, one, "v3");
    await published(row, one, "v2", shop);
    await withdraw(row, one);
  },
);

conformance(
  "CustomResourcePublishOpenAPI [Privileged:ClusterAdmin] removes definition from spec when one version gets changed to not be served",
  async (row) => {
    const one = await publish(row, { versions: ["v5", "v6alpha1"], schema: shop, published: shop });
    const before = await quickly(async () => {
      const definition = await row.get(one.path);
      definition.spec.versions[1].served = false;
      const updated = await row.replace(one.path, definition);
      return [definition, updated].map(({ metadata }) => Number(metadata.resourceVersion));
    });
    assert.ok(before[0] !== undefined && before[1] !== undefined && before[0] < before[1]);
    await unpublished(row, one, "v6alpha1");
    await published(row, one, "v5", shop);
    await withdraw(row, one);
  },
);
