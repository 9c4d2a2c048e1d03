import { parseExactJson } from "#machinery/codec/exact-json.ts";
import { goJson } from "#machinery/codec/go-json.ts";
import { isRow } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";
import { threeWayPatch } from "#machinery/patch/three-way.ts";
import { StatusError } from "#machinery/status.ts";
import { CommandError, during } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { resourcePath } from "../../rest/paths.ts";
import { requestDeletion, waitForDeletion } from "../../writes/deletion.ts";
import { dryRunQuery } from "../../writes/dry-run.ts";
import { lastAppliedAnnotation, withLastApplied } from "../../writes/last-applied.ts";
import type { Applied } from "./apply.ts";
import type { ApplyOptions } from "./options.ts";

/** An object that somebody else changes all the time is given up. */
const triesMax = 5;

/**
 * Compares the file with what the server has and with what was applied before, and sends the
 * difference.
 */
export async function applyFromClient(
  kubectl: Kubectl,
  info: ResourceInfo,
  options: ApplyOptions,
): Promise<Applied> {
  const { object: given, source = "" } = info;
  if (!given) throw new Error("a file's object is read with the file");
  const modified = withLastApplied(given);
  const current = await read(kubectl, info);
  if (!current) return await create(kubectl, info, modified, options);
  if (options.dryRun === "client") return { object: current, operation: "configured" };
  tellState(kubectl, info, current);
  try {
    return await patch(kubectl, info, { current, modified }, options);
  } catch (error) {
    if (options.deletion.force && error instanceof PatchError && isForceable(error.cause)) {
      return await replace(kubectl, info, current, modified, options);
    }
    if (!(error instanceof PatchError)) throw error;
    const sent = goJson(error.patch);
    throw during(
      `error when applying patch:\n${sent}\nto:\n${describe(info)}\nfor: "${source}"`,
      error.cause,
    );
  }
}

async function read(kubectl: Kubectl, info: ResourceInfo): Promise<KubeObject | undefined> {
  const rest = await kubectl.rest();
  try {
    return await rest.json({ path: resourcePath(info.resource, info) });
  } catch (error) {
    if (error instanceof StatusError && error.reason === "NotFound") return undefined;
    throw during(retrieving(info), error);
  }
}

export function retrieving(info: ResourceInfo): string {
  return `error when retrieving current configuration of:\n${describe(info)}\nfrom server for: "${info.source ?? ""}"`;
}

function describe({ resource, name, namespace }: ResourceInfo): string {
  const { group, version, kind } = resource;
  const kindText = `${group ? `${group}/` : "/"}${version}, Kind=${kind}`;
  const resourceText = `${group ? `${group}/` : "/"}${version}, Resource=${resource.resource}`;
  return `Resource: "${resourceText}", GroupVersionKind: "${kindText}"\nName: "${name}", Namespace: "${namespace ?? ""}"`;
}

async function create(
  kubectl: Kubectl,
  info: ResourceInfo,
  object: KubeObject,
  options: ApplyOptions,
): Promise<Applied> {
  if (options.dryRun === "client") return { object, operation: "created" };
  const rest = await kubectl.rest();
  const { fieldManager, fieldValidation } = options;
  try {
    const created = await rest.json({
      method: "POST",
      path: resourcePath(info.resource, { namespace: info.namespace }),
      query: { fieldManager, fieldValidation, ...dryRunQuery(options.dryRun) },
      body: object,
    });
    return { object: created, operation: "created" };
  } catch (error) {
    throw during(`error when creating "${info.source ?? ""}"`, error);
  }
}

function tellState(kubectl: Kubectl, info: ResourceInfo, current: KubeObject): void {
  if (current.metadata.annotations?.[lastAppliedAnnotation] === undefined) {
    kubectl.warn(
      `${shown(info)} is missing the ${lastAppliedAnnotation} annotation which is required by kubectl apply. ` +
        "kubectl apply should only be used on resources created declaratively by either kubectl " +
        "create --save-config or kubectl apply. The missing annotation will be patched automatically.",
    );
  }
  tellDeletion(kubectl, info, current);
}

export function tellDeletion(kubectl: Kubectl, info: ResourceInfo, current: KubeObject): void {
  if (!current.metadata.deletionTimestamp) return;
  kubectl.warn(`Detected changes to ${shown(info)} which is currently being deleted.`);
}

function shown({ resource, name }: ResourceInfo): string {
  return `resource ${resource.resource}/${name}`;
}

export interface States {
  readonly current: KubeObject;
  readonly modified: KubeObject;
}

type PatchOptions = Pick<ApplyOptions, "fieldManager" | "dryRun"> &
  Partial<Pick<ApplyOptions, "fieldValidation">>;

/** Reads again and tries again when somebody else was faster. */
export async function patch(
  kubectl: Kubectl,
  info: ResourceInfo,
  states: States,
  options: PatchOptions,
): Promise<Applied> {
  let { current } = states;
  for (let tries = 1; ; tries++) {
    try {
      return await patchOnce(kubectl, info, { ...states, current }, options);
    } catch (error) {
      const cause = error instanceof PatchError ? error.cause : error;
      const again = cause instanceof StatusError && cause.reason === "Conflict";
      if (!again || tries >= triesMax) throw error;
      const rest = await kubectl.rest();
      current = await rest.json({ path: resourcePath(info.resource, info) });
    }
  }
}

async function patchOnce(
  kubectl: Kubectl,
  info: ResourceInfo,
  { current, modified }: States,
  options: PatchOptions,
): Promise<Applied> {
  const type = await typeOf(modified);
  const original = lastApplied(current);
  const body = threeWayPatch({ original, modified, current }, type);
  if (Object.keys(body).length === 0) return { object: current, operation: "unchanged" };
  const version = modified.metadata.resourceVersion;
  if (version)
    body.metadata = { ...(isRow(body.metadata) ? body.metadata : {}), resourceVersion: version };
  const { fieldManager, fieldValidation } = options;
  const rest = await kubectl.rest();
  try {
    const object = await rest.json({
      method: "PATCH",
      path: resourcePath(info.resource, info),
      query: { fieldManager, fieldValidation, ...dryRunQuery(options.dryRun) },
      contentType: type ? "application/strategic-merge-patch+json" : "application/merge-patch+json",
      body,
    });
    return { object, operation: "configured" };
  } catch (error) {
    throw new PatchError(body, error);
  }
}

/** What was sent belongs to the message of what went wrong. */
class PatchError extends Error {
  readonly patch: Row;
  constructor(patch: Row, cause: unknown) {
    super("the patch was refused", { cause });
    this.patch = patch;
  }
}

/** The built-in type, by which lists are merged; custom kinds have none. */
async function typeOf({ apiVersion, kind }: KubeObject) {
  const { builtInKinds } = await import("#api/registry.ts");
  return builtInKinds.byKind(apiVersion, kind);
}

function lastApplied(current: KubeObject): Row {
  const text = current.metadata.annotations?.[lastAppliedAnnotation];
  if (!text) return {};
  const parsed = parseExactJson(text);
  return isRow(parsed) ? parsed : {};
}

function isForceable(error: unknown): boolean {
  return (
    error instanceof StatusError && (error.reason === "Conflict" || error.reason === "Invalid")
  );
}

/** --force: what cannot be changed is made anew; when that fails, the old one comes back. */
async function replace(
  kubectl: Kubectl,
  info: ResourceInfo,
  current: KubeObject,
  modified: KubeObject,
  options: ApplyOptions,
): Promise<Applied> {
  const uid = await requestDeletion(kubectl, info, options.deletion);
  await waitForDeletion(kubectl, info, uid ?? current.metadata.uid, options.deletion.timeoutMs);
  try {
    return { ...(await create(kubectl, info, modified, options)), operation: "configured" };
  } catch (error) {
    const { resourceVersion: _version, uid: _uid, ...metadata } = current.metadata;
    await create(kubectl, info, { ...current, metadata }, options);
    throw new CommandError(
      `An error occurred force-replacing the existing object with the newly provided one. ${String(error)}`,
      { cause: error },
    );
  }
}
