import { test } from "node:test";
import assert from "node:assert/strict";
import { checkBase64, checkTypes, configFields, normalized } from "./fields.ts";

test("fields that nobody knows are kept", () => {
  const config = {
    newer: 1,
    clusters: [{ name: "a", cluster: { future: { x: [1] }, server: "s" } }],
  };
  assert.deepEqual(normalized(config, configFields), {
    preferences: {},
    clusters: [{ name: "a", cluster: { server: "s", future: { x: [1] } } }],
    users: null,
    contexts: null,
    "current-context": "",
    newer: 1,
  });
});

test("entries are in the order of their names", () => {
  const contexts = [{ name: "b", context: { user: "u" } }, { name: "a" }];
  assert.deepEqual(normalized({ contexts }, configFields).contexts, [
    { name: "a", context: { cluster: "", user: "" } },
    { name: "b", context: { cluster: "", user: "u" } },
  ]);
});

test("the first value of a wrong type is told", () => {
  const users = [{ name: "a", user: { token: 1, "as-groups": "x" } }];
  assert.throws(() => checkTypes({ users }, configFields), {
    message:
      "json: cannot unmarshal string into Go struct field AuthInfo.users.user.as-groups of type []string",
  });
});

const base64: readonly (readonly [string, number | undefined])[] = [
  ["aGVsbG8=", undefined],
  ["", undefined],
  ["zz", 0],
  ["aGVsbG8", 4],
  ["aGVs=G8=", 4],
  ["YQ==YQ==", 4],
  ["YQ=a", 2],
  ["a!Vs", 1],
];

for (const [text, at] of base64) {
  test(`base64 of ${JSON.stringify(text)} is wrong at ${at}`, () => {
    const check = () => checkBase64(text);
    if (at === undefined) check();
    else assert.throws(check, { message: `illegal base64 data at input byte ${at}` });
  });
}
