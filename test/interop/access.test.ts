import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, get } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { SignJWT } from "jose/jwt/sign";
import { exportJWK } from "jose/key/export";
import { parse, stringify } from "yaml";
import { createCertificateAuthority, issueCertificate } from "#pki/certificate.ts";
import { createSigningKey } from "#pki/keys.ts";
import { findBinary } from "../../src/cluster/providers/node/host.ts";
import { openControlPlane } from "../support/control-plane.ts";
import type { TestControlPlane } from "../support/control-plane.ts";
import { eventually } from "../support/eventually.ts";

/** Who gets in and what he may do, as the stock kubectl shows it. */
const skip = findBinary("kubectl", process.env["PATH"] ?? "")
  ? false
  : "kubectl is not on the PATH";

/** Another issuer of tokens, over HTTPS. */
async function startIssuer() {
  const now = Date.now();
  const authority = await createCertificateAuthority({ commonName: "login-ca", now });
  const certificate = await issueCertificate(authority, {
    commonName: "login",
    ipAddresses: ["127.0.0.1"],
    usages: "server",
    now,
  });
  const key = await createSigningKey();
  const jwk = { ...(await exportJWK(key.publicKey)), kid: key.keyId, alg: key.algorithm };
  const server = createServer(
    { key: certificate.privateKeyPem, cert: certificate.certificatePem },
    (request, response) => {
      const documents: Record<string, object> = {
        "/.well-known/openid-configuration": { issuer: url, jwks_uri: `${url}/keys` },
        "/keys": { keys: [jwk] },
      };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(documents[request.url ?? ""] ?? {}));
    },
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    authorityPem: authority.certificatePem,
    sign: (claims: Record<string, unknown>) =>
      new SignJWT({ iss: url, aud: "kijabi", ...claims })
        .setProtectedHeader({ alg: key.algorithm, kid: key.keyId })
        .setExpirationTime("1h")
        .sign(key.privateKey),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

describe("access", { skip }, () => {
  let plane: TestControlPlane;
  let issuer: Awaited<ReturnType<typeof startIssuer>>;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "kijabi-access-"));
    issuer = await startIssuer();
    const tokens = join(folder, "tokens.csv");
    const authentication = join(folder, "authentication.yaml");
    await writeFile(tokens, 'letmein,ann,1,"dev,ops"\n');
    await writeFile(
      authentication,
      stringify({
        apiVersion: "apiserver.config.k8s.io/v1",
        kind: "AuthenticationConfiguration",
        jwt: [
          {
            issuer: {
              url: issuer.url,
              audiences: ["kijabi"],
              certificateAuthority: issuer.authorityPem,
            },
            claimMappings: {
              username: { claim: "email", prefix: "" },
              groups: { claim: "roles", prefix: "login:" },
            },
          },
        ],
      }),
    );
    plane = await openControlPlane({}, [
      `--token-auth-file=${tokens}`,
      `--authentication-config=${authentication}`,
    ]);
  });
  after(async () => {
    await plane?.[Symbol.asyncDispose]();
    issuer?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const admin = async (...args: string[]) => (await plane.kubectl(args)).stdout;

  /** A kubeconfig of somebody who has that token. */
  async function configOf(token: string): Promise<string> {
    const config = parse(await readFile(plane.kubeconfig, "utf8"));
    config.users[0].user = { token };
    const file = join(folder, `config-${Math.random()}`);
    await writeFile(file, stringify(config));
    return file;
  }

  async function anonymously(path: string): Promise<Record<string, unknown>> {
    const { cluster } = parse(await readFile(plane.kubeconfig, "utf8")).clusters[0];
    const ca = Buffer.from(cluster["certificate-authority-data"], "base64");
    const [response] = await once(get(`${cluster.server}${path}`, { ca }), "response");
    let content = "";
    for await (const chunk of response) content += String(chunk);
    return JSON.parse(content);
  }

  async function as(token: string, ...args: string[]) {
    const config = await configOf(token);
    return plane.kubectl(["--kubeconfig", config, ...args], { expectCode: "any" });
  }

  test("whoami", async () => {
    assert.match(
      await admin("auth", "whoami"),
      /^Groups +\[system:masters system:authenticated\]$/m,
    );
    const { stdout } = await as("letmein", "auth", "whoami");
    assert.match(stdout, /^Username +ann\nUID +1\nGroups +\[dev ops system:authenticated\]$/m);
  });

  test("a wrong token, and none", async () => {
    const wrong = await as("wrong", "get", "pods");
    assert.match(wrong.stderr, /^error: You must be logged in to the server /m);
    const raw = await as("wrong", "get", "--raw", "/api");
    assert.equal(raw.stderr, "error: You must be logged in to the server (Unauthorized)\n");
    // kubectl asks for a name and a password when it has neither a token nor a certificate.
    const none = await anonymously("/api/v1/namespaces/default/pods");
    assert.equal(
      none.message,
      'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" ' +
        'in the namespace "default"',
    );
    assert.equal((await anonymously("/version")).major, "1");
  });

  test("a service account's token, and what its roles allow", async () => {
    await admin("create", "serviceaccount", "robot");
    const token = (await admin("create", "token", "robot", "--duration=20m")).trim();
    const denied = await as(token, "get", "pods");
    assert.match(
      denied.stderr,
      /Error from server \(Forbidden\): pods is forbidden: User "system:serviceaccount:default:robot" cannot list resource "pods" in API group "" in the namespace "default"/,
    );
    await admin("create", "role", "reader", "--verb=get,list", "--resource=pods,pods/log");
    await admin(
      "create",
      "rolebinding",
      "robot",
      "--role=reader",
      "--serviceaccount=default:robot",
    );
    await eventually(async () => assert.equal((await as(token, "get", "pods")).code, 0));
    const list = (await as(token, "auth", "can-i", "--list")).stdout;
    assert.match(list, /^pods\/log +\[\] +\[\] +\[get list\]$/m);
    assert.equal((await as(token, "auth", "can-i", "get", "pods/log")).stdout, "yes\n");
    assert.equal((await as(token, "auth", "can-i", "delete", "pods")).stdout, "no\n");
    const whoami = (await as(token, "auth", "whoami")).stdout;
    assert.match(
      whoami,
      /^Extra: authentication.kubernetes.io\/credential-id +\[JTI=[-0-9a-f]+\]$/m,
    );
  });

  test("a token that stands in a secret", async () => {
    await admin("create", "serviceaccount", "machine");
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "machine",
        annotations: { "kubernetes.io/service-account.name": "machine" },
      },
      type: "kubernetes.io/service-account-token",
    };
    await plane.kubectl(["apply", "-f", "-"], { input: JSON.stringify(secret) });
    let token = "";
    await eventually(async () => {
      const encoded = await admin("get", "secret", "machine", "-o", "jsonpath={.data.token}");
      token = Buffer.from(encoded, "base64").toString();
      assert.notEqual(token, "");
    });
    const description = await admin("describe", "secret", "machine");
    for (const line of [/^ca\.crt: +\d+ bytes$/m, /^namespace: +7 bytes$/m, /^token: +ey/m]) {
      assert.match(description, line);
    }
    const { stdout } = await as(token, "auth", "whoami");
    assert.match(stdout, /^Username +system:serviceaccount:default:machine$/m);
  });

  test("a token of another issuer", async () => {
    const token = await issuer.sign({ email: "eve@example.com", roles: ["dev"] });
    const { stdout, stderr } = await as(token, "auth", "whoami");
    assert.match(
      stdout,
      /^Username +eve@example.com\nGroups +\[login:dev system:authenticated\]$/m,
      stderr,
    );
    const other = await issuer.sign({ email: "eve@example.com", aud: "other" });
    assert.match((await as(other, "get", "pods")).stderr, /\(Unauthorized\)/);
  });

  test("somebody else, for those who may", async () => {
    const whoami = await admin(
      "auth",
      "whoami",
      "--as=bob",
      "--as-group=a,b",
      "--as-group=c",
      "--as-uid=7",
    );
    assert.match(whoami, /^Username +bob\nUID +7\nGroups +\[a,b c system:authenticated\]$/m);
    assert.equal((await as("letmein", "get", "pods", "--as=bob")).code, 1);
    await admin(
      "create",
      "clusterrole",
      "as-bob",
      "--verb=impersonate",
      "--resource=users",
      "--resource-name=bob",
    );
    await admin("create", "clusterrolebinding", "as-bob", "--clusterrole=as-bob", "--group=dev");
    await eventually(async () => {
      const { stdout } = await as("letmein", "auth", "whoami", "--as=bob");
      assert.match(stdout, /^Username +bob$/m);
    });
    const eve = await as("letmein", "get", "--raw", "/version", "--as=eve");
    assert.match(
      eve.stderr,
      /users "eve" is forbidden: User "ann" cannot impersonate resource "users"/,
    );
  });

  test("nobody gives away what he does not have", async () => {
    await admin(
      "create",
      "clusterrole",
      "role-maker",
      "--verb=create,get",
      "--resource=roles,rolebindings",
    );
    await admin("create", "rolebinding", "ann", "--clusterrole=role-maker", "--user=ann");
    await eventually(async () => {
      const { stderr } = await as(
        "letmein",
        "create",
        "role",
        "x",
        "--verb=get",
        "--resource=secrets",
      );
      assert.match(
        stderr,
        /roles.rbac.authorization.k8s.io "x" is forbidden: user "ann" \(groups=\["dev" "ops" "system:authenticated"\]\) is attempting to grant RBAC permissions not currently held:\n\{APIGroups:\[""\], Resources:\["secrets"\], Verbs:\["get"\]\}/,
      );
    });
  });
});
