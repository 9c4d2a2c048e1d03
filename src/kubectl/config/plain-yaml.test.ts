import { test } from "node:test";
import assert from "node:assert/strict";
import { parseYaml } from "#machinery/codec/yaml.ts";
import { parsePlainYaml } from "./plain-yaml.ts";

const written = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: LS0tLS1CRUdJTg==
    server: https://127.0.0.1:8443
  name: kijabi
contexts:
- context:
    cluster: kijabi
    namespace: "shop"
    user: kijabi
  name: kijabi
# the one in use
current-context: kijabi
kind: Config
preferences: {}
users:
  - name: kijabi
    user:
      token: 'a.b-c'
      exec:
        apiVersion: client.authentication.k8s.io/v1
        args:
        - get-token
        - --cluster
        command: aws
        env: null
        provideClusterInfo: false
      extensions: []
`;

test("what programs write is read as the whole reader reads it", () => {
  const simple = written.replace("        env: null\n", "").replace("        - --cluster\n", "");
  const value = parsePlainYaml(simple);
  assert.notEqual(value, undefined);
  assert.deepEqual(value, parseYaml(simple)[0]?.value);
});

test("what may mean something else is left to the whole reader", () => {
  for (const text of [
    written,
    "a: yes",
    "a: 1",
    "a: 0x10",
    "a: b # c",
    "a: {b: c}",
    "a: |\n  b",
    "a: &x b",
    'a: "b\\n"',
    "a: b\na: c",
    "a: b\n  c: d",
    "a:\n\tb: c",
    "--- \na: b",
    "a: ~",
    "'a': b",
    "a: b: c",
  ]) {
    assert.equal(parsePlainYaml(text), undefined, text);
  }
});
