import { test } from "node:test";
import assert from "node:assert/strict";
import { Deployment } from "#api/apps/v1.ts";
import { Pod } from "#api/core/v1.ts";
import { StatusError } from "../status.ts";
import { applyJsonPatch } from "./json-patch.ts";
import { applyMergePatch } from "./merge-patch.ts";
import { applyStrategicMergePatch } from "./strategic-merge.ts";

const codeOf = (run: () => unknown): number => {
  try {
    run();
  } catch (error) {
    if (error instanceof StatusError) return error.code;
    throw error;
  }
  return 200;
};

test("JSON patches apply", () => {
  const cases: [current: object, patch: object[], expected: unknown][] = [
    [{ a: 1 }, [{ op: "add", path: "/b", value: [1] }], { a: 1, b: [1] }],
    [{ a: [1, 3] }, [{ op: "add", path: "/a/1", value: 2 }], { a: [1, 2, 3] }],
    [{ a: [1] }, [{ op: "add", path: "/a/-", value: 2 }], { a: [1, 2] }],
    [{ a: [1, 2] }, [{ op: "remove", path: "/a/-1" }], { a: [1] }],
    [{ "a/b": { "~": 1 } }, [{ op: "replace", path: "/a~1b/~0", value: 2 }], { "a/b": { "~": 2 } }],
    [{ a: { b: 1 } }, [{ op: "move", from: "/a/b", path: "/c" }], { a: {}, c: 1 }],
    [{ a: { b: 1 } }, [{ op: "copy", from: "/a", path: "/c" }], { a: { b: 1 }, c: { b: 1 } }],
    [{ a: 1 }, [{ op: "test", path: "/a", value: 1 }], { a: 1 }],
    [{ a: 1 }, [{ op: "test", path: "/b", value: null }], { a: 1 }],
    [{ a: 1 }, [{ op: "replace", path: "", value: { b: 1 } }], { b: 1 }],
  ];
  for (const [current, patch, expected] of cases) {
    const before = structuredClone(current);
    assert.deepEqual(applyJsonPatch(current, patch), expected);
    assert.deepEqual(current, before);
  }
});

test("JSON patches that do not fit are refused", () => {
  const cases: [patch: unknown, code: number][] = [
    [{}, 400],
    [[1], 400],
    [[{ op: "remove", path: "/none" }], 422],
    [[{ op: "replace", path: "/none", value: 1 }], 422],
    [[{ op: "add", path: "/none/deeper", value: 1 }], 422],
    [[{ op: "add", path: "/list/9", value: 1 }], 422],
    [[{ op: "test", path: "/a", value: 2 }], 422],
    [[{ op: "dance", path: "/a" }], 422],
    [[{ op: "add", path: "/a" }], 422],
    [Array.from({ length: 10001 }, () => ({})), 413],
  ];
  for (const [patch, code] of cases) {
    assert.equal(
      codeOf(() => applyJsonPatch({ a: 1, list: [] }, patch)),
      code,
    );
  }
});

test("merge patches follow RFC 7386", () => {
  const cases: [current: object, patch: object, expected: object][] = [
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    [{}, JSON.parse('{"__proto__":{"x":1}}'), JSON.parse('{"__proto__":{"x":1}}')],
  ];
  for (const [current, patch, expected] of cases) {
    assert.deepEqual(applyMergePatch(current, patch), expected);
  }
  assert.equal(
    codeOf(() => applyMergePatch({}, [])),
    400,
  );
});

const container = (name: string, more: object = {}) => ({ name, image: name, ...more });
const pod = (...containers: object[]) => ({ spec: { containers } });

test("strategic merge joins lists by their keys", () => {
  const cases: [name: string, current: object, patch: object, expected: object][] = [
    [
      "an item that matches",
      pod(container("a"), container("b")),
      pod({ name: "b", image: "b:2" }),
      pod(container("a"), { name: "b", image: "b:2" }),
    ],
    [
      "a new item goes to the front",
      pod(container("a")),
      pod(container("b")),
      pod(container("b"), container("a")),
    ],
    [
      "a deleted item",
      pod(container("a"), container("b")),
      pod({ name: "a", $patch: "delete" }),
      pod(container("b")),
    ],
    [
      "a replaced list",
      pod(container("a"), container("b")),
      pod({ $patch: "replace" }, container("c")),
      pod(container("c")),
    ],
    [
      "a given order",
      pod(container("a"), container("b")),
      {
        spec: {
          "$setElementOrder/containers": [{ name: "c" }, { name: "b" }, { name: "a" }],
          containers: [container("c")],
        },
      },
      pod(container("c"), container("b"), container("a")),
    ],
    [
      "nested lists and nulls",
      pod(container("a", { ports: [{ containerPort: 1, name: "x" }], tty: true })),
      pod({
        name: "a",
        tty: null,
        ports: [{ containerPort: 2 }, { containerPort: 1, name: null }],
      }),
      pod(container("a", { ports: [{ containerPort: 2 }, { containerPort: 1 }] })),
    ],
    [
      "an atomic list is replaced",
      pod(container("a", { args: ["1"] })),
      pod({ name: "a", args: ["2"] }),
      pod(container("a", { args: ["2"] })),
    ],
    [
      "values of a set",
      { metadata: { finalizers: ["a", "b"] } },
      { metadata: { finalizers: ["c", "a"], "$deleteFromPrimitiveList/finalizers": ["b"] } },
      { metadata: { finalizers: ["c", "a"] } },
    ],
    [
      "a replaced map",
      { metadata: { labels: { a: "1", b: "2" } } },
      { metadata: { labels: { $patch: "replace", c: "3" } } },
      { metadata: { labels: { c: "3" } } },
    ],
    [
      "a map",
      { metadata: { labels: { a: "1", b: "2" } } },
      { metadata: { labels: { a: null, c: "3" } } },
      { metadata: { labels: { b: "2", c: "3" } } },
    ],
    [
      "directives where nothing was",
      { metadata: {} },
      { spec: { containers: [container("a", { command: null, $patch: "merge" })] } },
      { metadata: {}, spec: { containers: [container("a")] } },
    ],
  ];
  for (const [name, current, patch, expected] of cases) {
    const before = structuredClone([current, patch]);
    assert.deepEqual(applyStrategicMergePatch(current, patch, Pod), expected, name);
    assert.deepEqual([current, patch], before, name);
  }
});

test("retained keys drop the others", () => {
  const current = { spec: { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } } } };
  const patch = { spec: { strategy: { $retainKeys: ["type"], type: "Recreate" } } };
  assert.deepEqual(applyStrategicMergePatch(current, patch, Deployment), {
    spec: { strategy: { type: "Recreate" } },
  });
  const wrong = { spec: { strategy: { $retainKeys: ["type"], rollingUpdate: {} } } };
  assert.equal(
    codeOf(() => applyStrategicMergePatch(current, wrong, Deployment)),
    400,
  );
});

test("an item without its merge key is refused", () => {
  assert.throws(() => applyStrategicMergePatch(pod(container("a")), pod({ image: "x" }), Pod), {
    message: "map: map[image:x] does not contain declared merge key: name",
  });
});

test("a JSON patch cannot make a document that is huge, or nested without end", () => {
  const copies = Array.from({ length: 40 }, (_, index) => ({
    op: "copy",
    from: "/a",
    path: `/a/${index}`,
  }));
  assert.throws(() => applyJsonPatch({ a: { text: "x".repeat(1000) } }, copies), { code: 413 });
  const path = (depth: number) => "/a".repeat(depth);
  const deeper = Array.from({ length: 1100 }, (_, index) => ({
    op: "add",
    path: path(index + 1),
    value: {},
  }));
  assert.throws(() => applyJsonPatch({}, deeper), { code: 422 });
});
