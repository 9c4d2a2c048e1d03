import type { ApiRequest, WatchEvent } from "#client/transport.ts";
import { isRow } from "#machinery/json.ts";
import type { ControllerBreakage } from "./run.ts";

/**
 * What the cluster would do if a controller or the scheduler had a certain bug. Each must be
 * noticed: a rule that lets one of them pass is worth nothing.
 */
export const controllerBreakages: Readonly<Record<string, ControllerBreakage>> = {
  "pods that are made twice": {
    tamper: (dice) => ({
      repeats: (request) => isCreation(request, "pods") && dice.chance(0.3),
    }),
  },
  "a Deployment that forgets its surge": {
    tamper: () => ({
      event: changed("deployments", (spec) => ({
        ...spec,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 5, maxUnavailable: 0 } },
      })),
    }),
  },
  "a set that knows no order": {
    tamper: () => ({
      event: changed("statefulsets", (spec) => ({ ...spec, podManagementPolicy: "Parallel" })),
    }),
  },
  "a scheduler that is blind to taints": {
    tamper: () => ({
      event: changed("nodes", (spec) => ({ ...spec, taints: [], unschedulable: false })),
    }),
  },
  "pods of silent nodes that are deleted by force": {
    tamper: () => ({ request: byForce }),
  },
  "nobody who collects orphans": { without: "garbage-collector-controller" },
  "nobody who looks at silent nodes": { without: "node-lifecycle-controller" },
  "evictions that ask no budget": { ignoresBudgets: true },
};

/** Controllers that delete a pod do not wait for its node to stop it. */
function byForce(request: ApiRequest): ApiRequest {
  const { body, method, path } = request;
  if (method !== "DELETE" || !path.includes("/pods/") || body.kind !== "object") return request;
  const options = { ...(body.object as object), gracePeriodSeconds: 0 };
  return { ...request, body: { ...body, object: options } };
}

const isCreation = ({ method, path }: ApiRequest, resource: string) =>
  method === "POST" && path.endsWith(`/${resource}`);

/** Everybody who watches the resource is told of another spec. */
function changed(
  resource: string,
  change: (spec: Record<string, unknown>) => object,
): (path: string, event: WatchEvent<unknown>) => WatchEvent<unknown> {
  return (path, event) => {
    if (!path.endsWith(`/${resource}`) || !isRow(event.object)) return event;
    const { spec } = event.object;
    if (!isRow(spec)) return event;
    return { ...event, object: { ...event.object, spec: change(spec) } };
  };
}
