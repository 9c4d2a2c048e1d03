import { test } from "node:test";
import assert from "node:assert/strict";
import { pluginsFor } from "../plugins/default-plugins.ts";
import { clusterOf, infoOf, nodeOf, outcome } from "../testing/fixtures.ts";
import { readConfiguration } from "./configuration.ts";

const head = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n";
function read(text: string) {
  const configuration = readConfiguration(head + text);
  return { ...configuration, profiles: configuration.profiles(pluginsFor) };
}
const names = (plugins: readonly { name: string }[] = []) => plugins.map(({ name }) => name);

test("an empty file means upstream's defaults", () => {
  const { profiles, initialBackoffMs, backoffMsMax } = read("");
  assert.deepEqual([initialBackoffMs, backoffMsMax, profiles.length], [1000, 10_000, 1]);
  const [profile] = profiles;
  assert.equal(profile?.schedulerName, "default-scheduler");
  assert.deepEqual(
    profile?.score.map(({ plugin, weight }) => `${plugin.name} ${weight}`),
    [
      "TaintToleration 3",
      "NodeAffinity 2",
      "NodeResourcesFit 1",
      "PodTopologySpread 2",
      "InterPodAffinity 2",
      "NodeResourcesBalancedAllocation 1",
      "ImageLocality 1",
    ],
  );
  assert.deepEqual(profile?.preemption, {
    minCandidateNodesPercentage: 10,
    minCandidateNodesAbsolute: 100,
  });
});

test("plugins are turned off, weighed and ordered at each point", () => {
  const [profile, bare] = read(`
profiles:
- schedulerName: packed
  plugins:
    score:
      disabled: [{name: ImageLocality}]
      enabled: [{name: NodeResourcesFit, weight: 5}]
    filter:
      disabled: [{name: NodePorts}]
    postFilter:
      disabled: [{name: "*"}]
  pluginConfig:
  - name: NodeResourcesFit
    args:
      scoringStrategy: {type: MostAllocated}
- schedulerName: bare
  plugins:
    multiPoint:
      disabled: [{name: "*"}]
      enabled: [{name: PrioritySort}, {name: DefaultBinder}, {name: NodeName}]
`).profiles;
  assert.ok(profile && bare);
  assert.equal(profile.preemption, undefined);
  assert.ok(!names(profile.filter).includes("NodePorts"));
  assert.deepEqual(
    profile.score.map(({ plugin, weight }) => `${plugin.name} ${weight}`).slice(0, 2),
    ["NodeResourcesFit 5", "TaintToleration 3"],
  );
  assert.ok(!profile.score.some(({ plugin }) => plugin.name === "ImageLocality"));
  assert.deepEqual(names(bare.filter), ["NodeName"]);
  const cluster = clusterOf([nodeOf("idle"), [nodeOf("busy"), infoOf("x", { cpu: "1" })]]);
  assert.equal(outcome(infoOf("p", { cpu: "100m" }), cluster, { profile }), "busy");
});

test("says what is wrong in upstream's words", () => {
  const init = "initializing profiles: creating profile for scheduler name default-scheduler: ";
  const cases: [string, string][] = [
    [
      "podInitialBackoffSeconds: 0",
      "podInitialBackoffSeconds: Invalid value: 0: must be greater than 0",
    ],
    [
      "podMaxBackoffSeconds: 0",
      "podMaxBackoffSeconds: Invalid value: 0: must be greater than or equal to PodInitialBackoffSeconds",
    ],
    [
      "parallelism: 0",
      "parallelism: Invalid value: 0: should be an integer value greater than zero",
    ],
    [
      "percentageOfNodesToScore: 101",
      "percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]",
    ],
    ["profiles: [{}, {schedulerName: b}]", "profiles[0].schedulerName: Required value"],
    [
      "profiles: [{schedulerName: b}, {schedulerName: b}]",
      'profiles[1].schedulerName: Duplicate value: "profiles[0].schedulerName"',
    ],
    [
      "extenders: [{urlPrefix: u, prioritizeVerb: p}]",
      "extenders[0].weight: Invalid value: 0: must have a positive weight applied to it",
    ],
    [
      "extenders: [{urlPrefix: u, bindVerb: b}, {urlPrefix: v, bindVerb: b}]",
      'extenders: Invalid value: "found 2 extenders implementing bind": only one extender can implement bind',
    ],
    [
      "profiles: [{pluginConfig: [{name: InterPodAffinity, args: {hardPodAffinityWeight: 101}}]}]",
      "profiles[0].pluginConfig[0].args.hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]",
    ],
    [
      "profiles: [{pluginConfig: [{name: NodeResourcesFit, args: {scoringStrategy: {type: Best}}}]}]",
      `${init}initializing plugin "NodeResourcesFit": scoringStrategy.type: Unsupported value: "Best": supported values: "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"`,
    ],
    [
      "profiles: [{plugins: {filter: {enabled: [{name: Mine}]}}}]",
      `${init}FilterPlugin "Mine" does not exist`,
    ],
    [
      "profiles: [{plugins: {filter: {enabled: [{name: ImageLocality}]}}}]",
      `${init}plugin "ImageLocality" does not extend FilterPlugin plugin`,
    ],
    [
      'profiles: [{plugins: {bind: {disabled: [{name: "*"}]}}}]',
      `${init}at least one bind plugin is needed for profile with scheduler name "default-scheduler"`,
    ],
    ["profiles: [{colour: red}]", 'strict decoding error: unknown field "profiles[0].colour"'],
    [
      "profiles: [{pluginConfig: [{name: NodeAffinity, args: {kind: NodeAffinityArgs, x: 1}}]}]",
      'strict decoding error: unknown field "profiles[0].pluginConfig[0].args.x"',
    ],
  ];
  for (const [text, message] of cases) assert.throws(() => read(text), { message }, text);
});
