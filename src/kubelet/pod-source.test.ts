import { test } from "node:test";
import assert from "node:assert/strict";
import { Pod } from "#api/core/v1.ts";
import { VirtualClock } from "#base/clock.ts";
import { silentLogger } from "#base/log.ts";
import { seededRandom } from "#base/random.ts";
import { createClient } from "#client/typed.ts";
import { Informer } from "#client/informer/informer.ts";
import { FakeApi } from "#client/testing/fake-api.ts";
import { mirrorAnnotation, PodRouter } from "./pod-source.ts";

test("each node hears of its own pods, and of no mirrors", async () => {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const client = createClient(new FakeApi({ clock, random }));
  const create = (name: string, nodeName?: string, annotations = {}) =>
    client.create(Pod, {
      metadata: { name, namespace: "default", annotations },
      spec: { containers: [{ name: "c", image: "i" }], ...(nodeName && { nodeName }) },
    });
  const early = await create("early", "one");
  const unbound = await create("unbound");
  const informer = new Informer({ client, resource: Pod, clock, random, logger: silentLogger });
  const router = new PodRouter(informer);
  const stop = new AbortController();
  const running = informer.run(stop.signal);
  await informer.synced;

  const heard: string[] = [];
  const names = new Map<string, string>();
  const sink = (node: string) => ({
    setPod: ({ metadata }: Pod) => {
      names.set(metadata.uid, metadata.name);
      heard.push(`${node} set ${metadata.name}`);
    },
    removePod: (uid: string) => heard.push(`${node} remove ${names.get(uid)}`),
  });
  router.follow("one", sink("one"));
  const leave = router.follow("two", sink("two"));
  assert.deepEqual(heard, ["one set early"]);
  await create("mirror", "one", { [mirrorAnnotation]: "abc" });
  await create("late", "two");
  await client.update(Pod, { ...unbound, spec: { ...unbound.spec, nodeName: "two" } });
  const reference = { namespace: "default", name: "early" };
  await client.delete(Pod, reference);
  await clock.advance(0);
  await client.delete(Pod, reference, {
    gracePeriodSeconds: 0,
    preconditions: { uid: early.metadata.uid },
  });
  await clock.advance(0);
  leave();
  await create("later", "two");
  await clock.advance(0);
  assert.deepEqual(heard.slice(1), [
    "two set late",
    "two set unbound",
    "one set early",
    "one remove early",
  ]);
  stop.abort();
  await running;
});
