import { sleep } from "#base/clock.ts";
import { isRow } from "#machinery/json.ts";
import { StatusError } from "#machinery/status.ts";
import { CommandError } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { resourcePath } from "../../rest/paths.ts";
import { dryRunQuery } from "../../writes/dry-run.ts";
import type { DryRun } from "../../writes/dry-run.ts";
import { patchObject } from "../../writes/patch.ts";

const retryMs = 1000;
/** Somebody else who changes the object all the time is only waited for so long. */
const conflictsMs = 5 * 60_000;

export interface ScaleRequest {
  readonly replicas: number;
  /** Of the scale as it is before; without one nothing is looked at. */
  readonly precondition: ScalePrecondition | undefined;
  readonly dryRun: DryRun;
}

export interface ScalePrecondition {
  /** -1 for any. */
  readonly replicas: number;
  readonly resourceVersion: string;
}

/** Sets the size, again and again where somebody else was faster. */
export async function scale(
  kubectl: Kubectl,
  info: ResourceInfo,
  request: ScaleRequest,
): Promise<void> {
  const { clock } = kubectl.host;
  const end = clock.monotonic() + conflictsMs;
  for (;;) {
    try {
      await scaleOnce(kubectl, info, request);
      return;
    } catch (error) {
      const isConflict = error instanceof StatusError && error.reason === "Conflict";
      if (!isConflict || clock.monotonic() >= end) throw error;
    }
    await sleep(clock, retryMs, kubectl.signal);
  }
}

async function scaleOnce(
  kubectl: Kubectl,
  info: ResourceInfo,
  { replicas, precondition, dryRun }: ScaleRequest,
): Promise<void> {
  const subresource = "scale";
  if (!precondition) {
    const body = { spec: { replicas } };
    await patchObject(kubectl, info, { type: "merge", subresource, body, dryRun });
    return;
  }
  const rest = await kubectl.rest();
  const path = resourcePath(info.resource, { ...info, subresource });
  const current = await rest.json({ path });
  checkPrecondition(current, precondition);
  const body = { ...current, spec: { ...rowOf(current.spec), replicas } };
  await rest.json({ method: "PUT", path, query: dryRunQuery(dryRun), body });
}

export function checkPrecondition(
  current: KubeObject,
  { replicas, resourceVersion }: ScalePrecondition,
): void {
  const size = replicasOf(current.spec);
  if (replicas !== -1 && size !== replicas) {
    throw new CommandError(`Expected replicas to be ${replicas}, was ${size}`);
  }
  const version = current.metadata.resourceVersion ?? "";
  if (resourceVersion && version !== resourceVersion) {
    throw new CommandError(`Expected resource version to be ${resourceVersion}, was ${version}`);
  }
}

/** Until there are as many as were asked for, or somebody else has asked for another number. */
export async function waitForReplicas(
  kubectl: Kubectl,
  info: ResourceInfo,
  replicas: number,
  timeoutMs: number,
): Promise<void> {
  const rest = await kubectl.rest();
  const { clock } = kubectl.host;
  const end = clock.monotonic() + timeoutMs;
  const path = resourcePath(info.resource, { ...info, subresource: "scale" });
  for (;;) {
    const current = await rest.json({ path });
    if (replicasOf(current.spec) !== replicas || replicasOf(current.status) === replicas) return;
    if (clock.monotonic() >= end) {
      throw new CommandError(`timed out waiting for "${info.name}" to be synced`);
    }
    await sleep(clock, retryMs, kubectl.signal);
  }
}

function replicasOf(part: unknown): number {
  return Number(rowOf(part).replicas ?? 0);
}

function rowOf(value: unknown): Record<string, unknown> {
  return isRow(value) ? value : {};
}
