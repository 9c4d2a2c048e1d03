import type { DeleteOptions } from "#api/meta/v1.ts";
import type { ApiResponse } from "#client/transport.ts";
import { StatusError, conflict, success } from "#machinery/status.ts";
import type { KindInfo } from "#schema/message.ts";
import type { Entry } from "#storage/store.ts";
import type { RequestContext } from "../pipeline/request.ts";
import { admissionRequest, admit, draftOf, mutate } from "./admit.ts";
import { answerEntry, answerObject, answerValue } from "./answers.ts";
import { deleteOptionsOf } from "./options.ts";
import { answerPage } from "./list-answer.ts";
import { readPage } from "./read.ts";
import type { ResourceStorage } from "./storage.ts";
import type { StoredObject } from "./stored-object.ts";

const attemptsMax = 20;
const orphanFinalizer = "orphan";
const foregroundFinalizer = "foregroundDeletion";

/** Upstream answers the delete of these with the object, and of all others with a Status. */
const answeredWithObject = new Set([
  "csidrivers",
  "csinodes",
  "deviceclasses",
  "devicetaintrules",
  "persistentvolumeclaims",
  "persistentvolumes",
  "pods",
  "podtemplates",
  "resourceclaims",
  "resourceclaimtemplates",
  "resourcepoolstatusrequests",
  "resourcequotas",
  "resourceslices",
  "serviceaccounts",
  "services",
  "storageclasses",
  "volumeattachments",
  "volumeattributesclasses",
]);

export const returnsDeleted = ({ resource = "" }: Pick<KindInfo, "resource">): boolean =>
  answeredWithObject.has(resource);

export async function deleteOne(
  storage: ResourceStorage,
  context: RequestContext,
): Promise<ApiResponse> {
  const options = await deleteOptionsOf(context);
  const { names } = storage;
  const { name } = context.info;
  const outcome = await remove(storage, context, name, options);
  switch (outcome.kind) {
    case "marked":
      return answerEntry(storage, context, outcome.entry, statusOf(options));
    case "wouldMark":
      return answerObject(storage, context, outcome.object, statusOf(options));
    case "gone": {
      if (returnsDeleted(storage.info)) {
        return answerObject(storage, context, outcome.object);
      }
      const { uid } = outcome.object.metadata;
      const group = names.group && { group: names.group };
      return answerValue(context, success({ name, ...group, kind: names.resource, uid }));
    }
    default:
      return outcome satisfies never;
  }
}

/** An object that stays for now is only "accepted" for clients that asked for its dependents. */
function statusOf({ orphanDependents }: DeleteOptions): number {
  return orphanDependents === false ? 202 : 200;
}

export async function deleteCollection(
  storage: ResourceStorage,
  context: RequestContext,
): Promise<ApiResponse> {
  const options = await deleteOptionsOf(context);
  const { entries, metadata } = await readPage(storage, context);
  const removed: Entry[] = [];
  for (const entry of entries) {
    const object = storage.form.decode(entry);
    const one = {
      ...context,
      info: {
        ...context.info,
        name: object.metadata.name,
        namespace: object.metadata.namespace ?? "",
      },
      // The contexts' closures are the request's own.
      warn: (message: string) => context.warn(message),
    };
    try {
      await remove(storage, one, object.metadata.name, options);
      removed.push(entry);
    } catch (error) {
      if (!(error instanceof StatusError && error.code === 404)) throw error;
    }
  }
  return answerPage(storage, context, { entries: removed, metadata });
}

type Outcome =
  | { readonly kind: "gone"; readonly object: Readonly<StoredObject> }
  | { readonly kind: "marked"; readonly entry: Entry }
  | { readonly kind: "wouldMark"; readonly object: StoredObject };

/** Deletes, or marks what somebody still has to finish, again on conflicts. */
async function remove(
  storage: ResourceStorage,
  context: RequestContext,
  name: string,
  options: DeleteOptions,
): Promise<Outcome> {
  const dryRun = (options.dryRun ?? []).length > 0 || context.request.query.has("dryRun");
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const entry = await storage.require(context.info.namespace, name);
    const old = storage.form.decode(entry);
    checkPreconditions(storage, old, options);
    const call = { operation: "DELETE", object: undefined, oldObject: old, dryRun } as const;
    const request = admissionRequest(storage, context, { ...call, name, options });
    await mutate(storage, request);
    await admit(storage, request);

    const plan = planOf(storage, old, options);
    if (plan.kind === "nothing") return { kind: "marked", entry };
    if (dryRun) {
      return plan.kind === "mark"
        ? { kind: "wouldMark", object: plan.object }
        : { kind: "gone", object: old };
    }
    const { key, modified: expected } = entry;
    const result =
      plan.kind === "mark"
        ? await storage.put(plan.object, { key, expected })
        : await storage.commit({ key, value: undefined, expected });
    if (!result.ok) continue;
    if (result.entry) return { kind: "marked", entry: result.entry };
    await storage.definition.afterDelete?.(old);
    return { kind: "gone", object: old };
  }
  throw conflict(storage.names, name);
}

function checkPreconditions(
  { kind }: ResourceStorage,
  { metadata }: Readonly<StoredObject>,
  { preconditions = {} }: DeleteOptions,
): void {
  const { uid, resourceVersion } = preconditions;
  // Upstream names the kind here, where other conflicts have the resource.
  const names = { group: kind.group, resource: kind.kind };
  if (uid !== undefined && uid !== metadata.uid) {
    throw conflict(
      names,
      metadata.name,
      `the UID in the precondition (${uid}) does not match the UID in record ` +
        `(${metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw conflict(
      names,
      metadata.name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ` +
        `ResourceVersion in record (${metadata.resourceVersion}). ` +
        "The object might have been modified",
    );
  }
}

type Plan =
  | { readonly kind: "delete" }
  | { readonly kind: "mark"; readonly object: StoredObject }
  /** It is marked already, and this request changes nothing. */
  | { readonly kind: "nothing" };

function planOf(
  storage: ResourceStorage,
  old: Readonly<StoredObject>,
  options: DeleteOptions,
): Plan {
  const { definition } = storage;
  const grace = graceOf(storage, old, options);
  if (grace.kind === "pending") return { kind: "nothing" };
  const finalizers = finalizersFor(old, options);
  const isHeld = finalizers.length > 0 || (definition.holdsDeletion?.(old) ?? false);
  if (grace.seconds === 0 && !isHeld) return { kind: "delete" };

  const object = draftOf(old);
  const { metadata } = object;
  if (finalizers.length) metadata.finalizers = finalizers;
  else delete metadata.finalizers;
  if (!old.metadata.deletionTimestamp && metadata.generation) metadata.generation++;
  metadata.deletionTimestamp = grace.deadline;
  metadata.deletionGracePeriodSeconds = grace.seconds;
  definition.markDeleted?.(object);
  return isSameMark(old, object) ? { kind: "nothing" } : { kind: "mark", object };
}

function isSameMark(
  { metadata: old }: Readonly<StoredObject>,
  { metadata }: StoredObject,
): boolean {
  return (
    old.deletionTimestamp === metadata.deletionTimestamp &&
    old.deletionGracePeriodSeconds === metadata.deletionGracePeriodSeconds &&
    (old.finalizers ?? []).join() === (metadata.finalizers ?? []).join()
  );
}

type Grace =
  | { readonly kind: "granted"; readonly seconds: number; readonly deadline: string }
  | { readonly kind: "pending" };

/** How long the object stays for somebody to finish it; a later delete may only shorten that. */
function graceOf(
  storage: ResourceStorage,
  { metadata, ...old }: Readonly<StoredObject>,
  { gracePeriodSeconds: requested }: DeleteOptions,
): Grace {
  const { definition } = storage;
  const marked = metadata.deletionTimestamp;
  if (marked === undefined) {
    const seconds = definition.graceful?.({ metadata, ...old }, requested) ?? 0;
    return { kind: "granted", seconds, deadline: storage.timestamp(seconds * 1000) };
  }
  const granted = metadata.deletionGracePeriodSeconds ?? 0;
  if (granted === 0) return { kind: "granted", seconds: 0, deadline: marked };
  if (requested === undefined || requested >= granted) return { kind: "pending" };
  const seconds = Math.max(0, requested);
  const deadlineMs = Date.parse(marked) + (seconds - granted) * 1000;
  const deadline = `${new Date(deadlineMs).toISOString().slice(0, 19)}Z`;
  return { kind: "granted", seconds, deadline };
}

/** Those that the propagation policy asks for come, the other one goes. */
function finalizersFor(
  { metadata }: Readonly<StoredObject>,
  { propagationPolicy, orphanDependents }: DeleteOptions,
): string[] {
  const existing = metadata.finalizers ?? [];
  const policy = propagationPolicy || orphanPolicy(orphanDependents);
  if (policy === undefined) return [...existing];
  const others = existing.filter(
    (finalizer) => finalizer !== orphanFinalizer && finalizer !== foregroundFinalizer,
  );
  if (policy === "Orphan") return [...others, orphanFinalizer];
  return policy === "Foreground" ? [...others, foregroundFinalizer] : others;
}

function orphanPolicy(orphanDependents: boolean | undefined): string | undefined {
  if (orphanDependents === undefined) return undefined;
  return orphanDependents ? "Orphan" : "Background";
}
