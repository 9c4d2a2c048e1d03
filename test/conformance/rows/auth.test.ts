import assert from "node:assert/strict";
import type { Loose } from "#testkit/requests.ts";
import { conformance, quickly } from "./row.ts";

conformance("ServiceAccounts should run through the lifecycle of a ServiceAccount", async (row) => {
  const collection = `${row.core}/serviceaccounts`;
  const path = `${collection}/testserviceaccount`;
  const from = (await row.get(collection)).metadata.resourceVersion;
  await row.create(collection, {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "testserviceaccount", labels: { "test-serviceaccount-static": "true" } },
    automountServiceAccountToken: true,
  });
  await row.patch(path, { automountServiceAccountToken: false });
  const selected = "labelSelector=test-serviceaccount-static%3Dtrue";
  const everywhere = await row.get(`/api/v1/serviceaccounts?${selected}`);
  const found = everywhere.items.filter(
    ({ metadata }: Loose) => metadata.namespace === row.namespace,
  );
  assert.equal(found.length, 1);
  assert.equal(found[0].automountServiceAccountToken, false);
  await row.remove(`${collection}?${selected}`);
  const events = await row.events(`${collection}?watch=1&${selected}&resourceVersion=${from}`, 3);
  assert.deepEqual(
    events.map(({ type }) => type),
    ["ADDED", "MODIFIED", "DELETED"],
  );
});

conformance("ServiceAccounts should update a ServiceAccount", async (row) => {
  const collection = `${row.core}/serviceaccounts`;
  const account = await row.create(collection, {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "updated" },
    automountServiceAccountToken: false,
  });
  account.automountServiceAccountToken = true;
  const updated = await row.replace(`${collection}/updated`, account);
  assert.equal(updated.automountServiceAccountToken, true);
});

conformance(
  "ServiceAccounts should guarantee kube-root-ca.crt exist in any namespace",
  async (row) => {
    const path = `${row.core}/configmaps/kube-root-ca.crt`;
    const first = await row.until(path, () => undefined);
    const data = { "ca.crt": row.http.certificateAuthority.toString() };
    assert.deepEqual(first.data, data);
    await row.remove(path);
    await row.until(path, ({ metadata }) => assert.notEqual(metadata.uid, first.metadata.uid));
    await row.patch(path, { data: { "ca.crt": "changed" } });
    await row.until(path, (restored) => assert.deepEqual(restored.data, data));
  },
);

conformance(
  "ServiceAccounts should create a serviceAccountToken and ensure a successful TokenReview",
  async (row) => {
    const collection = `${row.core}/serviceaccounts`;
    await row.create(collection, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "reviewed" },
    });
    const { status } = await row.create(`${collection}/reviewed/token`, {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: {},
    });
    const review = (token: string) =>
      row.create("/apis/authentication.k8s.io/v1/tokenreviews", {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenReview",
        spec: { token },
      });
    const good = await review(status.token);
    assert.equal(good.status.authenticated, true);
    assert.equal(good.status.error, undefined);
    assert.equal(good.status.user.username, `system:serviceaccount:${row.namespace}:reviewed`);
    const bad = await review(`${status.token.slice(0, -8)}AAAAAAAA`);
    assert.notEqual(bad.status.authenticated, true);
  },
);

conformance("SubjectReview should support SubjectReview API operations", async (row) => {
  const accounts = `${row.core}/serviceaccounts`;
  await row.create(accounts, {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "subject" },
  });
  const user = `system:serviceaccount:${row.namespace}:subject`;
  const resourceAttributes = {
    verb: "list",
    resource: "configmaps",
    version: "v1",
    namespace: row.namespace,
  };
  const authorization = "authorization.k8s.io/v1";
  const asked = (kind: string, path: string, spec: object) =>
    row.create(path, { apiVersion: authorization, kind, metadata: {}, spec });
  const everywhere = `/apis/${authorization}/subjectaccessreviews`;
  const here = `/apis/${authorization}/namespaces/${row.namespace}/localsubjectaccessreviews`;
  const local = () =>
    row.create(here, {
      apiVersion: authorization,
      kind: "LocalSubjectAccessReview",
      metadata: { namespace: row.namespace },
      spec: { user, resourceAttributes },
    });
  const spec = { user, resourceAttributes };
  const before = await asked("SubjectAccessReview", everywhere, spec);
  assert.equal(before.status.allowed, false);
  assert.equal((await local()).status.allowed, false);
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${row.namespace}`;
  await row.create(`${rbac}/rolebindings`, {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: "subject" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
    subjects: [{ kind: "ServiceAccount", name: "subject", namespace: row.namespace }],
  });
  await quickly(async () => {
    const after = await asked("SubjectAccessReview", everywhere, spec);
    assert.equal(after.status.allowed, true);
    assert.equal((await local()).status.allowed, true);
  });
  const { status } = await row.create(`${accounts}/subject/token`, {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: {},
  });
  await row.http.expect(200, { path: `${row.core}/configmaps`, token: status.token });
  await row.refused(403, { path: `${row.core}/secrets`, token: status.token });
});

const accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

conformance("ServiceAccounts should allow opting out of API token automount", async (row) => {
  const accounts = { mount: true, nomount: false };
  for (const [name, automountServiceAccountToken] of Object.entries(accounts)) {
    await row.create(`${row.core}/serviceaccounts`, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name },
      automountServiceAccountToken,
    });
  }
  await row.until(`${row.core}/serviceaccounts/default`, () => undefined);
  // What the pod says counts, then what its account says, and then it is mounted.
  const cases: [account: string, ofPod: boolean | undefined, mounted: boolean][] = [
    ["default", undefined, true],
    ["mount", undefined, true],
    ["nomount", undefined, false],
    ["default", true, true],
    ["mount", true, true],
    ["nomount", true, true],
    ["default", false, false],
    ["mount", false, false],
    ["nomount", false, false],
  ];
  for (const [index, [serviceAccountName, ofPod, mounted]] of cases.entries()) {
    const pod = await row.create(`${row.core}/pods`, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: `opting-${index}` },
      spec: {
        containers: [{ name: "token-test", image: "busybox" }],
        restartPolicy: "Never",
        serviceAccountName,
        ...(ofPod !== undefined && { automountServiceAccountToken: ofPod }),
      },
    });
    const mounts: Loose[] = pod.spec.containers[0].volumeMounts ?? [];
    assert.equal(
      mounts.some(({ mountPath }) => mountPath === accountFolder),
      mounted,
      `${serviceAccountName}, ${String(ofPod)}`,
    );
  }
});
