import assert from "node:assert/strict";
import { test } from "node:test";
import { matchesName } from "../pod-spec.ts";
import { fieldValue, resourceValue } from "./references.ts";
import {
  parseEnvironment,
  refuseOverwrites,
  splitEnvironment,
  updateEnvironment,
} from "./variables.ts";

const noInput = () => Promise.reject(new Error("nothing is read"));

test("changes stand behind resources", () => {
  assert.deepEqual(splitEnvironment(["deploy/web", "A=b", "C-"]), {
    resources: ["deploy/web"],
    changes: ["A=b", "C-"],
  });
  assert.throws(() => splitEnvironment(["A=b", "deploy/web"]), /must be specified before/);
});

test("variables keep their places, new ones come last, and removal wins", async () => {
  const input = () => Promise.resolve("S=1 # no\n# none\nT=2=3\n");
  const changes = await parseEnvironment(["A=1", "-", "B-"], input);
  assert.deepEqual(updateEnvironment([{ name: "B" }, { name: "C" }, { name: "A" }], changes), [
    { name: "C" },
    { name: "A", value: "1" },
    { name: "S", value: "1 " },
    { name: "T", value: "2=3" },
  ]);
  await assert.rejects(parseEnvironment(["1a=b"], noInput), /"1a" is not a valid key name/);
  await assert.rejects(parseEnvironment(["A=1", "A-"], noInput), /both modify and remove/);
  await assert.rejects(parseEnvironment(["A"], noInput), /unknown environment variable: A/);
  assert.throws(
    () => refuseOverwrites([{ name: "A", value: "1" }], [{ name: "A", value: "2" }]),
    /'A' already has a value \(1\)/,
  );
});

test("references are resolved from the object and its container", () => {
  const object = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", labels: { b: "2", a: "1" } },
  };
  assert.equal(fieldValue(object, "metadata.labels"), 'a="1"\nb="2"');
  assert.equal(fieldValue(object, "metadata.labels['b']"), "2");
  assert.throws(() => fieldValue(object, "spec.nodeName"), /unsupported fieldPath/);
  const container = { name: "c", resources: { limits: { cpu: "1500m", memory: "1Gi" } } };
  assert.equal(resourceValue(container, "limits.cpu", "0"), "2");
  assert.equal(resourceValue(container, "limits.cpu", "1m"), "1500");
  assert.equal(resourceValue(container, "limits.memory", "1Mi"), "1024");
  assert.equal(resourceValue(container, "requests.memory", "1"), "0");
  assert.throws(() => resourceValue(container, "limits.gpus", "1"), /Unsupported container/);
});

test("a star in a container's name stands for any letters", () => {
  const matches = (pattern: string) =>
    ["main", "side"].filter((name) => matchesName(name, pattern));
  assert.deepEqual(matches("*"), ["main", "side"]);
  assert.deepEqual(matches("m*"), ["main"]);
  assert.deepEqual(matches("*de"), ["side"]);
  assert.deepEqual(matches("ma"), []);
});
