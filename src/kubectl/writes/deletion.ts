import type { FlagSpecs } from "#base/flags.ts";
import { isRow } from "#machinery/json.ts";
import { StatusError } from "#machinery/status.ts";
import { CommandError } from "../errors.ts";
import type { Kubectl } from "../kubectl.ts";
import type { ApiResource } from "../discovery/api-resource.ts";
import { resourcePath } from "../rest/paths.ts";

export type Cascade = "Background" | "Foreground" | "Orphan";

export const cascadeFlag = {
  cascade: {
    type: "string",
    default: "background",
    bare: "background",
    usage:
      'Must be "background", "orphan", or "foreground": when what belongs to the resource goes, ' +
      "such as the pods of a replica set.",
  },
} as const satisfies FlagSpecs;

/** How long, and how hard, commands delete. */
export const deletionFlags = {
  force: {
    type: "bool",
    usage:
      "If true, take resources away at once, without waiting until they have ended. For some of " +
      "them this may lose data.",
  },
  "grace-period": {
    type: "int",
    default: -1,
    usage:
      "Seconds that the resource is given to end. Negative leaves it to the resource; 1 is at " +
      "once; 0 is only possible with --force.",
  },
  now: { type: "bool", usage: "If true, end at once (the same as --grace-period=1)." },
  timeout: {
    type: "duration",
    default: 0,
    usage: "How long to wait for the end of a deletion; zero leaves it to the size of the object",
  },
  wait: {
    type: "bool",
    default: true,
    usage: "If true, return when the resources are gone, finalizers included.",
  },
} as const satisfies FlagSpecs;

export interface Deletion {
  readonly cascade: Cascade;
  /** Undefined leaves it to the resource. */
  readonly gracePeriodSeconds: number | undefined;
  readonly force: boolean;
  readonly wait: boolean;
  readonly timeoutMs: number;
}

export interface DeletionValues {
  readonly cascade: string;
  readonly force: boolean;
  readonly "grace-period": number;
  readonly now?: boolean;
  readonly timeout: number;
  readonly wait: boolean;
}

/** Checks the flags with each other. */
export function deletionOf(kubectl: Kubectl, values: DeletionValues): Deletion {
  const grace = values["grace-period"];
  const { force, wait } = values;
  const timeoutMs = values.timeout;
  if (values.now && grace !== -1) {
    throw new CommandError("--now and --grace-period cannot be specified together");
  }
  if (force && grace > 0) {
    throw new CommandError(
      "--force and --grace-period greater than 0 cannot be specified together",
    );
  }
  const common = { cascade: cascadeOf(kubectl, values.cascade), force, timeoutMs };
  if (values.now) return { ...common, gracePeriodSeconds: 1, wait };
  if (force && grace < 0) return { ...common, gracePeriodSeconds: 0, wait };
  if (grace === 0 && !force) {
    // To be sure of an end at once needs --force: this waits for it instead.
    return { ...common, gracePeriodSeconds: 1, wait: true };
  }
  return { ...common, gracePeriodSeconds: grace < 0 ? undefined : grace, wait };
}

function cascadeOf(kubectl: Kubectl, value: string): Cascade {
  switch (value) {
    case "background":
      return "Background";
    case "foreground":
      return "Foreground";
    case "orphan":
      return "Orphan";
    case "true":
    case "false": {
      const replacement = value === "true" ? "background" : "orphan";
      kubectl.tell(
        `warning: --cascade=${value} is deprecated (boolean value) and can be replaced with --cascade=${replacement}.`,
      );
      return value === "true" ? "Background" : "Orphan";
    }
    default:
      throw new CommandError(
        `invalid cascade value (${value}). Must be "background", "foreground", or "orphan"`,
      );
  }
}

/** One object's place. */
export interface DeletedObject {
  readonly resource: ApiResource;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** Asks for the deletion; the uid of what is deleted, where the server tells it. */
export async function requestDeletion(
  kubectl: Kubectl,
  target: DeletedObject,
  deletion: Pick<Deletion, "cascade" | "gracePeriodSeconds">,
  query: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  const rest = await kubectl.rest();
  const { gracePeriodSeconds } = deletion;
  const answer = await rest.json({
    method: "DELETE",
    path: resourcePath(target.resource, target),
    body: {
      apiVersion: "v1",
      kind: "DeleteOptions",
      propagationPolicy: deletion.cascade,
      ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
      ...(query.dryRun && { dryRun: [query.dryRun] }),
    },
    query,
  });
  const details = isRow(answer.details) ? answer.details : {};
  return answer.metadata?.uid ?? (typeof details.uid === "string" ? details.uid : undefined);
}

/** Until the object of that uid is no more. Zero waits for a week, which is for ever. */
export async function waitForDeletion(
  kubectl: Kubectl,
  target: DeletedObject,
  uid: string | undefined,
  timeoutMs: number,
): Promise<void> {
  const week = 7 * 24 * 3600_000;
  const deadline = kubectl.host.clock.monotonic() + (timeoutMs > 0 ? timeoutMs : week);
  const rest = await kubectl.rest();
  const path = resourcePath(target.resource, { namespace: target.namespace });
  const fieldSelector = `metadata.name=${target.name}`;
  for (;;) {
    const { items, metadata } = await rest.list({ path, query: { fieldSelector } }, 0);
    const found = items.find((item) => uid === undefined || item.metadata.uid === uid);
    if (!found) return;
    const left = deadline - kubectl.host.clock.monotonic();
    if (left <= 0) throw timedOut(target);
    const { resourceVersion } = metadata;
    const query = { fieldSelector, resourceVersion, timeoutSeconds: Math.ceil(left / 1000) };
    if (await sawDeletion(kubectl, path, query, left)) return;
  }
}

async function sawDeletion(
  kubectl: Kubectl,
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
  leftMs: number,
): Promise<boolean> {
  const stop = new AbortController();
  const cancel = kubectl.host.clock.after(leftMs, () => stop.abort());
  const rest = await kubectl.rest();
  try {
    const signal = AbortSignal.any([stop.signal, kubectl.signal]);
    for await (const event of rest.watch({ path, query }, signal)) {
      if (event.type === "DELETED") return true;
      if (event.type === "ERROR") return false;
    }
    return false;
  } catch (error) {
    if (error instanceof StatusError || stop.signal.aborted) return false;
    throw error;
  } finally {
    cancel();
    stop.abort();
  }
}

function timedOut({ resource, name }: DeletedObject): CommandError {
  return new CommandError(`timed out waiting for the condition on ${resource.resource}/${name}`);
}
