import { StatusError } from "#machinery/status.ts";
import type { Kubectl } from "../kubectl.ts";
import type { KubeObject } from "../objects.ts";
import type { ResourceInfo } from "../resources/resource-info.ts";
import { resourcePath } from "./paths.ts";

export type Change =
  | { readonly type: "ADDED" | "MODIFIED"; readonly object: KubeObject }
  /** Without an object: it was not even there at the beginning. */
  | { readonly type: "DELETED"; readonly object: KubeObject | undefined };

export interface FollowOptions {
  /** Also tells of an object that is not there at the beginning. */
  readonly yieldsMissing?: boolean;
}

/**
 * One object as it is, and then each change of it, also over the end of a watch. Ends when the
 * signal aborts.
 */
export async function* follow(
  kubectl: Kubectl,
  { resource, namespace, name }: Pick<ResourceInfo, "resource" | "namespace" | "name">,
  signal: AbortSignal,
  options: FollowOptions = {},
): AsyncGenerator<Change> {
  const rest = await kubectl.rest();
  const path = resourcePath(resource, { namespace });
  const fieldSelector = `metadata.name=${name}`;
  let known: KubeObject | undefined;
  let isFirst = true;
  while (!signal.aborted) {
    const { items, metadata } = await rest.list({ path, query: { fieldSelector } }, 0, signal);
    const [item] = items;
    const found = item && { ...item, apiVersion: apiVersionOf(resource), kind: resource.kind };
    if (!found && (known || (isFirst && options.yieldsMissing))) {
      yield { type: "DELETED", object: known };
    }
    isFirst = false;
    const isNew = found?.metadata.resourceVersion !== known?.metadata.resourceVersion;
    if (found && isNew) yield { type: known ? "MODIFIED" : "ADDED", object: found };
    known = found;
    const query = { fieldSelector, resourceVersion: metadata.resourceVersion };
    try {
      for await (const { type, object } of rest.watch({ path, query }, signal)) {
        // An expired version is read anew.
        if (type === "ERROR") break;
        if (type === "BOOKMARK") continue;
        known = type === "DELETED" ? undefined : object;
        yield { type, object };
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof StatusError) || error.code !== 410) throw error;
    }
  }
}

function apiVersionOf({ group, version }: ResourceInfo["resource"]): string {
  return group ? `${group}/${version}` : version;
}

/** Aborts after that time, and when the person ends the command. Zero is never. */
export function deadline(
  kubectl: Kubectl,
  timeoutMs: number,
): { readonly signal: AbortSignal; readonly isOver: () => boolean } & Disposable {
  const stop = new AbortController();
  let over = false;
  const cancel =
    timeoutMs > 0
      ? kubectl.host.clock.after(timeoutMs, () => {
          over = true;
          stop.abort();
        })
      : () => undefined;
  const end = () => stop.abort();
  kubectl.signal.addEventListener("abort", end);
  if (kubectl.signal.aborted) end();
  return {
    signal: stop.signal,
    isOver: () => over,
    [Symbol.dispose]() {
      cancel();
      kubectl.signal.removeEventListener("abort", end);
      stop.abort();
    },
  };
}
