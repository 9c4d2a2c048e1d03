import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
} from "#api/apiextensions/v1.ts";
import { required } from "#base/invariant.ts";
import type { Versions } from "#machinery/apply/versions.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { cloneJson } from "#machinery/json.ts";
import { jsonPathText, parseJsonPath } from "#machinery/jsonpath/jsonpath.ts";
import { forbidden } from "#machinery/status.ts";
import { isQualifiedName } from "#machinery/validation/names.ts";
import { apiVersionOf } from "#schema/message.ts";
import type { KindInfo } from "#schema/message.ts";
import { compareVersions } from "../discovery/groups.ts";
import type { RequestContext } from "../pipeline/request.ts";
import type { ResourceDefinition, StoredAs, Verb } from "../registry/resource.ts";
import type { StoredObject } from "../registry/stored-object.ts";
import { customColumns } from "./columns.ts";
import { renamed } from "./conversion.ts";
import type { Convert } from "./conversion.ts";
import { coerceStored, customKind } from "./kind.ts";
import type { CustomKind } from "./kind.ts";
import type { RuleEngine } from "./rules/engine.ts";
import { customScale } from "./scale.ts";
import { applySchemaDefaults } from "./schema/defaults.ts";
import type { JsonSchema } from "./schema/json-schema.ts";
import { customValidation } from "./validation.ts";

/** Keeps everything: for versions without a schema, which only very old definitions have. */
const openSchema: JsonSchema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

/** What changes of a definition without its resources becoming other ones. */
export interface DefinitionState {
  /** It is being deleted: instances may go, but none may come. */
  readonly isTerminating: boolean;
}

/** What the server serves for a definition of custom resources: one resource for each version. */
export function customResources(
  crd: CustomResourceDefinition,
  convert: Convert | undefined,
  { state, engine }: { readonly state: DefinitionState; readonly engine: RuleEngine },
): ResourceDefinition[] {
  const versions = new Map(
    crd.spec.versions.map((version) => [version.name, kindOfVersion(crd, version)]),
  );
  const stored = crd.spec.versions.find(({ storage }) => storage);
  const storedKind = stored && versions.get(stored.name);
  if (!storedKind) return [];
  return crd.spec.versions.flatMap((version) => {
    const own = versions.get(version.name);
    if (!version.served || !own) return [];
    const storedAs = storageOf({ own, storedKind, versions, convert });
    const written = versionsOf(crd.spec.group, versions, convert);
    return [resourceOf({ crd, version, own, storedAs, versions: written, state, engine })];
  });
}

/** Managers of fields may have written in a version that is no longer served. */
function versionsOf(
  group: string,
  versions: ReadonlyMap<string, VersionKind>,
  convert: Convert | undefined,
): Versions {
  return {
    typeOf(apiVersion) {
      const [prefix, name = ""] = apiVersion.split("/");
      return prefix === group ? versions.get(name)?.kind : undefined;
    },
    async convert(object, apiVersion) {
      const copy = cloneJson(object);
      if (!convert) return renamed(copy, apiVersion);
      const [converted] = await convert([copy], apiVersion);
      return required(converted, "a conversion brings as many objects as it takes");
    },
  };
}

interface VersionKind {
  readonly kind: CustomKind;
  readonly schema: JsonSchema;
}

function kindOfVersion(
  { spec, status }: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
): VersionKind {
  const names = status.acceptedNames ?? spec.names;
  const schema = (version.schema?.openAPIV3Schema as JsonSchema | undefined) ?? openSchema;
  const info: KindInfo = {
    group: spec.group,
    version: version.name,
    kind: names.kind,
    ...(names.listKind && { listKind: names.listKind }),
    resource: names.plural,
    ...(names.singular && { singular: names.singular }),
    namespaced: spec.scope === "Namespaced",
    ...(names.shortNames?.length && { shortNames: names.shortNames }),
    ...(names.categories?.length && { categories: names.categories }),
  };
  const selectableFields = (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath);
  return { kind: customKind({ info, schema, selectableFields }), schema };
}

/** Objects lie in the storage version, or in what that was when they were written. */
function storageOf(options: {
  own: VersionKind;
  storedKind: VersionKind;
  versions: ReadonlyMap<string, VersionKind>;
  convert: Convert | undefined;
}): StoredAs<StoredObject> {
  const { own, storedKind, versions, convert } = options;
  const target = apiVersionOf(own.kind.info);
  const storedVersion = apiVersionOf(storedKind.kind.info);
  const read = (stored: unknown): StoredObject => {
    const object = cloneJson(stored as StoredObject);
    const name = object.apiVersion.slice(object.apiVersion.indexOf("/") + 1);
    const { schema } = versions.get(name) ?? storedKind;
    coerceStored(object, schema);
    applySchemaDefaults(object, schema);
    if (!object.metadata.generation) object.metadata.generation = 1;
    return object;
  };
  const arrive = (object: StoredObject): StoredObject => {
    coerceStored(object, own.schema);
    return object;
  };
  const leave = (object: StoredObject): StoredObject => {
    coerceStored(object, storedKind.schema);
    return object;
  };
  const storedAs = {
    type: storedKind.kind,
    fromStored(stored: unknown) {
      const object = read(stored);
      if (object.apiVersion === target) return object;
      return arrive(renamed(object, target) as StoredObject);
    },
  };
  if (!convert) {
    return {
      ...storedAs,
      toStored(object) {
        if (target === storedVersion) return object;
        return leave(renamed(cloneJson(object), storedVersion) as StoredObject);
      },
    };
  }
  return {
    ...storedAs,
    async toStored(object) {
      if (target === storedVersion) return object;
      const [converted] = await convert([cloneJson(object)], storedVersion);
      return leave(converted as StoredObject);
    },
    async convert(stored) {
      const objects = await convert(stored.map(read), target);
      return objects.map((object) => arrive(object as StoredObject));
    },
  };
}

const verbsWhileTerminating: readonly Verb[] = [
  "delete",
  "deletecollection",
  "get",
  "list",
  "watch",
];
const allVerbs: readonly Verb[] = [
  "delete",
  "deletecollection",
  "get",
  "list",
  "patch",
  "create",
  "update",
  "watch",
];

function resourceOf(options: {
  crd: CustomResourceDefinition;
  version: CustomResourceDefinitionVersion;
  own: VersionKind;
  storedAs: StoredAs<StoredObject>;
  versions: Versions;
  state: DefinitionState;
  engine: RuleEngine;
}): ResourceDefinition {
  const { crd, version, storedAs, versions, state, engine } = options;
  const { kind, schema } = options.own;
  const { status, scale } = version.subresources ?? {};
  const validation = customValidation({ schema, scale, engine });
  const warning = deprecationWarning(crd, version);
  const definition: ResourceDefinition<StoredObject> = {
    type: kind,
    storedAs,
    versions,
    columns: customColumns(version.additionalPrinterColumns ?? []),
    selectableFields: selectableFieldsOf(version),
    hasGeneration: true,
    isNewGeneration: isOtherThanMetadata,
    allowUnconditionalUpdate: false,
    get listedVerbs() {
      return state.isTerminating ? verbsWhileTerminating : allVerbs;
    },
    ...(warning !== undefined && { onRequest: (context: RequestContext) => context.warn(warning) }),
    prepareForCreate(object, context) {
      if (state.isTerminating) {
        const why = "create not allowed while custom resource definition is terminating";
        const { group, resource = "" } = kind.info;
        throw forbidden({ group, resource }, context.info.name || object.metadata.name, why);
      }
      if (status) delete object["status"];
    },
    validateCreate: validation.create,
    validateUpdate: validation.update,
    warnings: (object, old) => [...validation.tolerated(object), ...finalizerWarnings(object, old)],
    ...(status && {
      status: { prepareForUpdate: keepMetadata, validateUpdate: validation.updateStatus },
    }),
    ...(scale && { scale: customScale(scale) }),
  };
  return definition as unknown as ResourceDefinition;
}

function isOtherThanMetadata(object: StoredObject, old: Readonly<StoredObject>): boolean {
  const { metadata: _metadata, ...rest } = object;
  const { metadata: _oldMetadata, ...oldRest } = old;
  return !deepEqual(rest, oldRest);
}

/** Of metadata, a write of the status changes only who wrote it. */
function keepMetadata(object: StoredObject, old: Readonly<StoredObject>): void {
  const { managedFields } = object.metadata;
  object.metadata = { ...cloneJson(old.metadata), ...(managedFields && { managedFields }) };
}

function selectableFieldsOf({ selectableFields = [] }: CustomResourceDefinitionVersion) {
  return Object.fromEntries(
    selectableFields.map(({ jsonPath }) => {
      const path = parseJsonPath(jsonPath);
      const read = (object: StoredObject) => {
        const [value] = path.find(object);
        return value === undefined || value === null ? "" : jsonPathText(value);
      };
      return [jsonPath.replace(/^\./, ""), read];
    }),
  );
}

/** Undefined for versions that are not deprecated. */
function deprecationWarning(
  { spec }: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
): string | undefined {
  if (!version.deprecated) return undefined;
  if (version.deprecationWarning) return version.deprecationWarning;
  const { kind } = spec.names;
  const message = `${spec.group}/${version.name} ${kind} is deprecated`;
  const [newest] = spec.versions
    .filter((one) => one.served && !one.deprecated && compareVersions(one.name, version.name) > 0)
    .map(({ name }) => name)
    .sort((a, b) => compareVersions(b, a));
  return newest ? `${message}; use ${spec.group}/${newest} ${kind}` : message;
}

const knownFinalizers = new Set(["orphan", "foregroundDeletion", "kubernetes"]);

function finalizerWarnings(
  object: StoredObject,
  old: Readonly<StoredObject> | undefined,
): string[] {
  const before = new Set(old?.metadata.finalizers ?? []);
  const added = (object.metadata.finalizers ?? []).filter((name) => !before.has(name));
  return added.toSorted().flatMap((name) => {
    const prefix = `metadata.finalizers: ${JSON.stringify(name)}: `;
    const problems = isQualifiedName(name).map((problem) => prefix + problem);
    if (name.includes("/") || knownFinalizers.has(name)) return problems;
    const path = name.includes(".") ? " including a path (/)" : "";
    const advice =
      `prefer a domain-qualified finalizer name${path} ` +
      "to avoid accidental conflicts with other finalizer writers";
    return [...problems, prefix + advice];
  });
}
