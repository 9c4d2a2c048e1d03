import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Pod } from "#api/core/v1.ts";
import { silentLogger } from "#base/log.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { cryptoRandom } from "#base/random.ts";
import { Scope } from "#base/scope.ts";
import type { Client } from "#client/client.ts";
import { InformerFactory } from "#client/informer/factory.ts";
import type { Transport } from "#client/transport.ts";
import { createClient } from "#client/typed.ts";
import { runControllers } from "#component/run.ts";
import { allControllers } from "#controllers/all.ts";
import { createCertificateAuthority } from "#pki/certificate.ts";
import { createSigningKey } from "#pki/keys.ts";
import { MemoryStore } from "#storage/memory/memory-store.ts";
import { networksOf } from "../../src/cluster/config.ts";
import { createControlPlane } from "../../src/cluster/control-plane.ts";

const clock = systemClock();
const environment = { clock, random: cryptoRandom, logger: silentLogger };

/** An API server and all controllers in this process: no scheduler, and nobody who runs pods. */
export interface World extends AsyncDisposable {
  readonly client: Client;
  /** How many requests the controllers have sent so far, by method and resource. */
  readonly requests: ReadonlyMap<string, number>;
}

export async function openWorld(): Promise<World> {
  const failures: unknown[] = [];
  const scope = new Scope({ onFailure: (_task, error) => failures.push(error) });
  const store = new MemoryStore({ clock });
  const authority = await createCertificateAuthority({ commonName: "bench", now: clock.now() });
  const plane = await createControlPlane({
    ...environment,
    config: { profile: "bench", ...networksOf(0), apiPort: 6443, nodes: [], simulatedNodes: 0 },
    store,
    serviceAccountKey: await createSigningKey(),
    authorityPem: authority.certificatePem,
    kubelet: { fetch: noKubelet, tunnel: noKubelet },
    admission: { disable: ["ServiceAccount"] },
    build: { runtime: "bench", platform: "none" },
  });
  await plane.bootstrap(scope);
  const user = { name: "system:kube-controller-manager", groups: ["system:masters"] };
  const { requests, transport } = counted(plane.server.transport(user));
  const client = createClient(transport);
  const rootCertificateAuthority = authority.certificatePem;
  scope.run("controllers", (signal) =>
    runControllers(
      {
        ...environment,
        client,
        informers: new InformerFactory({ ...environment, client }),
        controllers: allControllers({ transport, rootCertificateAuthority }),
      },
      signal,
    ),
  );
  return {
    // What the bench itself asks is not counted.
    client: createClient(plane.server.transport(user)),
    requests,
    async [Symbol.asyncDispose]() {
      await scope.close();
      await plane.server.close();
      await store[Symbol.asyncDispose]();
      for (const failure of failures) process.stderr.write(`bench: ${String(failure)}\n`);
    },
  };
}

function counted(transport: Transport): {
  readonly transport: Transport;
  readonly requests: ReadonlyMap<string, number>;
} {
  const requests = new Map<string, number>();
  return {
    requests,
    transport: {
      send(request, signal) {
        const what = `${request.method} ${resourceOf(request.path)}`;
        requests.set(what, (requests.get(what) ?? 0) + 1);
        return transport.send(request, signal);
      },
    },
  };
}

/** "pods" or "pods/status", from a path like "/api/v1/namespaces/default/pods/web/status". */
function resourceOf(path: string): string {
  const parts = path.split("/").slice(path.startsWith("/api/") ? 3 : 4);
  const [resource, , subresource] = parts[0] === "namespaces" && parts[2] ? parts.slice(2) : parts;
  return subresource ? `${resource}/${subresource}` : (resource ?? path);
}

function noKubelet(): Promise<never> {
  return Promise.reject(new Error("there are no nodes here"));
}

const parallel = 30;

/** For each number below `count`, so many at a time. */
export async function times(count: number, work: (index: number) => Promise<unknown>) {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(parallel, count) }, lane));
}

const lookMs = 100;

/** Looks again until it is so: seldom, as a list of a thousand Deployments costs something, too. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, lookMs));
}

/** As a kubelet would: the pod runs, and is ready or not. */
export async function markPod(client: Client, name: string, index: number, isReady: boolean) {
  const ip = `10.${64 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
  const ready = { type: "Ready", status: isReady ? "True" : "False" };
  const status = { phase: "Running", podIP: ip, podIPs: [{ ip }], conditions: [ready] };
  const patch = { type: "merge", patch: { status } } as const;
  await client.patch(Pod, { namespace: "default", name }, patch, { subresource: "status" });
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Of the heap and outside of it, in bytes, after what nobody needs is gone. */
export function memoryInUse(): number {
  collect();
  const { external, heapUsed } = process.memoryUsage();
  return heapUsed + external;
}
