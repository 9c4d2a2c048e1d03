import assert from "node:assert/strict";
import type { Loose } from "#testkit/requests.ts";
import { conformance } from "./row.ts";
import type { Row } from "./row.ts";

const configMap = (name: string, labels: object = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, labels },
});

const told = (events: readonly Loose[]) =>
  events.map(({ type, object }) => `${type} ${object.metadata.name} ${object.data?.step ?? "-"}`);

async function version(row: Row): Promise<string> {
  const list = await row.get(`${row.core}/configmaps`);
  return list.metadata.resourceVersion;
}

conformance(
  "Watchers should observe add, update, and delete watch notifications on configmaps",
  async (row) => {
    const from = `&resourceVersion=${await version(row)}`;
    const watch = (labels: string, count: number) =>
      row.events(
        `${row.core}/configmaps?watch=1&labelSelector=${encodeURIComponent(labels)}${from}`,
        count,
      );
    const watches = Promise.all([
      watch("watch=a", 4),
      watch("watch=b", 2),
      watch("watch in (a,b)", 6),
    ]);
    await row.create(`${row.core}/configmaps`, configMap("a", { watch: "a" }));
    await row.patch(`${row.core}/configmaps/a`, { data: { step: "1" } });
    await row.patch(`${row.core}/configmaps/a`, { data: { step: "2" } });
    await row.remove(`${row.core}/configmaps/a`);
    await row.create(`${row.core}/configmaps`, configMap("b", { watch: "b" }));
    await row.remove(`${row.core}/configmaps/b`);
    const [a, b, both] = await watches;
    const ofA = ["ADDED a -", "MODIFIED a 1", "MODIFIED a 2", "DELETED a 2"];
    const ofB = ["ADDED b -", "DELETED b -"];
    assert.deepEqual(told(a), ofA);
    assert.deepEqual(told(b), ofB);
    assert.deepEqual(told(both), [...ofA, ...ofB]);
  },
);

conformance(
  "Watchers should be able to start watching from a specific resource version",
  async (row) => {
    await row.create(`${row.core}/configmaps`, configMap("a"));
    const first = await row.patch(`${row.core}/configmaps/a`, { data: { step: "1" } });
    await row.patch(`${row.core}/configmaps/a`, { data: { step: "2" } });
    await row.remove(`${row.core}/configmaps/a`);
    const { resourceVersion } = first.metadata;
    const events = await row.events(
      `${row.core}/configmaps?watch=1&fieldSelector=metadata.name%3Da&resourceVersion=${resourceVersion}`,
      2,
    );
    assert.deepEqual(told(events), ["MODIFIED a 2", "DELETED a 2"]);
  },
);

conformance(
  "Watchers should be able to restart watching from the last resource version observed by the previous watch",
  async (row) => {
    const path = `${row.core}/configmaps?watch=1&fieldSelector=metadata.name%3Da&resourceVersion=`;
    const start = await version(row);
    await row.create(`${row.core}/configmaps`, configMap("a"));
    await row.patch(`${row.core}/configmaps/a`, { data: { step: "1" } });
    const before = await row.events(`${path}${start}`, 2);
    assert.deepEqual(told(before), ["ADDED a -", "MODIFIED a 1"]);
    await row.patch(`${row.core}/configmaps/a`, { data: { step: "2" } });
    await row.remove(`${row.core}/configmaps/a`);
    const last: Loose = before.at(-1);
    const events = await row.events(`${path}${last.object.metadata.resourceVersion}`, 2);
    assert.deepEqual(told(events), ["MODIFIED a 2", "DELETED a 2"]);
  },
);

conformance(
  "Watchers should observe an object deletion if it stops meeting the requirements of the selector",
  async (row) => {
    const from = await version(row);
    const path = `${row.core}/configmaps/a`;
    await row.create(`${row.core}/configmaps`, configMap("a", { watch: "yes" }));
    await row.patch(path, { data: { step: "1" } });
    await row.patch(path, { metadata: { labels: { watch: "no" } }, data: { step: "2" } });
    await row.patch(path, { data: { step: "3" } });
    await row.patch(path, { metadata: { labels: { watch: "yes" } } });
    await row.patch(path, { data: { step: "4" } });
    await row.remove(path);
    const events = await row.events(
      `${row.core}/configmaps?watch=1&labelSelector=watch%3Dyes&resourceVersion=${from}`,
      6,
    );
    assert.deepEqual(
      told(events).map((line) => line.split(" ")[0]),
      ["ADDED", "MODIFIED", "DELETED", "ADDED", "MODIFIED", "DELETED"],
    );
    assert.equal(events[3]?.object.data.step, "3");
  },
);

conformance("Watchers should receive events on concurrent watches in same order", async (row) => {
  const from = await version(row);
  const writes = 20;
  const writing = (async () => {
    for (let index = 0; index < writes; index++) {
      await row.create(`${row.core}/configmaps`, configMap(`map-${index % 5}`));
      await row.remove(`${row.core}/configmaps/map-${index % 5}`);
    }
  })();
  const path = `${row.core}/configmaps?watch=1&resourceVersion=`;
  const all = await row.events(`${path}${from}`, 2 * writes);
  const versions = (events: readonly Loose[]) =>
    events.map(({ object }) => object.metadata.resourceVersion as string);
  const expected = versions(all);
  // kube-root-ca.crt may be among them, so only the order is compared.
  const others = await Promise.all(
    expected.slice(0, 10).map(async (start, index) => ({
      index,
      seen: versions(await row.events(`${path}${start}`, 2 * writes - index - 1)),
    })),
  );
  for (const { index, seen } of others) assert.deepEqual(seen, expected.slice(index + 1));
  await writing;
});
