import { mkdir, rm } from "node:fs/promises";
import { connectRuntime } from "../src/kubelet/cri/node/containerd.ts";

export interface FloorSample {
  readonly sandboxMs: number;
  readonly createMs: number;
  readonly startMs: number;
  readonly totalMs: number;
}

/**
 * What a pod costs when nobody is between: sandbox with network, container, start, by the same
 * calls to the same runtime as the kubelet makes.
 */
export async function measureFloor(options: {
  readonly socket: string;
  readonly image: string;
  readonly cgroupParent: string;
  readonly logFolder: string;
  readonly samples: number;
}): Promise<readonly FloorSample[]> {
  const { socket, image, cgroupParent, logFolder, samples } = options;
  const runtime = connectRuntime(socket);
  const taken: FloorSample[] = [];
  await mkdir(logFolder, { recursive: true });
  try {
    for (let index = 0; index < samples; index++) {
      const uid = `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
      const config = {
        metadata: { name: `floor-${index}`, uid, namespace: "bench", attempt: 0 },
        hostname: `floor-${index}`,
        logDirectory: logFolder,
        dnsConfig: { servers: ["127.0.0.1"] },
        linux: { cgroupParent: `${cgroupParent}/floor-${index}`, securityContext: {} },
      };
      const begin = performance.now();
      const { podSandboxId } = await runtime.runPodSandbox({ config });
      const sandbox = performance.now();
      const { containerId } = await runtime.createContainer({
        podSandboxId,
        config: {
          metadata: { name: "main", attempt: 0 },
          image: { image },
          logPath: `main-${index}.log`,
          linux: { resources: { cpuShares: 2 }, securityContext: {} },
        },
        sandboxConfig: config,
      });
      const created = performance.now();
      await runtime.startContainer({ containerId });
      const end = performance.now();
      taken.push({
        sandboxMs: sandbox - begin,
        createMs: created - sandbox,
        startMs: end - created,
        totalMs: end - begin,
      });
      await runtime.stopPodSandbox({ podSandboxId });
      await runtime.removePodSandbox({ podSandboxId });
    }
    return taken;
  } finally {
    runtime.close();
    await rm(logFolder, { recursive: true, force: true });
  }
}
