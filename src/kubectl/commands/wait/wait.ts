import { sleep } from "#base/clock.ts";
import type { Status } from "#api/meta/v1.ts";
import { StatusError } from "#machinery/status.ts";
import { CommandError, ExitError, throwAll } from "../../errors.ts";
import { interruptible } from "../../interruption.ts";
import { qualifiedName } from "../../discovery/api-resource.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import { isFailure } from "../../resources/find.ts";
import type { ResourceQuery } from "../../resources/find.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { deadline, follow } from "../../rest/follow.ts";
import { resourcePath } from "../../rest/paths.ts";
import type { Awaited } from "./conditions.ts";

const createPollMs = 500;

export interface WaitOptions {
  readonly query: ResourceQuery;
  readonly awaited: Awaited;
  /** 0 looks once. All resources together have this time. */
  readonly timeoutMs: number;
  /** Told of each object that is in the condition. */
  readonly met: (object: KubeObject) => void;
}

/** Waits for one resource after the other. */
export async function waitFor(kubectl: Kubectl, options: WaitOptions): Promise<void> {
  const { query, awaited } = options;
  const end = kubectl.host.clock.monotonic() + options.timeoutMs;
  if (awaited.kind === "create") await waitForCreation(kubectl, query, end);
  const errors: unknown[] = [];
  let count = 0;
  for await (const found of kubectl.find(query)) {
    try {
      if (isFailure(found)) throw found.error;
      count++;
      const object = await interruptible(kubectl, () => inCondition(kubectl, found, options, end));
      options.met(object);
    } catch (error) {
      if (error instanceof ExitError) throw error;
      const isGone = isFailure(found) && awaited.kind === "delete" && isNotFound(error);
      if (!isGone) errors.push(error);
    }
  }
  throwAll(errors);
  if (count === 0 && awaited.kind !== "delete") {
    throw new CommandError("no matching resources found");
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof StatusError && error.reason === "NotFound";
}

async function waitForCreation(kubectl: Kubectl, query: ResourceQuery, end: number): Promise<void> {
  const { clock } = kubectl.host;
  for (;;) {
    let isThere = false;
    for await (const found of kubectl.find(query)) {
      if (!isFailure(found)) isThere = true;
      else if (!isNotFound(found.error)) throw found.error;
    }
    if (isThere) return;
    if (clock.monotonic() >= end) {
      throw new CommandError("timed out waiting for the condition");
    }
    await sleep(clock, createPollMs, kubectl.signal);
  }
}

/** The object in the condition, or as it was before it was gone. */
async function inCondition(
  kubectl: Kubectl,
  info: ResourceInfo,
  { awaited, timeoutMs }: WaitOptions,
  end: number,
): Promise<KubeObject> {
  const { object, resource, name } = info;
  if (!object) throw new Error("what is waited for was read before");
  if (awaited.kind === "create") return object;
  if (timeoutMs === 0) return await lookOnce(kubectl, info, awaited);
  const late = new CommandError(
    `timed out waiting for the condition on ${resource.resource}/${name}`,
  );
  const left = end - kubectl.host.clock.monotonic();
  if (left <= 0) throw late;
  using stop = deadline(kubectl, left);
  for await (const change of follow(kubectl, info, stop.signal, { yieldsMissing: true })) {
    if (change.type === "DELETED") {
      if (awaited.kind === "delete") return object;
      // It may come again; what was never there does not.
      if (change.object === undefined) {
        throw new StatusError(notFoundStatus(qualifiedName(resource), name));
      }
    } else if (awaited.kind === "condition" && awaited.isMet(change.object)) return change.object;
  }
  throw late;
}

function notFoundStatus(resource: string, name: string): Status {
  return {
    apiVersion: "v1",
    kind: "Status",
    metadata: {},
    status: "Failure",
    code: 404,
    reason: "NotFound",
    message: `${resource} "${name}" not found`,
  };
}

async function lookOnce(
  kubectl: Kubectl,
  { resource, namespace, name }: ResourceInfo,
  awaited: Exclude<Awaited, { kind: "create" }>,
): Promise<KubeObject> {
  const rest = await kubectl.rest();
  const current = await rest.json({ path: resourcePath(resource, { namespace, name }) });
  if (awaited.kind === "condition" && awaited.isMet(current)) return current;
  throw new CommandError(`condition not met for ${resource.resource}/${name}`);
}
