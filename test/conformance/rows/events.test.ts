import assert from "node:assert/strict";
import type { Loose } from "#testkit/requests.ts";
import { conformance, discovered, operations, quickly } from "./row.ts";
import type { Row } from "./row.ts";

const newEvents = (row: Row) => `/apis/events.k8s.io/v1/namespaces/${row.namespace}/events`;
const coreEvents = (row: Row) => `${row.core}/events`;

const newEvent = (row: Row, name: string): Loose => ({
  apiVersion: "events.k8s.io/v1",
  kind: "Event",
  metadata: { name },
  eventTime: "2026-01-01T00:00:00.000000Z",
  action: "Do",
  reason: "Test",
  type: "Normal",
  note: "This is the note",
  reportingController: "test-controller",
  reportingInstance: "test-node",
  regarding: { apiVersion: "v1", kind: "Pod", namespace: row.namespace, name: "web" },
});

const coreEvent = (row: Row, name: string): Loose => ({
  apiVersion: "v1",
  kind: "Event",
  metadata: { name },
  reason: "Test",
  type: "Normal",
  message: "This is the message",
  involvedObject: { apiVersion: "v1", kind: "Pod", namespace: row.namespace, name: "web" },
});

/** Three of them, all of which go by their label, and nothing else. */
async function goTogether(row: Row, collection: string, event: (name: string) => Loose) {
  const labels = { collection: "true" };
  for (const name of ["one", "two", "three"]) {
    const { metadata, ...rest } = event(name);
    await row.create(collection, { ...rest, metadata: { ...metadata, labels } });
  }
  await row.create(collection, event("other"));
  const selected = `${collection}?labelSelector=collection%3Dtrue`;
  assert.equal((await row.get(selected)).items.length, 3);
  await row.remove(selected);
  await quickly(async () => assert.deepEqual((await row.get(selected)).items, []));
  await row.get(`${collection}/other`);
}

conformance(
  "Events API should ensure that an event can be fetched, patched, deleted, and listed",
  async (row) => {
    await discovered(row, "events.k8s.io/v1", "events");
    await operations(row, newEvents(row), newEvent(row, "event-test"));
    await row.create(newEvents(row), newEvent(row, "series"));
    const path = `${newEvents(row)}/series`;
    const series = { count: 2, lastObservedTime: "2026-01-01T00:01:00.000000Z" };
    await row.patch(path, { series });
    assert.equal((await row.get(path)).series.count, 2);
    const everywhere = await row.get("/apis/events.k8s.io/v1/events?fieldSelector=reason%3DTest");
    assert.ok(everywhere.items.some(({ metadata }: Loose) => metadata.namespace === row.namespace));
    // The other API shows the same object in its own words.
    const seen = await row.get(`${coreEvents(row)}/series`);
    assert.equal(seen.message, "This is the note");
    assert.equal(seen.involvedObject.name, "web");
  },
);

conformance("Events API should delete a collection of events", (row) =>
  goTogether(row, newEvents(row), (name) => newEvent(row, name)),
);

conformance("Events should manage the lifecycle of an event", async (row) => {
  await operations(row, coreEvents(row), coreEvent(row, "event-test"));
  await row.create(coreEvents(row), coreEvent(row, "message"));
  const path = `${coreEvents(row)}/message`;
  await row.patch(path, { message: "This is a test event - patched" });
  assert.equal((await row.get(path)).message, "This is a test event - patched");
  const everywhere = await row.get("/api/v1/events");
  assert.ok(everywhere.items.some(({ metadata }: Loose) => metadata.namespace === row.namespace));
});

conformance("Events should delete a collection of events", (row) =>
  goTogether(row, coreEvents(row), (name) => coreEvent(row, name)),
);
