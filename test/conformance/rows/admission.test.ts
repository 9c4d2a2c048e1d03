import assert from "node:assert/strict";
import type { Loose } from "#testkit/requests.ts";
import { conformance, discovered, operations, quickly } from "./row.ts";
import type { Row } from "./row.ts";

const group = "admissionregistration.k8s.io/v1";
const root = `/apis/${group}`;

const deployment = (name: string, replicas: number) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: "main", image: "nginx" }] },
    },
  },
});

const deploymentsOf = (row: Row) => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": row.namespace } },
  resourceRules: [
    {
      apiGroups: ["apps"],
      apiVersions: ["v1"],
      operations: ["CREATE", "UPDATE"],
      resources: ["deployments"],
    },
  ],
});

/** A policy of the row's own deployments, and what puts it in force. */
async function enforce(row: Row, spec: object): Promise<void> {
  const name = `validate-${row.namespace}`;
  await row.create(`${root}/validatingadmissionpolicies`, {
    apiVersion: group,
    kind: "ValidatingAdmissionPolicy",
    metadata: { name },
    spec: { failurePolicy: "Fail", matchConstraints: deploymentsOf(row), ...spec },
  });
  await row.create(`${root}/validatingadmissionpolicybindings`, {
    apiVersion: group,
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name },
    spec: { policyName: name, validationActions: ["Deny"] },
  });
}

async function deniesMany(row: Row): Promise<void> {
  const collection = `${row.apps}/deployments`;
  const dry = (replicas: number) =>
    row.http.send({
      method: "POST",
      path: `${collection}?dryRun=All`,
      body: deployment("probe", replicas),
    });
  await quickly(async () => assert.equal((await dry(2)).status, 422));
  await row.create(collection, deployment("few", 1));
  const refused = await row.refused(422, {
    method: "POST",
    path: collection,
    body: deployment("many", 2),
  });
  assert.match(refused.message, /ValidatingAdmissionPolicy 'validate-.*' .*denied request/);
}

conformance(
  "ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should validate against a Deployment",
  async (row) => {
    await enforce(row, {
      validations: [{ expression: "object.spec.replicas <= 1", messageExpression: "'too many'" }],
    });
    await deniesMany(row);
  },
);

conformance(
  "ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should allow expressions to refer variables.",
  async (row) => {
    await enforce(row, {
      variables: [
        { name: "replicas", expression: "object.spec.replicas" },
        { name: "few", expression: "variables.replicas <= 1" },
      ],
      validations: [{ expression: "variables.few" }],
    });
    await deniesMany(row);
  },
);

const idle = {
  resourceRules: [
    { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["nothings"] },
  ],
};

conformance(
  "ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should support ValidatingAdmissionPolicy API operations",
  async (row) => {
    const collection = `${root}/validatingadmissionpolicies`;
    await discovered(row, group, "validatingadmissionpolicies");
    await discovered(row, group, "validatingadmissionpolicies/status");
    const policy = {
      apiVersion: group,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name: "row-policy" },
      spec: { matchConstraints: idle, validations: [{ expression: "true" }] },
    };
    await operations(row, collection, policy);
    await row.create(collection, policy);
    const condition = { type: "Row", status: "True", reason: "Row", message: "seen" };
    await row.patch(`${collection}/row-policy/status`, {
      status: { conditions: [{ ...condition, lastTransitionTime: "2026-01-01T00:00:00Z" }] },
    });
    const { status } = await row.get(`${collection}/row-policy/status`);
    assert.ok(status.conditions.some(({ message }: Loose) => message === "seen"));
    await row.remove(`${collection}/row-policy`);
  },
);

conformance(
  "ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should support ValidatingAdmissionPolicyBinding API operations",
  async (row) => {
    await discovered(row, group, "validatingadmissionpolicybindings");
    await operations(row, `${root}/validatingadmissionpolicybindings`, {
      apiVersion: group,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name: "row-binding" },
      spec: { policyName: "nobody", validationActions: ["Deny"] },
    });
  },
);

conformance(
  "MutatingAdmissionPolicy [Privileged:ClusterAdmin] should support MutatingAdmissionPolicy API operations",
  async (row) => {
    await discovered(row, group, "mutatingadmissionpolicies");
    await operations(row, `${root}/mutatingadmissionpolicies`, {
      apiVersion: group,
      kind: "MutatingAdmissionPolicy",
      metadata: { name: "row-policy" },
      spec: {
        matchConstraints: idle,
        reinvocationPolicy: "Never",
        mutations: [
          { patchType: "ApplyConfiguration", applyConfiguration: { expression: "Object{}" } },
        ],
      },
    });
  },
);

conformance(
  "MutatingAdmissionPolicy [Privileged:ClusterAdmin] should support MutatingAdmissionPolicyBinding API operations",
  async (row) => {
    await discovered(row, group, "mutatingadmissionpolicybindings");
    await operations(row, `${root}/mutatingadmissionpolicybindings`, {
      apiVersion: group,
      kind: "MutatingAdmissionPolicyBinding",
      metadata: { name: "row-binding" },
      spec: { policyName: "nobody" },
    });
  },
);

async function mutates(row: Row, expression: string): Promise<Loose> {
  const name = `mutate-${row.namespace}`;
  await row.create(`${root}/mutatingadmissionpolicies`, {
    apiVersion: group,
    kind: "MutatingAdmissionPolicy",
    metadata: { name },
    spec: {
      matchConstraints: deploymentsOf(row),
      reinvocationPolicy: "Never",
      failurePolicy: "Fail",
      mutations: [{ patchType: "ApplyConfiguration", applyConfiguration: { expression } }],
    },
  });
  await row.create(`${root}/mutatingadmissionpolicybindings`, {
    apiVersion: group,
    kind: "MutatingAdmissionPolicyBinding",
    metadata: { name },
    spec: { policyName: name },
  });
  return quickly(async () => {
    const path = `${row.apps}/deployments?dryRun=All`;
    const seen = await row.create(path, deployment("mutated", 1));
    assert.ok(seen.metadata.annotations?.mutated ?? seen.spec.replicas === 2);
    return row.create(`${row.apps}/deployments`, deployment("mutated", 1));
  });
}

conformance(
  "MutatingAdmissionPolicy [Privileged:ClusterAdmin] should mutate a Deployment",
  async (row) => {
    const created = await mutates(row, "Object{spec: Object.spec{replicas: 2}}");
    assert.equal(created.spec.replicas, 2);
  },
);

conformance(
  "MutatingAdmissionPolicy [Privileged:ClusterAdmin] should mutate a Deployment with annotations",
  async (row) => {
    const created = await mutates(
      row,
      'Object{metadata: Object.metadata{annotations: {"mutated": "yes"}}}',
    );
    assert.equal(created.metadata.annotations.mutated, "yes");
    assert.equal(created.spec.replicas, 1);
  },
);
