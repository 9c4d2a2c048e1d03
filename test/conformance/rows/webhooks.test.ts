import assert from "node:assert/strict";
import { after, before } from "node:test";
import type { Loose } from "#testkit/requests.ts";
import { configurationsOf, denied, openReviewServer, patched } from "./review-server.ts";
import type { Flavour, ReviewServer } from "./review-server.ts";
import { conformance, quickly } from "./row.ts";
import type { Row } from "./row.ts";

const group = "admissionregistration.k8s.io/v1";
let server: ReviewServer;
before(async () => {
  server = await openReviewServer((path, { object }) =>
    path === "/slow" ? undefined : judge(path, object),
  );
});
after(() => server.close());

function judge(path: string, object: Loose): object {
  const adds = (key: string) =>
    patched({ op: "add", path: "/data", value: { ...object.data, [key]: "yes" } });
  if (path === "/first") return adds("first");
  // The second has something to say only of what the first made.
  if (path === "/second") return object.data?.first ? adds("second") : { allowed: true };
  return object.data?.bad === undefined ? { allowed: true } : denied("it is bad");
}

/** Sends the row's config maps to `path` of the test's server. */
async function register(row: Row, flavour: Flavour, path: string, others: object = {}) {
  const name = `${row.namespace}-${path}`;
  await row.create(configurationsOf(flavour), {
    apiVersion: group,
    kind: `${flavour}WebhookConfiguration`,
    metadata: { name, labels: { row: row.namespace } },
    webhooks: [
      {
        name: `${path}.example.com`,
        clientConfig: { url: `${server.origin}/${path}`, caBundle: server.authority },
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": row.namespace } },
        rules: [
          {
            operations: ["CREATE", "UPDATE"],
            apiGroups: [""],
            apiVersions: ["v1"],
            resources: ["configmaps"],
          },
        ],
        sideEffects: "None",
        admissionReviewVersions: ["v1"],
        ...others,
      },
    ],
  });
  return `${configurationsOf(flavour)}/${name}`;
}

/** A config map as it would be created now. */
const tried = (row: Row, name: string, data: object = {}) =>
  row.http.send({
    method: "POST",
    path: `${row.core}/configmaps?dryRun=All`,
    body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data },
  });

const refuses = (row: Row) =>
  quickly(async () => {
    const answer = await tried(row, "bad", { bad: "yes" });
    assert.match(answer.text, /denied the request: it is bad/);
  });
const allows = (row: Row) =>
  quickly(async () => assert.equal((await tried(row, "bad", { bad: "yes" })).status, 201));
const changes = (row: Row, data: object) =>
  quickly(async () =>
    assert.deepEqual(((await tried(row, "map")).json() as Loose).data ?? {}, data),
  );

conformance(
  "AdmissionWebhook [Privileged:ClusterAdmin] listing validating webhooks should work",
  async (row) => {
    for (const path of ["check", "check-2"]) await register(row, "Validating", path);
    const selected = `${configurationsOf("Validating")}?labelSelector=row%3D${row.namespace}`;
    assert.equal((await row.get(selected)).items.length, 2);
    await refuses(row);
    await row.remove(selected);
    await allows(row);
  },
);

conformance(
  "AdmissionWebhook [Privileged:ClusterAdmin] listing mutating webhooks should work",
  async (row) => {
    for (const path of ["first", "second"]) await register(row, "Mutating", path);
    const selected = `${configurationsOf("Mutating")}?labelSelector=row%3D${row.namespace}`;
    assert.equal((await row.get(selected)).items.length, 2);
    await changes(row, { first: "yes", second: "yes" });
    await row.remove(selected);
    await changes(row, {});
  },
);

conformance("AdmissionWebhook [Privileged:ClusterAdmin] should mutate configmap", async (row) => {
  for (const path of ["first", "second"]) await register(row, "Mutating", path);
  await changes(row, { first: "yes", second: "yes" });
  const created = await row.create(`${row.core}/configmaps`, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "mutated" },
    data: { own: "yes" },
  });
  assert.deepEqual(created.data, { own: "yes", first: "yes", second: "yes" });
});

/** Takes CREATE out of the rules and puts it in again. */
async function reruled(row: Row, path: string, on: () => Promise<void>, off: () => Promise<void>) {
  await on();
  const configuration = await row.get(path);
  configuration.webhooks[0].rules[0].operations = ["UPDATE"];
  const updated = await row.replace(path, configuration);
  await off();
  const [webhook] = updated.webhooks;
  const rules = [{ ...webhook.rules[0], operations: ["CREATE"] }];
  await row.patch(path, { webhooks: [{ ...webhook, rules }] });
  await on();
}

conformance(
  "AdmissionWebhook [Privileged:ClusterAdmin] patching/updating a validating webhook should work",
  async (row) => {
    const path = await register(row, "Validating", "check");
    await reruled(
      row,
      path,
      () => refuses(row),
      () => allows(row),
    );
  },
);

conformance(
  "AdmissionWebhook [Privileged:ClusterAdmin] patching/updating a mutating webhook should work",
  async (row) => {
    const path = await register(row, "Mutating", "first");
    await reruled(
      row,
      path,
      () => changes(row, { first: "yes" }),
      () => changes(row, {}),
    );
  },
);

conformance(
  "AdmissionWebhook [Privileged:ClusterAdmin] should unconditionally reject operations on fail closed webhook",
  async (row) => {
    const clientConfig = { url: "https://localhost:1/nobody", caBundle: server.authority };
    await register(row, "Validating", "nobody", { clientConfig, failurePolicy: "Fail" });
    await quickly(async () => {
      const answer = await tried(row, "any");
      assert.equal(answer.status, 500);
      assert.match(answer.text, /failed calling webhook/);
    });
  },
);

conformance("AdmissionWebhook [Privileged:ClusterAdmin] should honor timeout", async (row) => {
  const slow = { timeoutSeconds: 1, failurePolicy: "Fail" };
  const path = await register(row, "Validating", "slow", slow);
  await quickly(async () => {
    const answer = await tried(row, "any");
    assert.equal(answer.status, 500);
    assert.match(answer.text, /deadline exceeded|timeout/i);
  });
  await row.remove(path);
  await register(row, "Validating", "slow", { ...slow, failurePolicy: "Ignore" });
  await quickly(async () => assert.equal((await tried(row, "any")).status, 201));
});

conformance(
  "AdmissionWebhook [Privileged:ClusterAdmin] should mutate everything except 'skip-me' configmaps",
  async (row) => {
    const matchConditions = [{ name: "skip", expression: "object.metadata.name != 'skip-me'" }];
    await register(row, "Mutating", "first", { matchConditions });
    await changes(row, { first: "yes" });
    const skipped = (await tried(row, "skip-me")).json() as Loose;
    assert.equal(skipped.data?.first, undefined);
  },
);
