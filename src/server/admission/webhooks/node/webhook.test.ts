import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import {
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
} from "#api/admissionregistration/v1.ts";
import { Service } from "#api/core/v1.ts";
import { toBase64, utf8 } from "#base/bytes.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { createCertificateAuthority, issueCertificate } from "#pki/certificate.ts";
import { openHarness, testResources } from "../../../../testkit/requests.ts";
import type { Harness, Loose } from "../../../../testkit/requests.ts";
import { defineResource } from "../../../resources/define.ts";
import { admissionPlugins } from "../../default.ts";
import { clusterAddressResolver } from "../../../webhook/service-resolver.ts";
import { httpsWebhooks } from "../../../webhook/node/https-post.ts";

const maps = "/api/v1/namespaces/default/configmaps";

describe("a webhook behind a service", () => {
  const webhooks = httpsWebhooks();
  let harness: Harness;
  let authority = "";
  let port = 0;
  let close = () => {};

  before(async () => {
    const now = Date.now();
    const ca = await createCertificateAuthority({ commonName: "webhooks", now });
    const dnsNames = ["hook.default.svc"];
    const issued = await issueCertificate(ca, { commonName: "h", dnsNames, usages: "server", now });
    authority = toBase64(utf8(ca.certificatePem));
    const server = createServer({ cert: issued.certificatePem, key: issued.privateKeyPem });
    server.on("request", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const review: Loose = JSON.parse(Buffer.concat(chunks).toString());
        const { uid, object } = review.request;
        const path = (request.url ?? "").split("?")[0];
        if (path === "/slow") return;
        const patch = [{ op: "add", path: "/data", value: { hello: object.metadata.name } }];
        const answer =
          path === "/patch"
            ? {
                allowed: true,
                patchType: "JSONPatch",
                patch: toBase64(utf8(JSON.stringify(patch))),
              }
            : { allowed: object.metadata.name !== "bad", status: { message: "it is bad" } };
        response.setHeader("content-type", "application/json");
        response.end(
          JSON.stringify({ ...review, request: undefined, response: { uid, ...answer } }),
        );
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
    close = () => {
      server.closeAllConnections();
      server.close();
    };
    harness = await openHarness({
      clock: systemClock(),
      resources: [
        ...testResources,
        defineResource<Service>({ type: Service }),
        defineResource<MutatingWebhookConfiguration>({ type: MutatingWebhookConfiguration }),
        defineResource<ValidatingWebhookConfiguration>({ type: ValidatingWebhookConfiguration }),
      ],
      admission: ({ client }) =>
        admissionPlugins(
          {
            client,
            clock: systemClock(),
            webhooks: { post: webhooks.post, resolve: clusterAddressResolver(client) },
          },
          { disable: ["LimitRanger", "ServiceAccount", "Priority"] },
        ),
    });
    await send("/api/v1/namespaces", "Namespace", "v1", { metadata: { name: "default" } });
    await send("/api/v1/namespaces/default/services", "Service", "v1", {
      metadata: { name: "hook" },
      spec: { type: "ClusterIP", clusterIP: "127.0.0.1", ports: [{ port }] },
    });
  });
  after(async () => {
    await harness[Symbol.asyncDispose]();
    webhooks.close();
    close();
  });

  async function send(path: string, kind: string, apiVersion: string, body: object) {
    const answer = await harness.send("POST", path, { body: { kind, apiVersion, ...body } });
    assert.equal(answer.status, 201, answer.text);
  }

  async function register(kind: "Mutating" | "Validating", path: string, others: object = {}) {
    const name = path.slice(1);
    const group = "admissionregistration.k8s.io/v1";
    const plural = `${kind.toLowerCase()}webhookconfigurations`;
    const rule = {
      operations: ["CREATE"],
      apiGroups: [""],
      apiVersions: ["v1"],
      resources: ["configmaps"],
    };
    const service = { namespace: "default", name: "hook", path, port };
    await send(`/apis/${group}/${plural}`, `${kind}WebhookConfiguration`, group, {
      metadata: { name },
      webhooks: [
        {
          name: `${name}.example.com`,
          clientConfig: { service, caBundle: authority },
          rules: [rule],
          sideEffects: "None",
          admissionReviewVersions: ["v1"],
          ...others,
        },
      ],
    });
    return () => harness.send("DELETE", `/apis/${group}/${plural}/${name}`);
  }
  const create = (name: string) =>
    harness.send("POST", maps, {
      body: { kind: "ConfigMap", apiVersion: "v1", metadata: { name } },
    });

  it("changes and refuses over TLS", async () => {
    await using cleanup = new AsyncDisposableStack();
    cleanup.defer(async () => void (await Promise.all([remove[0]?.(), remove[1]?.()])));
    const remove = [await register("Mutating", "/patch"), await register("Validating", "/check")];
    const created = await create("good");
    assert.deepEqual(created.json.data, { hello: "good" });
    const refused = await create("bad");
    assert.equal(
      refused.json.message,
      'admission webhook "check.example.com" denied the request: it is bad',
    );
  });

  it("is given up after its time", async () => {
    const remove = await register("Validating", "/slow", { timeoutSeconds: 1 });
    const refused = await create("slow");
    assert.equal(
      refused.json.message,
      'Internal error occurred: failed calling webhook "slow.example.com": failed to call ' +
        `webhook: Post "https://hook.default.svc:${port}/slow?timeout=1s": context deadline exceeded`,
    );
    await remove();
  });

  it("is known by its certificate, and its service by name", async () => {
    const others = (service: object, caBundle: string) => ({
      clientConfig: { service: { namespace: "default", name: "hook", port, ...service }, caBundle },
    });
    const stranger = await createCertificateAuthority({ commonName: "s", now: Date.now() });
    const foreign = toBase64(utf8(stranger.certificatePem));
    const cases: [object, string, RegExp][] = [
      [{}, foreign, /x509: certificate signed by unknown authority$/],
      [{ name: "nope" }, authority, /: service "nope" not found$/],
      [{ port: 9 }, authority, /: no service port 9 found for service "hook"$/],
    ];
    for (const [service, caBundle, message] of cases) {
      const remove = await register("Validating", "/check", others(service, caBundle));
      assert.match((await create("x")).json.message, message);
      await remove();
    }
  });
});
