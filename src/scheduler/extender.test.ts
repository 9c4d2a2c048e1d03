import { test } from "node:test";
import assert from "node:assert/strict";
import { Extender } from "./extender.ts";
import { candidateOf } from "./preemption/candidate.ts";
import { Refusals } from "./refusals.ts";
import { clusterOf, infoOf, nodeOf } from "./testing/fixtures.ts";

const cluster = clusterOf([nodeOf("a"), nodeOf("b")]);

function open(answers: Record<string, unknown>, more = {}) {
  const asked: [string, unknown][] = [];
  const given = {
    urlPrefix: "http://x/",
    filterVerb: "filter",
    prioritizeVerb: "rank",
    preemptVerb: "preempt",
    bindVerb: "bind",
    weight: 2,
    nodeCacheCapable: true,
    ...more,
  };
  const extender = new Extender(given, async (url, body) => {
    asked.push([url, JSON.parse(body)]);
    const answer = answers[url.slice("http://x/".length)];
    await Promise.resolve();
    return answer === undefined
      ? { status: 500, body: "" }
      : { status: 200, body: JSON.stringify(answer) };
  });
  return { extender, asked };
}

test("an extender filters, with names or whole nodes", async () => {
  const answer = { NodeNames: ["b"], FailedNodes: { a: "no licence" } };
  const refusals = new Refusals();
  const { extender, asked } = open({ filter: answer });
  const left = await extender.filter(infoOf("p"), cluster.nodes, refusals);
  assert.deepEqual(
    left.map(({ name }) => name),
    ["b"],
  );
  assert.equal(refusals.text(2), "1 no licence");
  const [, body] = asked[0] ?? [];
  assert.partialDeepStrictEqual(body, { Nodes: null, NodeNames: ["a", "b"] });

  const whole = open(
    { filter: { nodes: { items: [{ metadata: { name: "a" } }] } } },
    { nodeCacheCapable: false },
  );
  const kept = await whole.extender.filter(infoOf("p"), cluster.nodes, refusals);
  assert.deepEqual(
    kept.map(({ name }) => name),
    ["a"],
  );
});

test("an extender's errors are told", async () => {
  const filter = (answers: Record<string, unknown>) =>
    open(answers).extender.filter(infoOf("p"), cluster.nodes, new Refusals());
  await assert.rejects(filter({ filter: { Error: "out of order" } }), { message: "out of order" });
  await assert.rejects(filter({}), {
    message: "failed filter with extender at URL http://x/filter, code 500",
  });
  await assert.rejects(filter({ filter: { NodeNames: ["c"] } }), {
    message:
      'extender "http://x/" claims a filtered node "c" which is not found in the input node list',
  });
});

test("an extender ranks, binds and agrees to victims", async () => {
  const victim = infoOf("v");
  const { extender, asked } = open({
    rank: [{ Host: "b", Score: 7 }],
    bind: {},
    preempt: {
      NodeNameToMetaVictims: { a: { Pods: [{ UID: "default/v" }], NumPDBViolations: 1 } },
    },
  });
  assert.deepEqual(await extender.scores(infoOf("p"), cluster.nodes), [0, 140]);
  await extender.bind(infoOf("p").pod, "b");
  assert.deepEqual(asked.at(-1)?.[1], {
    PodName: "p",
    PodNamespace: "default",
    PodUID: "default/p",
    Node: "b",
  });
  const candidates = ["a", "b"].map((node) => candidateOf(node, [victim], 0));
  assert.deepEqual(await extender.preempt(infoOf("p"), candidates), [
    candidateOf("a", [victim], 1),
  ]);
});

test("an extender that manages resources is asked only about pods that want them", () => {
  const { extender } = open({}, { managedResources: [{ name: "example.com/gpu" }] });
  assert.equal(extender.isInterested(infoOf("p").pod), false);
  assert.equal(
    extender.isInterested(infoOf("p", { requests: { "example.com/gpu": "1" } }).pod),
    true,
  );
});
