import assert from "node:assert/strict";
import type { Loose } from "#testkit/requests.ts";
import { conformance } from "./row.ts";
import type { Row } from "./row.ts";

const group = "admissionregistration.k8s.io/v1";

type Flavour = "Mutating" | "Validating";

const collectionOf = (flavour: Flavour) =>
  `/apis/${group}/${flavour.toLowerCase()}webhookconfigurations`;

/** Of the row's own config maps; nobody answers at its address. */
function configuration(row: Row, flavour: Flavour, others: object = {}) {
  return {
    apiVersion: group,
    kind: `${flavour}WebhookConfiguration`,
    metadata: { name: row.namespace, labels: { row: row.namespace } },
    webhooks: [
      {
        name: "row.example.com",
        clientConfig: { url: "https://127.0.0.1:1/row" },
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": row.namespace } },
        rules: [
          {
            operations: ["CREATE"],
            apiGroups: [""],
            apiVersions: ["v1"],
            resources: ["configmaps"],
          },
        ],
        sideEffects: "None",
        admissionReviewVersions: ["v1"],
        failurePolicy: "Fail",
        timeoutSeconds: 2,
        ...others,
      },
    ],
  };
}

async function matchesConditions(row: Row, flavour: Flavour): Promise<void> {
  const collection = collectionOf(flavour);
  const first = [{ name: "first", expression: "request.resource.group != 'events.k8s.io'" }];
  const second = [...first, { name: "second", expression: "object.metadata.name != 'skip-me'" }];
  const created = await row.create(
    collection,
    configuration(row, flavour, { matchConditions: first }),
  );
  assert.deepEqual(created.webhooks[0].matchConditions, first);
  created.webhooks[0].matchConditions = second;
  const path = `${collection}/${row.namespace}`;
  await row.replace(path, created);
  assert.deepEqual((await row.get(path)).webhooks[0].matchConditions, second);
  await row.remove(path);
}

async function rejectsConditions(row: Row, flavour: Flavour): Promise<void> {
  const matchConditions = [{ name: "invalid", expression: "... [}" }];
  const refused: Loose = await row.refused(422, {
    method: "POST",
    path: collectionOf(flavour),
    body: configuration(row, flavour, { matchConditions }),
  });
  assert.match(refused.message, /compilation failed/);
}

conformance(
  "AdmissionWebhook [Privileged:ClusterAdmin] should be able to create and update mutating webhook configurations with match conditions",
  (row) => matchesConditions(row, "Mutating"),
);
conformance(
  "AdmissionWebhook [Privileged:ClusterAdmin] should be able to create and update validating webhook configurations with match conditions",
  (row) => matchesConditions(row, "Validating"),
);
conformance(
  "AdmissionWebhook [Privileged:ClusterAdmin] should reject mutating webhook configurations with invalid match conditions",
  (row) => rejectsConditions(row, "Mutating"),
);
conformance(
  "AdmissionWebhook [Privileged:ClusterAdmin] should reject validating webhook configurations with invalid match conditions",
  (row) => rejectsConditions(row, "Validating"),
);

conformance(
  "AdmissionWebhook [Privileged:ClusterAdmin] should include webhook resources in discovery documents",
  async (row) => {
    const { groups } = await row.get("/apis");
    const found = groups.find(({ name }: Loose) => name === "admissionregistration.k8s.io");
    assert.ok(found.versions.some(({ version }: Loose) => version === "v1"));
    const { resources } = await row.get(`/apis/${group}`);
    const names = resources.map(({ name }: Loose) => name);
    assert.ok(names.includes("mutatingwebhookconfigurations"));
    assert.ok(names.includes("validatingwebhookconfigurations"));
  },
);
