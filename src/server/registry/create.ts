import { nameSuffix } from "#base/random.ts";
import type { ApiResponse } from "#client/transport.ts";
import {
  alreadyExists,
  badRequest,
  generateNameConflict,
  methodNotAllowed,
  refused,
} from "#machinery/status.ts";
import type { Entry } from "#storage/store.ts";
import { revision } from "#storage/store.ts";
import type { RequestContext } from "../pipeline/request.ts";
import { admissionRequest, admit, draftOf, mutate, validateNew, warnOf } from "./admit.ts";
import { answerEntry, answerObject } from "./answers.ts";
import { readObject } from "./body.ts";
import { trackCreate } from "./managed-fields.ts";
import { writeOptionsOf } from "./options.ts";
import type { WriteOptions } from "./options.ts";
import type { ResourceStorage } from "./storage.ts";
import type { StoredObject } from "./stored-object.ts";

const generatedNameMax = 63;
const suffixLength = 5;
/** A taken name is as likely as one in twelve million, unless there are very many. */
const generateAttempts = 8;

export async function create(
  storage: ResourceStorage,
  context: RequestContext,
): Promise<ApiResponse> {
  const { definition, info } = storage;
  if (info.namespaced && !context.info.namespace) throw methodNotAllowed();
  const options = writeOptionsOf(context, "CreateOptions");
  const object = await readObject(context, definition);
  placeInNamespace(storage, context, object);
  const written = await createObject(storage, context, object, { ...options, track: "update" });
  return answerWritten(storage, context, written, 201);
}

/** What a write left: stored, or only computed by a dry run. */
export type Written =
  | { readonly kind: "stored"; readonly entry: Entry }
  | { readonly kind: "object"; readonly object: StoredObject };

export function answerWritten(
  storage: ResourceStorage,
  context: RequestContext,
  written: Written,
  status: number,
): ApiResponse {
  return written.kind === "stored"
    ? answerEntry(storage, context, written.entry, status)
    : answerObject(storage, context, written.object, status);
}

/** The object's namespace is the request's, said or not. */
export function placeInNamespace(
  { info }: ResourceStorage,
  context: RequestContext,
  object: StoredObject,
): void {
  const { namespace } = context.info;
  const { metadata } = object;
  if (!info.namespaced) return;
  if (metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest(
      "the namespace of the provided object does not match the namespace sent on the request",
    );
  }
  metadata.namespace = namespace;
}

export interface CreateOptions extends WriteOptions {
  /** How the fields' manager is recorded: an apply has done it already. */
  readonly track: "update" | "applied";
}

/** The steps from "mutate" to "store" for a decoded and defaulted object. */
export async function createObject(
  storage: ResourceStorage,
  context: RequestContext,
  object: StoredObject,
  options: CreateOptions,
): Promise<Written> {
  if (object.metadata.resourceVersion) {
    throw refused("resourceVersion should not be set on objects to be created");
  }
  const { dryRun } = options;
  // What admission adds is nobody's.
  if (options.track === "update") trackCreate(storage, object, options.fieldManager);
  const call = { operation: "CREATE", object, oldObject: undefined, dryRun } as const;
  const request = admissionRequest(storage, context, call);
  await mutate(storage, request);
  prepareMetadata(storage, object);
  const { metadata } = object;
  if (metadata.name || !metadata.generateName) {
    const written = await createNamed(storage, context, object, options);
    if (!written) throw alreadyExists(storage.names, metadata.name);
    return written;
  }
  const { generateName } = metadata;
  for (let attempt = 1; attempt <= generateAttempts; attempt++) {
    // What a resource prepares may follow from the name, so that each one starts afresh.
    const draft = draftOf(object);
    draft.metadata.name = generatedName(storage, generateName);
    const written = await createNamed(storage, context, draft, options);
    if (written) return written;
    metadata.name = draft.metadata.name;
  }
  throw generateNameConflict(storage.names, metadata.name);
}

/** Undefined when the name is taken; what was prepared for the object is then given back. */
async function createNamed(
  storage: ResourceStorage,
  context: RequestContext,
  object: StoredObject,
  options: CreateOptions,
): Promise<Written | undefined> {
  const { definition } = storage;
  try {
    await definition.prepareForCreate?.(object, context);
    const written = await validateAndStore(storage, context, object, options);
    if (!written || options.dryRun) await definition.rollback?.(object);
    return written;
  } catch (error) {
    await definition.rollback?.(object);
    throw error;
  }
}

async function validateAndStore(
  storage: ResourceStorage,
  context: RequestContext,
  object: StoredObject,
  { dryRun }: CreateOptions,
): Promise<Written | undefined> {
  await validateNew(storage, object);
  warnOf(storage, context, object, undefined);
  const call = { operation: "CREATE", object, oldObject: undefined, dryRun } as const;
  const { name } = object.metadata;
  await admit(storage, admissionRequest(storage, context, { ...call, name }));
  return store(storage, object, dryRun);
}

/** Undefined when the name is taken. */
async function store(
  storage: ResourceStorage,
  object: StoredObject,
  dryRun: boolean,
): Promise<Written | undefined> {
  const { form } = storage;
  const { namespace = "", name } = object.metadata;
  if (dryRun) {
    if (await storage.find(namespace, name)) return undefined;
    return { kind: "object", object: await form.asStored(object) };
  }
  const key = storage.key(namespace, name);
  const result = await storage.put(object, { key, expected: revision(0) });
  return result.ok && result.entry ? { kind: "stored", entry: result.entry } : undefined;
}

function prepareMetadata(storage: ResourceStorage, { metadata }: StoredObject): void {
  const { info, definition, environment } = storage;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  metadata.uid = environment.random.uuid();
  metadata.creationTimestamp = storage.timestamp();
  if (!info.namespaced && metadata.namespace === "") delete metadata.namespace;
  if (hasGeneration(definition)) metadata.generation = 1;
  else delete metadata.generation;
}

export function hasGeneration(definition: ResourceStorage["definition"]): boolean {
  return definition.hasGeneration ?? Object.hasOwn(definition.type.fields, "spec");
}

function generatedName({ environment }: ResourceStorage, prefix: string): string {
  const base = prefix.slice(0, generatedNameMax - suffixLength);
  return base + nameSuffix(environment.random, suffixLength);
}
