import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { systemClock } from "#base/node/system-clock.ts";
import { silentLogger } from "#base/log.ts";
import { Scope } from "#base/scope.ts";
import { createCertificateAuthority, issueCertificate } from "#pki/certificate.ts";
import { createDiscovery } from "../../discovery/discovery.ts";
import { listen } from "../../node/listen.ts";
import { createOpenApi } from "../../openapi/openapi.ts";
import { customResourceDefinitions } from "../../resources/apiextensions/customresourcedefinitions/resource.ts";
import { testResources } from "../../../testkit/requests.ts";
import { openTestServer } from "../../../testkit/server.ts";
import type { TestServer } from "../../../testkit/server.ts";

/** Of those that are installed: the one that is found first, and older ones beside it. */
function findKubectls(): string[] {
  const which = spawnSync("which", ["kubectl"], { encoding: "utf8" }).stdout.trim();
  if (which === "") return [];
  const folder = dirname(realpathSync(which));
  const others = ["1.27", "1.33"].map((version) => join(folder, `kubectl.${version}`));
  return [which, ...others.filter((path) => existsSync(path))];
}

/** The API server on a real connection, and a folder for kubectl's files. */
async function open() {
  const now = Date.now();
  const authority = await createCertificateAuthority({ commonName: "test-ca", now });
  const certificate = await issueCertificate(authority, {
    commonName: "kijabi",
    organizations: [],
    dnsNames: ["localhost"],
    usages: "server",
    now,
  });
  const clock = systemClock({ unref: true });
  const definitions = (): TestServer["api"]["definitions"] => server.api.definitions;
  const discovery = createDiscovery({ definitions, serverAddress: "localhost", otherPaths: [] });
  const openApi = createOpenApi({ definitions, version: "v1.36.0" });
  const server: TestServer = await openTestServer({
    resources: [...testResources, customResourceDefinitions({ clock })],
    clock,
    paths: [
      { handle: (path, headers) => discovery.handle(path, headers) },
      { handle: (path, headers, request) => openApi.handle(path, headers, request.query) },
    ],
  });
  const scope = new Scope({ onFailure: (_task, error) => assert.fail(String(error)) });
  const listener = await listen(
    {
      server: server.api,
      key: certificate.privateKeyPem,
      certificate: certificate.certificatePem,
      clientCertificateAuthority: authority.certificatePem,
      logger: silentLogger,
      address: "127.0.0.1",
      port: 0,
    },
    scope,
  );
  const folder = mkdtempSync(join(tmpdir(), "kijabi-crd-"));
  writeFileSync(join(folder, "ca.pem"), authority.certificatePem);
  return {
    folder,
    url: `https://localhost:${listener.port}`,
    async [Symbol.asyncDispose]() {
      await scope.close();
      await server[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: crontabs.stable.example.com
spec:
  group: stable.example.com
  scope: Namespaced
  names:
    plural: crontabs
    kind: CronTab
    shortNames: [ct]
    categories: [all]
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            description: What is wanted.
            properties:
              cronSpec:
                type: string
                description: When it runs.
                pattern: '^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$'
              image: {type: string}
              replicas: {type: integer, minimum: 1, maximum: 10}
          status:
            type: object
            properties:
              replicas: {type: integer}
              labelSelector: {type: string}
    subresources:
      status: {}
      scale:
        specReplicasPath: .spec.replicas
        statusReplicasPath: .status.replicas
        labelSelectorPath: .status.labelSelector
    additionalPrinterColumns:
    - {name: Spec, type: string, jsonPath: .spec.cronSpec}
    - {name: Replicas, type: integer, jsonPath: .spec.replicas}
    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
`;
const object = `
apiVersion: stable.example.com/v1
kind: CronTab
metadata: {name: my-cron, namespace: default}
spec: {cronSpec: "* * * * */5", image: my-awesome-cron-image, replicas: 1}
`;
const crd = "customresourcedefinition.apiextensions.k8s.io/crontabs.stable.example.com";
const cron = "crontab.stable.example.com/my-cron";

/** What is said to the client, and what it should say, of which a part is enough. */
const dialogue: [words: string, answer: string | RegExp][] = [
  ["create ns default", "namespace/default created"],
  ["create -f crd.yaml", `${crd} created`],
  ["wait --for=condition=Established crd/crontabs.stable.example.com", `${crd} condition met`],
  ["get crd", /NAME +CREATED AT\ncrontabs.stable.example.com +20/],
  ["api-resources --api-group=stable.example.com", /crontabs +ct +stable.example.com\/v1 +true/],
  ["apply -f object.yaml", `${cron} created`],
  ["apply -f object.yaml", `${cron} unchanged`],
  ["get ct", /NAME +SPEC +REPLICAS +AGE\nmy-cron +\* \* \* \* \*\/5 +1 +\d+s/],
  ["get all", cron],
  ["explain ct.spec", /What is wanted\.[\s\S]*cronSpec\s+<string>\s+When it runs\./],
  ["apply -f bad.yaml", /spec.replicas in body should be less than or equal to 10/],
  ["create -f unknown.yaml", /unknown field "spec.bogus"/],
  ['patch ct my-cron --type=merge -p {"spec":{"image":"other"}}', `${cron} patched`],
  ['patch ct my-cron -p {"spec":{"image":"other"}}', /strategic-merge-patch\+json is not/],
  [
    'patch ct my-cron --subresource=status --type=merge -p {"status":{"replicas":3}}',
    `${cron} patched`,
  ],
  ["scale ct/my-cron --replicas=4", `${cron} scaled`],
  ["scale ct/my-cron --replicas=40", /spec.replicas in body should be less than or equal to 10/],
  [
    "get ct my-cron -o jsonpath={.spec.replicas},{.status.replicas},{.metadata.generation}",
    "4,3,3",
  ],
  ["apply --server-side --force-conflicts -f object.yaml", `${cron} serverside-applied`],
  ["label ct my-cron a=b", `${cron} labeled`],
  ["get ct -l a=b -o name", cron],
  ["delete ct my-cron", /"my-cron" deleted/],
  ["get ct", "No resources found in default namespace."],
  ["delete crd crontabs.stable.example.com", /"crontabs.stable.example.com" deleted/],
  ["get crd", "No resources found"],
  ["get ct", /the server (could not find the requested|doesn't have a) resource/],
];

const kubectls = findKubectls();
test("kubectl is here", { skip: kubectls.length > 0 ? false : "there is no kubectl" }, () => {});

for (const path of kubectls) {
  test(`${path} uses a custom kind as if it were built in`, { timeout: 120_000 }, async () => {
    await using server = await open();
    const write = (name: string, text: string) => writeFileSync(join(server.folder, name), text);
    write("crd.yaml", definition);
    write("object.yaml", object);
    write("bad.yaml", object.replace("replicas: 1", "replicas: 11"));
    write("unknown.yaml", object.replace("my-cron", "other").replace("image:", "bogus: 1, image:"));
    for (const [words, answer] of dialogue) {
      const given = await run(path, words, server);
      const isSaid = typeof answer === "string" ? given.includes(answer) : answer.test(given);
      assert.ok(isSaid, `kubectl ${words}\n${given}`);
    }
  });
}

function run(path: string, words: string, server: { url: string; folder: string }) {
  const certificate = join(server.folder, "ca.pem");
  const flags = [`--server=${server.url}`, `--certificate-authority=${certificate}`, "--token=x"];
  const child = spawn(path, [...flags, ...words.split(" ")], {
    cwd: server.folder,
    env: { PATH: process.env["PATH"], HOME: server.folder, KUBECONFIG: "/dev/null" },
    timeout: 30_000,
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => resolve(output));
  });
}
