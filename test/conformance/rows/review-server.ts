import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { toBase64, utf8 } from "#base/bytes.ts";
import { createCertificateAuthority, issueCertificate } from "#pki/certificate.ts";
import type { Loose } from "#testkit/requests.ts";
import { quickly } from "./row.ts";
import type { Row } from "./row.ts";

/** Webhooks over HTTPS on this machine. */
export interface ReviewServer {
  readonly origin: string;
  /** PEM in base64, as configurations want it. */
  readonly authority: string;
  close(): void;
}

/** The `response` of a review; `undefined` answers never. */
export type Judge = (path: string, request: Loose) => object | undefined;

export async function openReviewServer(judge: Judge): Promise<ReviewServer> {
  const now = Date.now();
  const ca = await createCertificateAuthority({ commonName: "webhooks", now });
  const names = { dnsNames: ["localhost"], commonName: "hook" };
  const issued = await issueCertificate(ca, { ...names, usages: "server", now });
  const https = createServer({ cert: issued.certificatePem, key: issued.privateKeyPem });
  https.on("request", (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const path = (request.url ?? "").split("?")[0] ?? "";
      const review: Loose = JSON.parse(Buffer.concat(chunks).toString());
      const judgement = path === readyPath ? ready(review.request) : judge(path, review.request);
      if (!judgement) return;
      const { apiVersion, kind } = review;
      const answer = { uid: review.request.uid, ...judgement };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ apiVersion, kind, response: answer }));
    });
  });
  https.listen(0, "127.0.0.1");
  await once(https, "listening");
  return {
    authority: toBase64(utf8(ca.certificatePem)),
    origin: `https://localhost:${(https.address() as AddressInfo).port}`,
    close() {
      https.closeAllConnections();
      https.close();
    },
  };
}

export const denied = (message: string) => ({ allowed: false, status: { message } });

export const patched = (...operations: readonly object[]) => ({
  allowed: true,
  patchType: "JSONPatch",
  patch: toBase64(utf8(JSON.stringify(operations))),
});

export type Flavour = "Mutating" | "Validating";

export interface Webhook {
  /** Of the test's server. */
  readonly path: string;
  /** "CREATE pods", "CONNECT pods/attach", "* notes.example.com". */
  readonly rules: readonly string[];
  /** Other fields of the webhook. */
  readonly more?: object;
}

const registrationGroup = "admissionregistration.k8s.io/v1";

export const configurationsOf = (flavour: Flavour) =>
  `/apis/${registrationGroup}/${flavour.toLowerCase()}webhookconfigurations`;

/**
 * A configuration with webhooks for the row's namespace, until it is in force. Returns its path.
 */
export async function register(
  row: Row,
  server: ReviewServer,
  flavour: Flavour,
  webhooks: readonly Webhook[],
): Promise<string> {
  const name = `${row.namespace}-${flavour.toLowerCase()}`;
  const marker = { path: readyPath, rules: ["CREATE configmaps"], more: readyOnly };
  await row.create(configurationsOf(flavour), {
    apiVersion: registrationGroup,
    kind: `${flavour}WebhookConfiguration`,
    metadata: { name, labels: { row: row.namespace } },
    webhooks: [...webhooks, marker].map(({ path, rules, more }, index) => ({
      name: `webhook-${index}.example.com`,
      clientConfig: { url: `${server.origin}${path}`, caBundle: server.authority },
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": row.namespace } },
      rules: rules.map(ruleOf),
      sideEffects: "None",
      admissionReviewVersions: ["v1"],
      ...more,
    })),
  });
  await quickly(async () => {
    const answer = await row.http.send({
      method: "POST",
      path: `${row.core}/configmaps?dryRun=All`,
      body: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "ready", labels: readyLabels },
      },
    });
    assert.match(answer.text, /it is in force/);
  });
  return `${configurationsOf(flavour)}/${name}`;
}

const readyPath = "/ready";
const readyLabels = { marker: "ready" };
const readyOnly = { objectSelector: { matchLabels: readyLabels } };
const ready = (_request: Loose) => denied("it is in force");

function ruleOf(rule: string): object {
  const [operation = "", resource = ""] = rule.split(" ");
  const [plural = "", ...group] = resource.split(".");
  return {
    operations: [operation],
    apiGroups: [group.join(".")],
    apiVersions: ["*"],
    resources: [plural],
  };
}
