import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { kinds } from "#api/kinds.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { seededRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import { silentLogger } from "#base/log.ts";
import { createCertificateAuthority, issueCertificate } from "#pki/certificate.ts";
import { encodeProtobufEnvelope } from "#schema/protobuf-envelope.ts";
import { listen } from "#server/node/listen.ts";
import { randomObject } from "../../src/testkit/random-object.ts";
import { openTestControlPlane } from "../support/in-process.ts";
import type { TestControlPlane } from "../support/in-process.ts";
import { runCommand } from "../support/command.ts";

/**
 * client-go, the library that most programs for Kubernetes are made with: its typed, dynamic and
 * metadata clients and its informers against our server over HTTPS, in JSON and in protobuf; and
 * what it writes itself as protobuf, against what we write.
 */

const root = resolve(import.meta.dirname, "../..");
const source = join(import.meta.dirname, "go");
const program = join(root, ".cache/interop/client-go");
const buildMsMax = 900_000;

let skip: string | undefined;
let folder = "";
let plane: TestControlPlane | undefined;
const scope = new Scope({ onFailure: (_task, error) => assert.fail(String(error)) });

before(
  async () => {
    skip = await build();
    if (skip) return;
    folder = await mkdtemp(join(tmpdir(), "client-go-"));
    plane = await openTestControlPlane({ clock: systemClock({ unref: true }) });
    await writeFile(join(folder, "kubeconfig"), await serve(plane));
  },
  { timeout: buildMsMax },
);

after(async () => {
  await scope.close();
  await plane?.[Symbol.asyncDispose]();
  if (folder) await rm(folder, { recursive: true });
});

/** Says why the program cannot be had; fails where it could, and does not compile. */
async function build(): Promise<string | undefined> {
  const version = await runCommand("go", ["version"]).catch(() => undefined);
  if (!version) return "Go is not installed";
  await mkdir(join(root, ".cache/interop"), { recursive: true });
  const built = await runCommand("go", ["-C", source, "build", "-o", program, "."], {
    timeoutMs: buildMsMax,
    expectCode: "any",
  });
  if (built.code === 0) return undefined;
  const unreachable = /dial tcp|no such host|proxyconnect|module lookup disabled|i\/o timeout/;
  const why = unreachable.test(built.stderr) && "Go's modules cannot be fetched here";
  assert(why, `test/interop/go does not compile:\n${built.stderr}`);
  return why;
}

/** Returns a kubeconfig for the server's administrator. */
async function serve({ server }: TestControlPlane): Promise<string> {
  const now = Date.now();
  const authority = await createCertificateAuthority({ commonName: "interop-ca", now });
  const ours = await issueCertificate(authority, {
    commonName: "kijabi",
    ipAddresses: ["127.0.0.1"],
    usages: "server",
    now,
  });
  const administrator = await issueCertificate(authority, {
    commonName: "admin",
    organizations: ["system:masters"],
    usages: "client",
    now,
  });
  const { port } = await listen(
    {
      server,
      key: ours.privateKeyPem,
      certificate: ours.certificatePem,
      clientCertificateAuthority: authority.certificatePem,
      logger: silentLogger,
      address: "127.0.0.1",
      port: 0,
    },
    scope,
  );
  const base64 = (pem: string) => Buffer.from(pem).toString("base64");
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "test",
        cluster: {
          server: `https://127.0.0.1:${port}`,
          "certificate-authority-data": base64(authority.certificatePem),
        },
      },
    ],
    users: [
      {
        name: "admin",
        user: {
          "client-certificate-data": base64(administrator.certificatePem),
          "client-key-data": base64(administrator.privateKeyPem),
        },
      },
    ],
    contexts: [{ name: "test", context: { cluster: "test", user: "admin" } }],
    "current-context": "test",
  });
}

for (const contentType of ["application/json", "application/vnd.kubernetes.protobuf"]) {
  test(`client-go speaks ${contentType}`, async (context) => {
    if (skip) return context.skip(skip);
    const kubeconfig = join(folder, "kubeconfig");
    const result = await runCommand(program, ["clients", kubeconfig, contentType]);
    assert.equal(result.stdout.match(/^ok /gm)?.length, 12, result.stdout);
  });
}

test("client-go writes the same bytes for objects of every kind", async (context) => {
  if (skip) return context.skip(skip);
  const base64 = (content: Uint8Array | string) => Buffer.from(content).toString("base64");
  const lines: string[] = [];
  for (const type of kinds) {
    for (const share of [1, 0.5, 0.1]) {
      const object = randomObject(type, { random: seededRandom(lines.length), share });
      const bytes = encodeProtobufEnvelope(type, object);
      lines.push(`${base64(JSON.stringify(object))} ${base64(bytes)}`);
    }
  }
  const result = await runCommand(program, ["bytes"], { input: lines.join("\n") });
  const [, same = "", foreign = ""] = /^same (\d+) foreign (\d+)$/m.exec(result.stdout) ?? [];
  // Of the kinds that come with programs of their own: CustomResourceDefinition and APIService.
  assert.equal(foreign, "4");
  assert.equal(Number(same), (kinds.length - 4) * 3);
});
