import assert from "node:assert/strict";
import { test } from "node:test";
import { normalize } from "./normalize.ts";

test("ages, addresses, generated names and columns do not matter", () => {
  const theirs = `NAME                          READY     STATUS    RESTARTS   AGE
hello-node-5f76cf6ccf-br9b5   1/1       Running   0          1m

`;
  const ours = `NAME                         READY   STATUS    RESTARTS   AGE
hello-node-7b8d4f9c6d-xk2lp   1/1     Running   0          4m31s`;
  assert.equal(normalize(ours), normalize(theirs));
  assert.equal(
    normalize("hello-node   LoadBalancer   10.108.144.78   <pending>     8080:30369/TCP   21s"),
    "hello-node LoadBalancer IP <pending> 8080:NODEPORT/TCP AGE",
  );
  assert.equal(normalize('pod "nginx" deleted from default namespace'), 'pod "nginx" deleted');
});

test("everything else does", () => {
  for (const [one, other] of [
    ["web   1/1   Running   0   3s", "web   0/1   Running   0   3s"],
    ["web   1/1   Running   0   3s", "web   1/1   Running   1   3s"],
    ["kube-system   Active   3s", "kube-public   Active   3s"],
    ["kubernetes   ClusterIP   10.96.0.1   <none>", "kubernetes   ClusterIP   None   <none>"],
    ["app=web,version=v1", "app=web,version=v2"],
  ] as const) {
    assert.notEqual(normalize(one), normalize(other));
  }
});
