import { test } from "node:test";
import assert from "node:assert/strict";
import { Deployment } from "#api/apps/v1.ts";
import type { ManagedFieldsEntry } from "#api/meta/v1.ts";
import { seededRandom } from "#base/random.ts";
import type { Random } from "#base/random.ts";
import { cloneJson } from "../json.ts";
import type { Row } from "../json.ts";
import { applyMergePatch } from "../patch/merge-patch.ts";
import { applyStrategicMergePatch } from "../patch/strategic-merge.ts";
import { StatusError } from "../status.ts";
import { apply } from "./apply.ts";
import { intersection, isEmptySet, union } from "./field-set.ts";
import type { FieldSet } from "./field-set.ts";

/** What holds for every object and every change of it, shown on random ones. */

const rounds = 300;
const common = { type: Deployment, apiVersion: "apps/v1", kind: "Deployment" };

/** Some fields of a Deployment: maps, lists by key, lists of values, and plain ones. */
function configuration(random: Random): Row {
  const below = (limit: number) => Math.floor(random.float() * limit);
  const some = <T>(...values: T[]) => values.filter(() => below(2) === 0);
  const word = () => "abc"[below(3)];
  const labels = Object.fromEntries(some("x", "y", "z").map((key) => [key, word()]));
  const containers = some("one", "two", "three").map((name) => ({
    name,
    image: word(),
    ...(below(2) && { args: [word(), word()] }),
    ...(below(2) && { env: some("A", "B").map((key) => ({ name: key, value: word() })) }),
  }));
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: "web",
      ...(below(2) && { labels }),
      ...(below(3) === 0 && { finalizers: ["f/1", ...some("f/2")] }),
    },
    spec: {
      ...(below(2) && { replicas: below(5) }),
      ...(below(2) && { paused: true }),
      template: { spec: { containers } },
    },
  };
}

let clock = 0;
function applying(live: object | undefined, applied: Row, manager: string, force = true) {
  const time = new Date(Date.UTC(2026, 0, 1) + ++clock * 1000).toISOString();
  return apply({ ...common, live, applied, manager, force, time: `${time.slice(0, 19)}Z` });
}

const entriesOf = (object: object) =>
  (object as { metadata: { managedFields?: ManagedFieldsEntry[] } }).metadata.managedFields ?? [];
const ownedBy = (object: object, name: string): FieldSet =>
  entriesOf(object)
    .filter(({ manager }) => manager === name)
    .reduce((set: FieldSet, { fieldsV1 }) => union(set, fieldsV1 as FieldSet), {});

function eachRound(body: (random: Random, round: number) => void): void {
  for (let round = 1; round <= rounds; round++) body(seededRandom(round), round);
}

test("an apply repeated changes nothing, not even a time", () => {
  eachRound((random, round) => {
    const base = applying(undefined, configuration(random), "base").object;
    const wanted = configuration(random);
    const once = applying(base, wanted, "a").object;
    const twice = applying(once, wanted, "a");
    assert.deepEqual(twice.object, once, `round ${round}`);
    assert.equal(twice.changed, false);
  });
});

test("what is applied is there, and its applier owns it", () => {
  eachRound((random, round) => {
    const base = applying(undefined, configuration(random), "base").object;
    const wanted = configuration(random);
    const { object } = applying(base, wanted, "a");
    // Applied by somebody else without force, the same makes no conflict and changes no value.
    const again = applying(object, wanted, "b", false).object;
    const bare = (row: Row) => ({
      ...row,
      metadata: { ...(row["metadata"] as Row), managedFields: [] },
    });
    assert.deepEqual(bare(again), bare(object), `round ${round}`);
    assert.deepEqual(ownedBy(again, "a"), ownedBy(again, "b"), `round ${round}`);
  });
});

test("who gives everything up leaves what others own, and nothing of its own", () => {
  eachRound((random, round) => {
    const wanted = configuration(random);
    const base = applying(undefined, wanted, "base").object;
    const added = applying(base, configuration(random), "a", true).object;
    const nothing = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" } };
    const left = applying(added, nothing, "a").object;
    assert(isEmptySet(ownedBy(left, "a")), `round ${round}`);
    // What "base" still owns after "a" took some of it is all that is left.
    const rest = applying(left, nothing, "base").object;
    assert.deepEqual(entriesOf(rest), [], `round ${round}`);
  });
});

test("without force, no apply changes what somebody else owns", () => {
  let conflicts = 0;
  eachRound((random, round) => {
    const base = applying(undefined, configuration(random), "base").object;
    const wanted = configuration(random);
    const before = cloneJson(base);
    try {
      const { object } = applying(base, wanted, "a", false);
      const owned = ownedBy(base, "base");
      assert.deepEqual(intersection(ownedBy(object, "base"), owned), owned, `round ${round}`);
    } catch (error) {
      assert(error instanceof StatusError && error.code === 409, String(error));
      assert.match(error.message, /conflicts? with "base"/);
      conflicts++;
    }
    assert.deepEqual(base, before, "the live object is not touched");
  });
  assert(conflicts > rounds / 10 && conflicts < rounds, `${conflicts} conflicts`);
});

test("of two who own different fields, it does not matter who applies first", () => {
  eachRound((random, round) => {
    const base = applying(undefined, configuration(random), "base").object;
    const spec = (fields: Row) =>
      ({ ...common, type: undefined, metadata: { name: "web" }, spec: fields }) as Row;
    const { type: _one, ...first } = spec({ replicas: Math.floor(random.float() * 5) });
    const { type: _two, ...second } = spec({ paused: random.float() < 0.5, minReadySeconds: 3 });
    const left = applying(applying(base, first, "a").object, second, "b").object;
    const right = applying(applying(base, second, "b").object, first, "a").object;
    const fields = (object: object) =>
      entriesOf(object)
        .map(({ manager, fieldsV1 }) => ({ manager, fieldsV1 }))
        .toSorted((one, two) => ((one.manager ?? "") < (two.manager ?? "") ? -1 : 1));
    assert.deepEqual(left["spec"], right["spec"], `round ${round}`);
    assert.deepEqual(fields(left), fields(right), `round ${round}`);
  });
});

test("applied items keep their order", () => {
  eachRound((random, round) => {
    const base = applying(undefined, configuration(random), "base").object;
    const wanted = configuration(random);
    const { object } = applying(base, wanted, "a");
    const names = (row: Row): string[] => {
      const { template } = row["spec"] as {
        template: { spec: { containers?: { name: string }[] } };
      };
      return (template.spec.containers ?? []).map(({ name }) => name);
    };
    const applied = names(wanted);
    assert.deepEqual(
      names(object).filter((name) => applied.includes(name)),
      applied,
      `round ${round}`,
    );
  });
});

for (const [name, patch] of [
  ["merge patch", (object: Row, change: Row) => applyMergePatch(object, change)],
  [
    "strategic merge patch",
    (object: Row, change: Row) => applyStrategicMergePatch(object, change, Deployment),
  ],
] as const) {
  test(`a ${name} repeated changes nothing, and leaves its arguments alone`, () => {
    eachRound((random, round) => {
      const object = configuration(random);
      const change = configuration(random);
      const before = cloneJson({ object, change });
      const once = patch(object, change);
      assert.deepEqual(patch(once, change), once, `round ${round}`);
      assert.deepEqual({ object, change }, before);
    });
  });

  test(`a ${name} of the object itself, or of nothing, is the object`, () => {
    eachRound((random) => {
      const object = configuration(random);
      assert.deepEqual(patch(object, object), object);
      assert.deepEqual(patch(object, {}), object);
    });
  });
}

test("a strategic merge keeps every item of both, those of the patch in its order", () => {
  eachRound((random, round) => {
    const object = configuration(random);
    const change = configuration(random);
    const names = (row: Row): string[] => {
      const { template } = row["spec"] as {
        template: { spec: { containers: { name: string }[] } };
      };
      return template.spec.containers.map(({ name }) => name);
    };
    const merged = names(applyStrategicMergePatch(object, change, Deployment));
    assert.deepEqual(
      new Set(merged),
      new Set([...names(object), ...names(change)]),
      `round ${round}`,
    );
    assert.deepEqual(
      merged.filter((item) => names(change).includes(item)),
      names(change),
    );
  });
});
