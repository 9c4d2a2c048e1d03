import assert from "node:assert/strict";
import { after, before } from "node:test";
import { systemClock } from "#base/node/system-clock.ts";
import { silentLogger } from "#base/log.ts";
import { cryptoRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import type { Loose } from "#testkit/requests.ts";
import { runSimulatedNodes } from "#testkit/simulated-node.ts";
import { defined, definitions, establish } from "./definition.ts";
import { configurationsOf, denied, openReviewServer, patched, register } from "./review-server.ts";
import type { Flavour, ReviewServer } from "./review-server.ts";
import { conformance, quickly } from "./row.ts";
import type { Row } from "./row.ts";

/** What the webhooks of these rows have something against. */
const bad = { test: "bad" };

let server: ReviewServer;
before(async () => {
  server = await openReviewServer((path, { operation, object, oldObject, ...request }) => {
    switch (path) {
      case "/pods":
        return pods(object);
      case "/pods/attach":
        return request.name === "attached" && object.container === "main"
          ? denied("attaching to pod 'attached' is not allowed")
          : { allowed: true };
      case "/data":
        if (operation === "DELETE") {
          return oldObject.data.test === "held" ? denied("it holds on") : { allowed: true };
        }
        return object.data?.test === "bad" ? denied("its data are unwanted") : { allowed: true };
      case "/labels":
        return object.metadata.labels?.test === "bad"
          ? denied("its label is unwanted")
          : { allowed: true };
      case "/never":
        return denied("nothing is allowed");
      case "/label":
        return patched({ op: "add", path: "/metadata/labels/added", value: "yes" });
      default:
        return undefined;
    }
  });
});
after(() => server.close());

function pods({ metadata, spec }: Loose): object | undefined {
  if (metadata.labels?.test === "wait") return undefined;
  const why: string[] = [];
  if (spec.containers.some(({ name }: Loose) => name === "bad")) why.push("its container");
  if (metadata.labels?.test === "bad") why.push("its label");
  return why.length > 0 ? denied(`unwanted: ${why.join(" and ")}`) : { allowed: true };
}

const podOf = (name: string, labels: object = {}, container = "main") => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, labels },
  spec: { containers: [{ name: container, image: "pause" }] },
});
const configMapOf = (name: string, data: object) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data,
});

/** A pod needs its namespace's account. */
const accountable = (row: Row) => row.until(`${row.core}/serviceaccounts/default`, () => {});

/** A webhook that names no code means 400. */
async function refusedBy(row: Row, message: RegExp, request: object) {
  const answer = await row.refused(400, { path: "", ...request });
  assert.match(answer.message, message);
}

conformance(
  "AdmissionWebhook [Privileged:ClusterAdmin] should be able to deny pod and configmap creation",
  async (row) => {
    const skips = {
      namespaceSelector: {
        matchLabels: { row: "deny" },
        matchExpressions: [{ key: "skip", operator: "NotIn", values: ["yes"] }],
      },
    };
    await row.patch(`/api/v1/namespaces/${row.namespace}`, {
      metadata: { labels: { row: "deny" } },
    });
    const nobody = { url: "https://localhost:1/nobody", caBundle: server.authority };
    const failsOpen = { clientConfig: nobody, failurePolicy: "Ignore" };
    await register(row, server, "Validating", [
      { path: "/pods", rules: ["CREATE pods"], more: { timeoutSeconds: 1 } },
      { path: "/data", rules: ["CREATE configmaps", "UPDATE configmaps"], more: skips },
      { path: "/nobody", rules: ["CREATE configmaps"], more: failsOpen },
    ]);
    await accountable(row);
    const collection = { method: "POST", path: `${row.core}/pods` };
    const worst = podOf("bad", bad, "bad");
    await refusedBy(row, /unwanted: its container and its label/, {
      ...collection,
      body: worst,
    });
    const hanging = podOf("hanging", { test: "wait" });
    const answer = await row.http.send({ ...collection, body: hanging });
    assert.equal(answer.status, 500);
    assert.match(answer.text, /failed calling webhook .*deadline exceeded/);
    await row.refused(404, { path: `${row.core}/pods/hanging` });
    await row.create(collection.path, podOf("good"));
    await configMapsAreChecked(row);
  },
);

async function configMapsAreChecked(row: Row): Promise<void> {
  const collection = `${row.core}/configmaps`;
  const because = /denied the request: its data are unwanted/;
  const body = configMapOf("bad", bad);
  await refusedBy(row, because, { method: "POST", path: collection, body });
  const good = await row.create(collection, configMapOf("good", { admit: "this" }));
  const path = `${collection}/good`;
  const changed = { ...good, data: { ...good.data, ...bad } };
  await refusedBy(row, because, { method: "PUT", path, body: changed });
  await refusedBy(row, because, {
    method: "PATCH",
    path,
    contentType: "application/strategic-merge-patch+json",
    body: { data: bad },
  });
  const skipped = `${row.namespace}-skipped`;
  await row.create("/api/v1/namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: skipped, labels: { row: "deny", skip: "yes" } },
  });
  await row.create(`/api/v1/namespaces/${skipped}/configmaps`, body);
}

conformance(
  "AdmissionWebhook [Privileged:ClusterAdmin] should be able to deny attaching pod",
  async (row) => {
    const rules = ["CONNECT pods/attach"];
    const path = await register(row, server, "Validating", [{ path: "/pods/attach", rules }]);
    await accountable(row);
    await using nodes = new Scope({ onFailure: (_task, error) => assert.fail(String(error)) });
    nodes.run("nodes", (signal) =>
      runSimulatedNodes(
        {
          client: row.client,
          clock: systemClock(),
          random: cryptoRandom,
          logger: silentLogger,
          count: 1,
          kubeletVersion: "v1.36.0",
        },
        signal,
      ),
    );
    for (const name of ["attached", "free"]) {
      await row.create(`${row.core}/pods`, podOf(name));
      const running = ({ status }: Loose) => assert.equal(status.phase, "Running");
      await row.until(`${row.core}/pods/${name}`, running);
    }
    const attached = async (name: string) =>
      (await row.kubectl(`attach ${name} -i -c=main`, { expectCode: 1 })).stderr;
    assert.match(await attached("attached"), /attaching to pod 'attached' is not allowed/);
    // Allowed: nothing is behind simulated nodes, which is said in other words.
    assert.doesNotMatch(await attached("free"), /not allowed/);
    await row.remove(path);
    await quickly(async () => assert.doesNotMatch(await attached("attached"), /not allowed/));
  },
  { needsKubectl: true },
);

conformance(
  "AdmissionWebhook [Privileged:ClusterAdmin] should be able to deny custom resource creation, update and deletion",
  async (row) => {
    const one = defined(row);
    await establish(row, one);
    const rules = ["CREATE", "UPDATE", "DELETE"].map(
      (verb) => `${verb} ${one.plural}.${one.group}`,
    );
    await register(row, server, "Validating", [{ path: "/data", rules }]);
    const note = (name: string, test: string) => ({
      apiVersion: `${one.group}/v1`,
      kind: one.kind,
      metadata: { name },
      data: { test },
    });
    const because = /denied the request: its data are unwanted/;
    const creation = { method: "POST", path: one.objects, body: note("bad", "bad") };
    await refusedBy(row, because, creation);
    const held = await row.create(one.objects, note("held", "held"));
    const path = `${one.objects}/held`;
    const body = { ...held, data: bad };
    await refusedBy(row, because, { method: "PUT", path, body });
    await refusedBy(row, /denied the request: it holds on/, { method: "DELETE", path });
    await row.replace(path, { ...held, data: { test: "good" } });
    await row.remove(path);
    await row.gone(path);
  },
);

conformance("AdmissionWebhook [Privileged:ClusterAdmin] should deny crd creation", async (row) => {
  const only = { objectSelector: { matchLabels: { row: row.namespace } } };
  const rules = ["CREATE customresourcedefinitions.apiextensions.k8s.io"];
  await register(row, server, "Validating", [{ path: "/labels", rules, more: only }]);
  const { definition: body, path } = defined(row);
  Object.assign(body.metadata.labels, bad);
  const creation = { method: "POST", path: definitions, body };
  await refusedBy(row, /denied the request: its label is unwanted/, creation);
  await row.refused(404, { path });
  body.metadata.labels.test = "good";
  await row.create(definitions, body);
});

conformance(
  "AdmissionWebhook [Privileged:ClusterAdmin] should not be able to mutate or prevent deletion of webhook configuration objects",
  async (row) => {
    const flavours: readonly Flavour[] = ["Validating", "Mutating"];
    const onConfigurations = (operation: string) =>
      flavours.map(
        (flavour) =>
          `${operation} ${flavour.toLowerCase()}webhookconfigurations.admissionregistration.k8s.io`,
      );
    const everywhere = { namespaceSelector: {} };
    const paths = [
      await register(row, server, "Validating", [
        { path: "/never", rules: onConfigurations("DELETE"), more: everywhere },
      ]),
      await register(row, server, "Mutating", [
        { path: "/label", rules: onConfigurations("CREATE"), more: everywhere },
      ]),
    ];
    for (const flavour of flavours) {
      const name = `${row.namespace}-dummy`;
      const created = await row.create(configurationsOf(flavour), {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: `${flavour}WebhookConfiguration`,
        metadata: { name, labels: { row: row.namespace } },
        webhooks: [
          {
            name: "dummy.example.com",
            clientConfig: { url: `${server.origin}/nowhere`, caBundle: server.authority },
            rules: [
              {
                operations: ["CREATE"],
                apiGroups: [""],
                apiVersions: ["v1"],
                resources: ["invalid"],
              },
            ],
            sideEffects: "None",
            failurePolicy: "Ignore",
            admissionReviewVersions: ["v1"],
          },
        ],
      });
      assert.deepEqual(created.metadata.labels, { row: row.namespace });
      const path = `${configurationsOf(flavour)}/${name}`;
      await row.remove(path);
      await row.gone(path);
    }
    for (const path of paths) await row.remove(path);
  },
);
