import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import type { Loose } from "#testkit/requests.ts";
import { testCluster } from "../support/cluster.ts";

/** What pods are given to be somebody by: rows that only a running container can show. */
const image = "gcr.io/google-samples/kubernetes-bootcamp:v1";
const cluster = testCluster({ name: "accounts", images: [image] });

const pods = "/api/v1/namespaces/default/pods";
const accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";
const tokenFolder = "/var/run/secrets/tokens";
const lasting = "trap exit TERM; while sleep 0.1; do :; done";

const pod = (name: string, command: string, spec: object = {}, container: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name },
  spec: {
    containers: [
      {
        name: "test",
        image,
        imagePullPolicy: "IfNotPresent",
        command: ["sh", "-c", command],
        ...container,
      },
    ],
    restartPolicy: "Never",
    terminationGracePeriodSeconds: 0,
    ...spec,
  },
});

/** A volume with a token in the file "sa-token", and where it is mounted. */
const tokenVolume = (token: object) => ({
  spec: {
    volumes: [
      {
        name: "token",
        projected: { sources: [{ serviceAccountToken: { path: "sa-token", ...token } }] },
      },
    ],
  },
  container: { volumeMounts: [{ name: "token", mountPath: tokenFolder, readOnly: true }] },
});

const read = async (name: string, path: string) =>
  (await cluster.kubectl(["exec", name, "--", "cat", path])).stdout;

cluster.conformance("ServiceAccounts should mount an API token into pods", async () => {
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "mount-test" } };
  await cluster.api.create("/api/v1/namespaces/default/serviceaccounts", account);
  await cluster.api.create(pods, pod("mounted", lasting, { serviceAccountName: "mount-test" }));
  await cluster.waitFor("pod/mounted", "condition=Ready");
  const running = await cluster.api.get<Loose>(`${pods}/mounted`);
  const node = await cluster.api.get<Loose>(`/api/v1/nodes/${running.spec.nodeName}`);
  const root = await cluster.api.get<Loose>(
    "/api/v1/namespaces/default/configmaps/kube-root-ca.crt",
  );
  assert.equal(await read("mounted", `${accountFolder}/ca.crt`), root.data["ca.crt"]);
  assert.equal(await read("mounted", `${accountFolder}/namespace`), "default");
  const token = await read("mounted", `${accountFolder}/token`);
  const review = await cluster.api.create<Loose>("/apis/authentication.k8s.io/v1/tokenreviews", {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenReview",
    spec: { token },
  });
  assert.equal(review.status.authenticated, true);
  assert.equal(review.status.error, undefined);
  const { username, groups, extra } = review.status.user;
  assert.equal(username, "system:serviceaccount:default:mount-test");
  for (const group of ["authenticated", "serviceaccounts", "serviceaccounts:default"]) {
    assert.ok(groups.includes(`system:${group}`), group);
  }
  const said = (key: string) => extra[`authentication.kubernetes.io/${key}`];
  assert.equal(said("credential-id").length, 1);
  assert.match(said("credential-id")[0], /^JTI=/);
  assert.deepEqual(said("pod-name"), ["mounted"]);
  assert.deepEqual(said("pod-uid"), [running.metadata.uid]);
  assert.deepEqual(said("node-name"), [node.metadata.name]);
  assert.deepEqual(said("node-uid"), [node.metadata.uid]);
});

cluster.conformance("ServiceAccounts should mount projected service account token", async () => {
  const { spec, container } = tokenVolume({ expirationSeconds: 3600 });
  const show = `cat ${tokenFolder}/sa-token`;
  await cluster.api.create(pods, pod("projected", show, spec, container));
  await cluster.waitFor("pod/projected", "jsonpath={.status.phase}=Succeeded");
  const { stdout } = await cluster.kubectl("logs projected");
  assert.match(stdout, /^[A-Za-z0-9-_=]+\.[A-Za-z0-9-_=]+\.[A-Za-z0-9-_=]+$/);
});

cluster.conformance(
  "ServiceAccounts ServiceAccountIssuerDiscovery should support OIDC discovery of service account issuer",
  async () => {
    await cluster.api.create("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "issuer-discovery" },
      roleRef: {
        apiGroup: "rbac.authorization.k8s.io",
        kind: "ClusterRole",
        name: "system:service-account-issuer-discovery",
      },
      subjects: [{ kind: "ServiceAccount", name: "default", namespace: "default" }],
    });
    const audience = "oidc-discovery-test";
    const { spec, container } = tokenVolume({ expirationSeconds: 600, audience });
    await cluster.api.create(pods, pod("validator", lasting, spec, container));
    await cluster.waitFor("pod/validator", "condition=Ready");
    const token = await read("validator", `${tokenFolder}/sa-token`);
    const [head = "", claimed = "", signature = ""] = token.split(".");
    const decoded = (part: string): Loose => JSON.parse(Buffer.from(part, "base64url").toString());
    const claims = decoded(claimed);
    assert.deepEqual(claims.aud, [audience]);
    assert.equal(claims.sub, "system:serviceaccount:default:default");

    // From within, as whoever checks tokens in the cluster does.
    const fetched = async (url: string): Promise<Loose> => {
      const script =
        `curl -sSf --max-time 10 --cacert ${accountFolder}/ca.crt ` +
        `-H "Authorization: Bearer $(cat ${accountFolder}/token)" ${url}`;
      const { stdout } = await cluster.kubectl(["exec", "validator", "--", "sh", "-c", script]);
      return JSON.parse(stdout);
    };
    const discovery = "https://kubernetes.default.svc/.well-known/openid-configuration";
    const configuration = await fetched(discovery);
    assert.equal(configuration.issuer, claims.iss);
    assert.ok(configuration.response_types_supported.includes("id_token"));
    const keys = await fetched(configuration.jwks_uri);
    const { kid, alg } = decoded(head);
    const key = keys.keys.find((one: Loose) => one.kid === kid);
    assert.ok(key, "the key that signed it is published");
    assert.ok(configuration.id_token_signing_alg_values_supported.includes(alg));
    const isSigned = verify(
      "sha256",
      Buffer.from(`${head}.${claimed}`),
      {
        key: createPublicKey({ key, format: "jwk" }),
        dsaEncoding: "ieee-p1363",
      },
      Buffer.from(signature, "base64url"),
    );
    assert.ok(isSigned, "the signature is the key's");
  },
);
