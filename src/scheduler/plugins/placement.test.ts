import { test } from "node:test";
import assert from "node:assert/strict";
import { Namespace, Service } from "#api/core/v1.ts";
import type { PodAffinityTerm, TopologySpreadConstraint } from "#api/core/v1.ts";
import { ReplicaSet } from "#api/apps/v1.ts";
import { applyDefaults } from "#schema/default.ts";
import { clusterOf, infoOf, nodeOf, outcome } from "../testing/fixtures.ts";
import type { PodOptions } from "../testing/fixtures.ts";
import { profileOf } from "../profile/profile.ts";
import { defaultArguments } from "../profile/arguments.ts";
import { podTopologySpread } from "./pod-topology-spread.ts";

const hostname = "kubernetes.io/hostname";
const zoneKey = "topology.kubernetes.io/zone";
const zoned = (name: string, zone: string, options = {}) =>
  nodeOf(name, { labels: { [zoneKey]: zone }, ...options });
const app = (name: string, options: PodOptions = {}) =>
  infoOf(name, { labels: { app: "zk" }, ...options });

const term = (more: Partial<PodAffinityTerm> = {}): PodAffinityTerm => ({
  topologyKey: hostname,
  labelSelector: { matchLabels: { app: "zk" } },
  ...more,
});
const near = (...terms: PodAffinityTerm[]) => ({
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
});
const apart = (...terms: PodAffinityTerm[]) => ({
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
});

test("anti-affinity keeps replicas apart, in both directions", () => {
  const nodes = () => clusterOf([[nodeOf("a"), app("zk-0", apart(term()))], nodeOf("b")]);
  assert.equal(outcome(app("zk-1", apart(term())), nodes()), "b");
  const one = clusterOf([[nodeOf("a"), app("zk-0", apart(term()))]]);
  assert.equal(
    outcome(app("zk-1", apart(term())), one),
    "0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules.",
  );
  assert.equal(
    outcome(app("plain"), one),
    "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules.",
  );
  one.removePod("default/zk-0");
  assert.equal(outcome(app("zk-1", apart(term())), one), "a");
});

test("affinity follows the pods, and the first of a group may go anywhere", () => {
  const together = near(term({ topologyKey: zoneKey }));
  const cluster = clusterOf([zoned("a", "1"), zoned("b", "2"), nodeOf("c")]);
  assert.equal(outcome(app("first", together), cluster), "a");
  assert.equal(
    outcome(infoOf("stranger", together), cluster),
    "0/3 nodes are available: 3 node(s) didn't match pod affinity rules.",
  );
  cluster.assume(app("x"), "b");
  assert.equal(outcome(infoOf("stranger", together), cluster), "b");
});

test("namespaces are meant by name, by label, or all of them", () => {
  const namespaces = () =>
    ["dev", "prod"].map((name) =>
      applyDefaults(Namespace, { metadata: { name, labels: { stage: name } } }),
    );
  const cluster = clusterOf([nodeOf("a"), [nodeOf("b"), app("x", { namespace: "prod" })]], {
    namespaces,
  });
  const none = "0/2 nodes are available: 2 node(s) didn't match pod affinity rules.";
  const cases: [Partial<PodAffinityTerm>, string][] = [
    [{}, none],
    [{ namespaces: ["prod"] }, "b"],
    [{ namespaces: ["dev"] }, none],
    [{ namespaceSelector: {} }, "b"],
    [{ namespaceSelector: { matchLabels: { stage: "prod" } } }, "b"],
    [{ namespaceSelector: { matchLabels: { stage: "dev" } } }, none],
  ];
  for (const [more, expected] of cases) {
    assert.equal(outcome(infoOf("p", near(term(more))), cluster), expected, JSON.stringify(more));
  }
  const guarded = clusterOf(
    [
      [
        nodeOf("a"),
        infoOf("g", apart(term({ namespaceSelector: { matchLabels: { stage: "dev" } } }))),
      ],
    ],
    { namespaces },
  );
  assert.match(outcome(app("p", { namespace: "dev" }), guarded), /existing pods anti-affinity/);
  assert.equal(outcome(app("p", { namespace: "prod" }), guarded), "a");
});

test("preferences of both sides are weighed", () => {
  const prefer = (weight: number, kind: "podAffinity" | "podAntiAffinity") => ({
    affinity: {
      [kind]: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm: term() }],
      },
    },
  });
  const cluster = () => clusterOf([nodeOf("a"), [nodeOf("b"), app("x")]]);
  assert.equal(outcome(infoOf("p", prefer(100, "podAffinity")), cluster()), "b");
  assert.equal(outcome(infoOf("p", prefer(100, "podAntiAffinity")), cluster()), "a");
  const fond = infoOf("fond", prefer(100, "podAffinity"));
  assert.equal(outcome(app("p"), clusterOf([nodeOf("a"), [nodeOf("b"), fond]])), "b");
  const required = app("fond", near(term()));
  assert.equal(outcome(app("p"), clusterOf([nodeOf("a"), [nodeOf("b"), required]])), "b");
});

const spread = (more: Partial<TopologySpreadConstraint> = {}): PodOptions => ({
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: zoneKey,
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector: { matchLabels: { app: "zk" } },
      ...more,
    },
  ],
});

test("hard spreading honours skew, minDomains, affinity, taints and label keys", () => {
  const refusal = (count: number) =>
    `0/${count} nodes are available: ${count} node(s) didn't match pod topology spread constraints.`;
  const busy = () => [zoned("a", "1"), app("x")] as const;
  assert.equal(outcome(app("p", spread()), clusterOf([busy(), zoned("b", "2")])), "b");
  assert.equal(outcome(app("p", spread()), clusterOf([busy(), nodeOf("c")])), "a");
  assert.equal(outcome(app("p", spread({ minDomains: 2 })), clusterOf([busy()])), refusal(1));
  assert.equal(
    outcome(app("p", spread()), clusterOf([nodeOf("c")])),
    "0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label).",
  );

  const tainted = zoned("b", "2", { taints: [{ key: "k", effect: "NoSchedule" }] });
  const taints = "1 node(s) had untolerated taint(s)";
  assert.equal(
    outcome(app("p", spread()), clusterOf([busy(), tainted])),
    `0/2 nodes are available: 1 node(s) didn't match pod topology spread constraints, ${taints}.`,
  );
  const honour = spread({ nodeTaintsPolicy: "Honor" });
  assert.equal(outcome(app("p", honour), clusterOf([busy(), tainted])), "a");

  const inOne = { nodeSelector: { [zoneKey]: "1" } };
  const both = () => clusterOf([busy(), zoned("b", "2")]);
  assert.equal(outcome(app("p", { ...spread(), ...inOne }), both()), "a");
  const ignoring = { ...spread({ nodeAffinityPolicy: "Ignore" }), ...inOne };
  assert.match(outcome(app("p", ignoring), both()), /1 node\(s\) didn't match pod topology spread/);

  const revision = { labels: { app: "zk", hash: "new" } };
  const keyed = { ...spread({ matchLabelKeys: ["hash"] }), ...revision };
  assert.equal(
    outcome(app("p", keyed), clusterOf([busy(), [zoned("b", "2"), app("y", revision)]])),
    "a",
  );
});

test("soft spreading ranks, and pods of a workload are spread without being asked", () => {
  const soft = spread({ whenUnsatisfiable: "ScheduleAnyway" });
  const cluster = clusterOf([[zoned("a", "1"), app("x")], zoned("b", "2")]);
  assert.equal(outcome(app("p", soft), cluster), "b");

  const service = applyDefaults(Service, {
    metadata: { name: "zk", namespace: "default" },
    spec: { selector: { app: "zk" } },
  });
  const replicaSet = applyDefaults(ReplicaSet, {
    metadata: { name: "rs", namespace: "default" },
    spec: { selector: { matchLabels: { app: "zk" } }, template: {} },
  });
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "rs" };
  const spreadOnly = {
    profile: profileOf([podTopologySpread(defaultArguments.PodTopologySpread)]),
  };
  const where = (pod: PodOptions, objects = {}) =>
    outcome(app("p", pod), clusterOf([[nodeOf("a"), app("x")], nodeOf("b")], objects), spreadOnly);
  assert.equal(where({}), "a");
  assert.equal(where({}, { services: () => [service] }), "b");
  assert.equal(where({ owner }, { replicaSets: () => [replicaSet] }), "b");
});
