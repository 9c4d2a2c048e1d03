import type { LifecycleHandler } from "#api/core/v1.ts";
import type { Clock } from "#base/clock.ts";
import { sleep } from "#base/clock.ts";
import { fromBase64, text } from "#base/bytes.ts";
import type { Runtime } from "../../cri/runtime.ts";
import type { LifecycleHooks } from "../../pod-worker/dependencies.ts";
import { httpGet } from "../../prober/node/actions.ts";

/** Runs a container's postStart and preStop: a command in it, a GET to it, or a pause. */
export function createHooks(options: { runtime: Runtime; clock: Clock }): LifecycleHooks {
  const { runtime, clock } = options;
  return {
    async run(pod, container, containerId, hook, address, signal) {
      const handler: LifecycleHandler | undefined = container.lifecycle?.[hook];
      if (handler?.exec) {
        const cmd = handler.exec.command ?? [];
        const result = await runtime.execSync({ containerId, cmd, timeout: 0 }, signal);
        if (result.exitCode === 0) return;
        const output = text(fromBase64(result.stderr)) || text(fromBase64(result.stdout));
        throw new Error(
          `command '${cmd.join(" ")}' exited with ${result.exitCode}: ${output.trim()}`,
        );
      }
      if (handler?.httpGet) {
        const host = address ?? pod.status.podIP ?? "127.0.0.1";
        await httpGet(handler.httpGet, container, host, signal);
        return;
      }
      if (handler?.sleep) await sleep(clock, handler.sleep.seconds * 1000, signal);
    },
  };
}
