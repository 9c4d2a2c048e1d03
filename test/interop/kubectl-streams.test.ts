import { test } from "node:test";
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { silentLogger } from "#base/log.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { cryptoRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import { runSimulatedNodes } from "#testkit/simulated-node.ts";
import { openControlPlane } from "../support/control-plane.ts";
import { fakeKubelet } from "../support/fake-kubelet.ts";
import { programs } from "./kubectl/long-running.ts";
import { stockKubectl } from "./kubectl/stock.ts";

// Commands that go on until they are ended: the same of the stock kubectl and of ours.

const manifest = `apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: a, image: nginx, ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: front}
spec: {selector: {app: web}, ports: [{name: web, port: 80, targetPort: http}]}
`;

async function openCluster() {
  const plane = await openControlPlane({}, [], { kubelet: fakeKubelet() });
  const scope = new Scope({ onFailure: (task, error) => assert.fail(`${task}: ${String(error)}`) });
  scope.run("nodes", (signal) =>
    runSimulatedNodes(
      {
        client: plane.client,
        clock: systemClock(),
        random: cryptoRandom,
        logger: silentLogger,
        count: 1,
        kubeletVersion: "v1.36.0",
      },
      signal,
    ),
  );
  await plane.kubectl(["apply", "-f", "-"], { input: manifest });
  await plane.kubectl(["wait", "--for=condition=Ready", "pod/web", "--timeout=20s"]);
  return {
    environment: {
      PATH: process.env["PATH"] ?? "",
      HOME: plane.directory,
      KUBECONFIG: plane.kubeconfig,
    },
    async [Symbol.asyncDispose]() {
      await scope.close();
      await plane[Symbol.asyncDispose]();
    },
  };
}

const { skip } = stockKubectl();

for (const { name, start } of programs) {
  test(`${name} forwards ports until it is interrupted`, { skip }, async () => {
    await using cluster = await openCluster();
    const args = ["port-forward", "svc/front", ":web", ":80"];
    const command = start(args, cluster.environment);
    const [, port = ""] = await command.until(/Forwarding from 127\.0\.0\.1:(\d+) -> 8080\n/);
    await command.until(/(Forwarding from 127\.0\.0\.1:\d+ -> 8080\n[^]*){2}/);
    const [first, ...others] = await Promise.all(
      Array.from({ length: 5 }, (_, index) => exchange(Number(port), `number ${index}`)),
    );
    assert.equal(first, "8080:number 0");
    assert.deepEqual(others.at(-1), "8080:number 4");
    assert.match(command.said(), new RegExp(`Handling connection for ${port}\n`));
    await command.interrupt();
    await assert.rejects(exchange(Number(port), "late"));
  });

  test(`${name} stops forwarding when the pod's port says no`, { skip }, async () => {
    await using cluster = await openCluster();
    const command = start(["port-forward", "web", ":9"], cluster.environment);
    const [, port = ""] = await command.until(/127\.0\.0\.1:(\d+) -> 9\n/);
    await exchange(Number(port), "hello").catch(() => {});
    assert.equal(await command.ended, 1);
    assert.match(
      command.said(),
      new RegExp(`"an error occurred forwarding ${port} -> 9: (?:.*: )?connection refused"`),
    );
    assert.match(command.said(), /\nerror: lost connection to pod\n$/);
  });
}

/** What matters of an answer. */
async function ask(
  port: string,
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<string> {
  const asked = request({ host: "127.0.0.1", port, path, ...options }).end();
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  let body = "";
  for await (const chunk of response) body += String(chunk);
  const { statusCode, headers } = response;
  const told = `${statusCode} ${headers["content-type"] ?? ""} ${headers.location ?? ""}`.trim();
  return `${told} ${body.length > 300 ? "…" : body.trim()}`;
}

const asked: readonly (readonly [string, object?])[] = [
  ["/version"],
  ["/api/v1/namespaces/default/pods/web/log"],
  ["/api/v1/namespaces/default/pods/nope"],
  ["/api/v1/namespaces/default/pods/web/exec?command=x"],
  ["/api/v1/namespaces/default/pods/web/attach"],
  ["/healthz", { headers: { host: "evil.example" } }],
  ["/healthz", { headers: { host: "localhost:1234" } }],
  ["/healthz", { headers: { authorization: "Bearer nobody" } }],
  ["/api/v1/namespaces/default/pods/web", { method: "DELETE", headers: { accept: "text/x" } }],
  ["/static/hello.txt"],
  ["/static/missing"],
  ["/static/dir"],
  ["/static/dir/inner.html"],
  ["/api/v1/namespaces/default/services/front/proxy"],
];

test("the proxies give the same answers", { skip }, async () => {
  await using cluster = await openCluster();
  const { environment } = cluster;
  await mkdir(join(environment.HOME, "www/dir"), { recursive: true });
  await writeFile(join(environment.HOME, "www/hello.txt"), "hello");
  await writeFile(join(environment.HOME, "www/dir/inner.html"), "<p>");
  const answers: string[][] = [];
  for (const { start } of programs) {
    const command = start(["proxy", "--port=0", `--www=${environment.HOME}/www`], environment);
    const [, port = ""] = await command.until(/^Starting to serve on 127\.0\.0\.1:(\d+)\n$/);
    const said: string[] = [];
    for (const [path, options] of asked) said.push(`${path}: ${await ask(port, path, options)}`);
    await command.interrupt();
    const api = start(["proxy", "-p0", "--api-prefix=/k8s", "--reject-methods=POST"], environment);
    const [, other = ""] = await api.until(/^Starting to serve on 127\.0\.0\.1:(\d+)\n$/);
    for (const path of ["/k8s", "/k8s/healthz", "/healthz", "/static/hello.txt"]) {
      said.push(`${path}: ${await ask(other, path)}`);
    }
    said.push(await ask(other, "/k8s/api/v1/namespaces", { method: "POST" }));
    await api.interrupt();
    answers.push(said);
  }
  assert.deepEqual(answers[1], answers[0]);
});

async function exchange(port: number, text: string): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.end(text);
  let received = "";
  for await (const chunk of socket) received += String(chunk);
  return received;
}
