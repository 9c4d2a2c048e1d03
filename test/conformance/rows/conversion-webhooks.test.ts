import assert from "node:assert/strict";
import { after, before } from "node:test";
import type { Loose } from "#testkit/requests.ts";
import { defined, definitions } from "./definition.ts";
import type { Defined } from "./definition.ts";
import { openReviewServer } from "./review-server.ts";
import type { ReviewServer } from "./review-server.ts";
import { conformance, quickly } from "./row.ts";
import type { Row } from "./row.ts";

let server: ReviewServer;
before(async () => {
  server = await openReviewServer((_path, { objects, desiredAPIVersion }) => ({
    result: { status: "Success" },
    convertedObjects: objects.map((object: Loose) => converted(object, desiredAPIVersion)),
  }));
});
after(() => server.close());

/** Version 1 says in one field what version 2 says in two. */
function converted({ hostPort, host, port, ...object }: Loose, apiVersion: string): object {
  const same = { ...object, apiVersion };
  if (apiVersion.endsWith("/v1")) return host ? { ...same, hostPort: `${host}:${port}` } : same;
  const [left, right] = (hostPort ?? "").split(":");
  return hostPort ? { ...same, host: left, port: right } : same;
}

const text = { type: "string" };

const versionsOf = (stored: "v1" | "v2") =>
  Object.entries({ v1: { hostPort: text }, v2: { host: text, port: text } }).map(
    ([name, properties]) => ({
      name,
      served: true,
      storage: name === stored,
      schema: { openAPIV3Schema: { type: "object", properties } },
    }),
  );

/** A kind with two versions, as soon as one is converted into the other. */
async function convertible(row: Row): Promise<Defined> {
  const one = defined(row);
  one.definition.spec.versions = versionsOf("v1");
  one.definition.spec.conversion = {
    strategy: "Webhook",
    webhook: {
      clientConfig: { url: `${server.origin}/convert`, caBundle: server.authority },
      conversionReviewVersions: ["v1", "v1beta1"],
    },
  };
  await row.create(definitions, one.definition);
  await quickly(() =>
    row.create(`${one.at("v2")}?dryRun=All`, {
      apiVersion: `${one.group}/v2`,
      kind: one.kind,
      metadata: { name: "stub" },
    }),
  );
  return one;
}

const address = (one: Defined, name: string) => ({
  apiVersion: `${one.group}/v1`,
  kind: one.kind,
  metadata: { name },
  hostPort: "localhost:8080",
});

/** What an object says, besides what every object has. */
function content({ metadata, kind: _kind, ...rest }: Loose): object {
  assert.ok(metadata.uid);
  return { name: metadata.name, ...rest };
}
const asVersion1 = ({ group }: Defined, name: string) => ({
  name,
  apiVersion: `${group}/v1`,
  hostPort: "localhost:8080",
});
const asVersion2 = ({ group }: Defined, name: string) => ({
  name,
  apiVersion: `${group}/v2`,
  host: "localhost",
  port: "8080",
});

conformance(
  "CustomResourceConversionWebhook [Privileged:ClusterAdmin] should be able to convert from CR v1 to CR v2",
  async (row) => {
    const one = await convertible(row);
    const created = await row.create(one.at("v1"), address(one, "first"));
    assert.deepEqual(content(created), asVersion1(one, "first"));
    const read = await row.get(`${one.at("v2")}/first`);
    assert.deepEqual(content(read), asVersion2(one, "first"));
    assert.equal(read.metadata.uid, created.metadata.uid);
  },
);

conformance(
  "CustomResourceConversionWebhook [Privileged:ClusterAdmin] should be able to convert a non homogeneous list of CRs",
  async (row) => {
    const one = await convertible(row);
    await row.create(one.at("v1"), address(one, "first"));
    await row.patch(one.path, { spec: { versions: versionsOf("v2") } });
    await row.until(one.path, ({ status }) =>
      assert.deepEqual(status.storedVersions, ["v1", "v2"]),
    );
    await row.create(one.at("v1"), address(one, "second"));
    for (const [version, expected] of [
      ["v1", asVersion1],
      ["v2", asVersion2],
    ] as const) {
      const { items, apiVersion } = await row.get(one.at(version));
      assert.equal(apiVersion, `${one.group}/${version}`);
      const contents = ["first", "second"].map((name) => expected(one, name));
      assert.deepEqual(items.map(content), contents);
    }
  },
);
