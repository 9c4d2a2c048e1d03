import { invariant } from "#base/invariant.ts";
import { cloneJson } from "#machinery/json.ts";
import { internalError, invalid } from "#machinery/status.ts";
import { DecodeError, decode } from "#schema/decode.ts";
import { validateObjectMeta, validateObjectMetaUpdate } from "#machinery/validation/metadata.ts";
import {
  dns1035LabelRule,
  dnsLabelRule,
  dnsSubdomainRule,
  pathSegmentRule,
} from "#machinery/validation/names.ts";
import type { NameRule } from "#machinery/validation/names.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { inFieldOrder } from "#machinery/validation/order.ts";
import { withZeros } from "#machinery/validation/zeros.ts";
import { validateSchema } from "#machinery/validation/schema.ts";
import type { KindType } from "#schema/message.ts";
import { MutationPasses } from "../admission/admission.ts";
import type { AdmissionRequest } from "../admission/admission.ts";
import type { RequestContext } from "../pipeline/request.ts";
import { complete } from "./body.ts";
import type { ResourceStorage } from "./storage.ts";
import type { StoredObject } from "./stored-object.ts";

export interface AdmissionCall {
  readonly operation: AdmissionRequest["operation"];
  readonly object: StoredObject | undefined;
  readonly oldObject: Readonly<StoredObject> | undefined;
  readonly dryRun: boolean;
  /** Missing: the request's own. */
  readonly name?: string;
  /** Missing: the resource's own. */
  readonly type?: KindType;
  /** What the request's body says beyond its query. */
  readonly options?: object;
}

export function admissionRequest(
  { definition, info, environment }: Pick<ResourceStorage, "definition" | "info" | "environment">,
  context: RequestContext,
  call: AdmissionCall,
): AdmissionRequest {
  const type = call.type ?? definition.type;
  const { object } = call;
  return {
    operation: call.operation,
    type,
    resourceGroup: info.group,
    resourceVersion: info.version,
    resource: info.resource ?? "",
    subresource: context.info.subresource,
    namespace: info.namespaced ? context.info.namespace : "",
    name: call.name ?? (context.info.name || (call.object?.metadata.name ?? "")),
    user: context.user,
    dryRun: call.dryRun,
    object,
    oldObject: call.oldObject,
    options: optionsOf(context, call),
    passes: new MutationPasses(),
    signal: context.signal,
    replace(next) {
      invariant(object, "there is an object to replace");
      decodeChanged(type, next);
      const completed = complete(type === definition.type ? definition : { type }, next);
      for (const key of Object.keys(object)) delete object[key];
      Object.assign(object, completed);
    },
    warn: (message) => context.warn(message),
    annotate: (key, value, level) => context.annotate?.(key, value, level),
    equivalents: () => (call.type ? [] : environment.equivalents(definition.type)),
  };
}

/** What admission makes of an object is the server's own work: its mistakes are no client's. */
function decodeChanged(type: KindType, value: Record<string, unknown>): void {
  try {
    decode(type, value);
  } catch (error) {
    throw error instanceof DecodeError ? internalError(error.message) : error;
  }
}

const optionsKinds: Readonly<Record<string, string>> = {
  CREATE: "CreateOptions",
  UPDATE: "UpdateOptions",
  DELETE: "DeleteOptions",
};

function optionsOf({ request: { query } }: RequestContext, call: AdmissionCall) {
  const kind = optionsKinds[call.operation];
  if (kind === undefined) return {};
  const [manager, validation] = [query.get("fieldManager"), query.get("fieldValidation")];
  const isDelete = call.operation === "DELETE";
  return {
    kind,
    apiVersion: "meta.k8s.io/v1",
    ...(call.dryRun && { dryRun: ["All"] }),
    ...(manager && !isDelete && { fieldManager: manager }),
    ...(validation && !isDelete && { fieldValidation: validation }),
    ...call.options,
  };
}

/**
 * The step "mutate (admission)". Plugins may rely on what the schema requires, though this step
 * comes before validation: what they trip over in an object that lacks it, validation tells.
 */
export async function mutate(storage: ResourceStorage, request: AdmissionRequest): Promise<void> {
  await mutateOnce(storage, request);
  if (request.passes.beginSecond()) await mutateOnce(storage, request);
}

async function mutateOnce(storage: ResourceStorage, request: AdmissionRequest): Promise<void> {
  for (const plugin of storage.environment.admission()) {
    try {
      const mutating = plugin.mutate?.(request);
      if (mutating) await mutating;
    } catch (error) {
      if (!(error instanceof TypeError) || isComplete(request)) throw error;
    }
  }
}

function isComplete({ type, object }: AdmissionRequest): boolean {
  return object === undefined || validateSchema(type, object).length === 0;
}

/** The step "admit (validating)". */
export async function admit(storage: ResourceStorage, request: AdmissionRequest): Promise<void> {
  for (const plugin of storage.environment.admission()) {
    const validating = plugin.validate?.(request);
    if (validating) await validating;
  }
}

const nameRules: Readonly<Record<string, NameRule>> = {
  dnsSubdomain: dnsSubdomainRule,
  dnsLabel: dnsLabelRule,
  dnsLabel1035: dns1035LabelRule,
  pathSegment: pathSegmentRule,
};

/** The step "validate" of a new object: its metadata, the schema, then the resource's own rules. */
export async function validateNew(
  { definition, info, kind }: ResourceStorage,
  object: StoredObject,
): Promise<void> {
  const { nameRule: named = "dnsSubdomain" } = definition;
  const nameRule = typeof named === "function" ? named : (nameRules[named] ?? dnsSubdomainRule);
  const errors: FieldError[] = [
    ...validateObjectMeta(object.metadata, {
      namespaced: info.namespaced ?? false,
      nameRule,
      anyFinalizers: isExtension(definition.type),
    }),
    ...(await allRules(definition.type, object, async (seen) => [
      ...(definition.validate?.(seen) ?? []),
      ...(definition.validateCreate?.(seen) ?? []),
      ...((await definition.checkCreate?.(seen)) ?? []),
    ])),
  ];
  // Of a new object, the name may be what is missing.
  const { name } = object.metadata as { name?: string };
  if (errors.length) throw invalid(kind, name ?? "", unique(errors));
}

/** The step "validate" of a changed object, by the rules of the subresource that is written. */
export async function validateChanged(
  { definition, kind }: ResourceStorage,
  { info: { subresource }, user }: RequestContext,
  object: StoredObject,
  old: Readonly<StoredObject>,
): Promise<void> {
  const errors: FieldError[] = validateObjectMetaUpdate(object.metadata, old.metadata, {
    anyFinalizers: isExtension(definition.type),
  });
  const view = definition.views?.[subresource];
  if (subresource === "status") {
    errors.push(
      ...(definition.status?.validateUpdate?.(object, old) ?? []),
      ...((await definition.status?.checkUpdate?.(object, old, user)) ?? []),
    );
  } else if (view?.validateUpdate) {
    errors.push(...view.validateUpdate(object, old));
  } else {
    errors.push(
      ...(await allRules(definition.type, object, async (seen) => [
        ...(definition.validate?.(seen) ?? []),
        ...(definition.validateUpdate?.(seen, old) ?? []),
        ...((await definition.checkUpdate?.(seen, old)) ?? []),
      ])),
    );
  }
  if (errors.length) throw invalid(kind, object.metadata.name, unique(errors));
}

const extensionGroups = new Set(["apiextensions.k8s.io", "apiregistration.k8s.io"]);

/** Custom resources, and the kinds that bring other kinds. */
function isExtension({ dynamic, info }: KindType): boolean {
  return dynamic !== undefined || extensionGroups.has(info.group);
}

/** What the schema finds, and the resource's own rules, in upstream's order as far as possible. */
async function allRules(
  type: KindType,
  object: StoredObject,
  own: (seen: StoredObject) => Promise<readonly FieldError[]>,
): Promise<readonly FieldError[]> {
  const schema = validateSchema(type, object);
  if (schema.length === 0) return own(object);
  const found = await own(withZeros(type, object)).catch((error: unknown) => {
    // Rules may rely on what the schema requires: what they trip over, it tells.
    if (error instanceof TypeError) return [];
    throw error;
  });
  // What the rules say of a missing field, or of what is missing in it, says more. Where both say
  // the same, it stands where the rules have it, and with the words in their order.
  const bare = schema.filter((error) =>
    error.type === required
      ? !found.some(({ path }) => isWithin(path, error.path))
      : !found.some(({ path, type }) => path === error.path && type === error.type),
  );
  return inFieldOrder(type, bare, found);
}

function isWithin(path: string, parent: string): boolean {
  return path.startsWith(parent) && /^($|[.[])/.test(path.slice(parent.length));
}

/**
 * The schema and a resource's own rules may find the same: each thing is told once, and of two
 * that miss a field, the one that says why it is needed.
 */
function unique(errors: readonly FieldError[]): FieldError[] {
  const explained = new Set(
    errors.filter(({ type, detail }) => type === required && detail).map(({ path }) => path),
  );
  const seen = new Set<string>();
  return errors.filter((error) => {
    if (error.type === required && !error.detail && explained.has(error.path)) return false;
    const key = JSON.stringify(error);
    return !seen.has(key) && seen.add(key);
  });
}

const required = "FieldValueRequired";

export function warnOf(
  { definition }: ResourceStorage,
  context: RequestContext,
  object: StoredObject,
  old: Readonly<StoredObject> | undefined,
): void {
  for (const warning of definition.warnings?.(object, old) ?? []) context.warn(warning);
}

/** A copy of a shared object that a write may change. */
export function draftOf(object: Readonly<StoredObject>): StoredObject {
  return cloneJson(object);
}
