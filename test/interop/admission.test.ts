import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { stringify } from "yaml";
import { createCertificateAuthority, issueCertificate } from "#pki/certificate.ts";
import { findBinary } from "../../src/cluster/providers/node/host.ts";
import { openControlPlane } from "../support/control-plane.ts";
import type { TestControlPlane } from "../support/control-plane.ts";
import { eventually } from "../support/eventually.ts";

// Admission that users bring: webhooks and policies, with the stock kubectl.

const skip = findBinary("kubectl", process.env["PATH"] ?? "")
  ? false
  : "there is no kubectl on this machine";
const apiVersion = "admissionregistration.k8s.io/v1";
const rule = (group: string, resource: string) => ({
  operations: ["CREATE", "UPDATE"],
  apiGroups: [group],
  apiVersions: ["v1"],
  resources: [resource],
});

describe("admission by users", { skip }, () => {
  let cluster: TestControlPlane;
  before(async () => {
    cluster = await openControlPlane();
  });
  after(() => cluster[Symbol.asyncDispose]());

  const apply = (...objects: object[]) =>
    cluster.kubectl(["apply", "-f", "-"], {
      input: objects.map((object) => stringify(object)).join("---\n"),
    });
  const refusal = async (...args: string[]) =>
    (await cluster.kubectl(args, { expectCode: 1 })).stderr;

  it("refuses by a validating policy, and checks its types", async () => {
    await apply(
      {
        apiVersion,
        kind: "ValidatingAdmissionPolicy",
        metadata: { name: "few" },
        spec: {
          matchConstraints: { resourceRules: [rule("apps", "deployments")] },
          validations: [
            {
              expression: "object.spec.replicas <= 2",
              messageExpression: "'at most 2 replicas, not ' + string(object.spec.replicas)",
            },
            { expression: "!has(object.spec.nope)" },
          ],
        },
      },
      {
        apiVersion,
        kind: "ValidatingAdmissionPolicyBinding",
        metadata: { name: "few" },
        spec: { policyName: "few", validationActions: ["Deny"] },
      },
    );
    assert.equal(
      await refusal("create", "deployment", "many", "--image=nginx", "--replicas=3"),
      'error: failed to create deployment: deployments.apps "many" is forbidden: ' +
        "ValidatingAdmissionPolicy 'few' with binding 'few' denied request: at most 2 replicas, " +
        "not 3\n",
    );
    await cluster.kubectl(["create", "deployment", "web", "--image=nginx", "--replicas=2"]);
    await eventually(async () => {
      const path = "jsonpath={.status.typeChecking.expressionWarnings[0]}";
      const { stdout } = await cluster.kubectl([
        "get",
        "validatingadmissionpolicy",
        "few",
        "-o",
        path,
      ]);
      const { fieldRef, warning } = JSON.parse(stdout) as { fieldRef: string; warning: string };
      assert.equal(fieldRef, "spec.validations[1].expression");
      assert.match(
        warning,
        /^apps\/v1, Kind=Deployment: compilation failed: .*undefined field 'nope'/,
      );
    });
    await cluster.kubectl(["delete", "validatingadmissionpolicybinding", "few"]);
  });

  it("changes by a mutating policy", async () => {
    await apply(
      {
        apiVersion,
        kind: "MutatingAdmissionPolicy",
        metadata: { name: "labels" },
        spec: {
          matchConstraints: { resourceRules: [rule("", "configmaps")] },
          matchConditions: [{ name: "ours", expression: "request.namespace == 'default'" }],
          reinvocationPolicy: "Never",
          mutations: [
            {
              patchType: "ApplyConfiguration",
              applyConfiguration: {
                expression:
                  "Object{metadata: Object.metadata{labels: {'by': request.userInfo.username}}}",
              },
            },
          ],
        },
      },
      {
        apiVersion,
        kind: "MutatingAdmissionPolicyBinding",
        metadata: { name: "labels" },
        spec: { policyName: "labels" },
      },
    );
    const path = "jsonpath={.metadata.labels.by}";
    const made = await cluster.kubectl(["create", "configmap", "labelled", "-o", path]);
    assert.equal(made.stdout, "kubernetes-admin");
    await cluster.kubectl(["delete", "mutatingadmissionpolicybinding", "labels"]);
  });

  it("asks a webhook", async () => {
    const now = Date.now();
    const authority = await createCertificateAuthority({ commonName: "webhooks", now });
    const { certificatePem: cert, privateKeyPem: key } = await issueCertificate(authority, {
      commonName: "webhook",
      ipAddresses: ["127.0.0.1"],
      usages: "server",
      now,
    });
    const server = createServer({ cert, key }, (request, response) => {
      let text = "";
      request.on("data", (chunk: Buffer) => (text += chunk.toString()));
      request.on("end", () => {
        const review = JSON.parse(text) as { request: { uid: string; name: string } };
        const { uid, name } = review.request;
        const allowed = name !== "bad";
        const answer = { uid, allowed, status: { message: `${name} it is` }, warnings: ["seen"] };
        response.end(JSON.stringify({ ...review, request: undefined, response: answer }));
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    try {
      await apply({
        apiVersion,
        kind: "ValidatingWebhookConfiguration",
        metadata: { name: "names" },
        webhooks: [
          {
            name: "names.example.com",
            clientConfig: {
              url: `https://127.0.0.1:${port}/names`,
              caBundle: Buffer.from(authority.certificatePem).toString("base64"),
            },
            rules: [rule("", "configmaps")],
            matchConditions: [{ name: "mine", expression: "object.metadata.name != 'skipped'" }],
            sideEffects: "None",
            admissionReviewVersions: ["v1"],
          },
        ],
      });
      assert.equal(
        await refusal("create", "configmap", "bad"),
        'Warning: seen\nerror: failed to create configmap: admission webhook "names.example.com" ' +
          "denied the request: bad it is\n",
      );
      const good = await cluster.kubectl(["create", "configmap", "good"]);
      assert.deepEqual([good.stdout, good.stderr], ["configmap/good created\n", "Warning: seen\n"]);
      const skipped = await cluster.kubectl(["create", "configmap", "skipped"]);
      assert.equal(skipped.stderr, "");
    } finally {
      await cluster.kubectl(["delete", "validatingwebhookconfiguration", "names"]);
      server.closeAllConnections();
      server.close();
    }
  });
});
