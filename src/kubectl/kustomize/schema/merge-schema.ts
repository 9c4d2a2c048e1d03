import { builtInKinds } from "#api/registry.ts";
import { fieldMapOf } from "#machinery/field-map.ts";
import type { FieldSpec, Kind } from "#schema/field.ts";
import type { MessageType } from "#schema/message.ts";
import { isKnownKind } from "./kinds.ts";

/** What merging needs to know of a value: its fields', its items', and how its list is merged. */
export interface MergeSchema {
  field(name: string): MergeSchema | undefined;
  elements(): MergeSchema | undefined;
  /**
   * The keys by which two lists' items are matched; none for a set of scalars. Undefined for what
   * is replaced as a whole.
   */
  readonly mergeKeys: readonly string[] | undefined;
}

/** Finds the schema of a kind. */
export interface MergeSchemas {
  ofKind(apiVersion: string, kind: string): MergeSchema | undefined;
}

/** The kinds that come with Kubernetes. */
export const builtInSchemas: MergeSchemas = {
  ofKind(apiVersion, kind) {
    if (!isKnownKind(apiVersion, kind)) return undefined;
    const type = typeOf(apiVersion, kind);
    return type && new MessageSchema(type, undefined);
  },
};

/** Versions that are no longer served have the lists of the one that is. */
function typeOf(apiVersion: string, kind: string): MessageType | undefined {
  const type = builtInKinds.byKind(apiVersion, kind);
  if (type) return type;
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  const later = builtInKinds.kinds.find(
    ({ info }) => info.kind === kind && (info.group === group || group === "extensions"),
  );
  // Of the others, only the metadata has lists that merge.
  const noLists = kind === "HorizontalPodAutoscaler" || kind === "PodSecurityPolicy";
  return noLists ? builtInKinds.byKind("v1", "ConfigMap") : later;
}

class MessageSchema implements MergeSchema {
  readonly mergeKeys: readonly string[] | undefined;
  readonly #type: MessageType;

  constructor(type: MessageType, keys: readonly string[] | undefined) {
    this.#type = type;
    this.mergeKeys = keys;
  }

  field(name: string): MergeSchema | undefined {
    if (laterLists.has(`${this.#type.schemaName}.${name}`)) return undefined;
    const spec = fieldMapOf(this.#type).get(name);
    return spec && schemaOf(spec.of, keysOf(spec));
  }

  elements(): undefined {
    return undefined;
  }
}

/** Lists that the schema does not know yet, or merges otherwise. */
const laterLists: ReadonlySet<string> = new Set([
  "io.k8s.api.core.v1.EphemeralContainer.ports",
  "io.k8s.api.admissionregistration.v1.MutatingWebhook.matchConditions",
  "io.k8s.api.admissionregistration.v1.ValidatingWebhook.matchConditions",
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps.x-kubernetes-validations",
  "io.k8s.api.core.v1.PodSpec.schedulingGates",
  "io.k8s.api.core.v1.PodSpec.resourceClaims",
  "io.k8s.api.core.v1.ContainerStatus.volumeMounts",
  "io.k8s.api.core.v1.ContainerStatus.allocatedResourcesStatus",
  "io.k8s.api.core.v1.PodStatus.resourceClaimStatuses",
  "io.k8s.api.core.v1.PodStatus.hostIPs",
]);

function keysOf(spec: FieldSpec): readonly string[] | undefined {
  if (!spec.patchStrategy?.includes("merge")) return undefined;
  if (spec.mapKeys && spec.mapKeys.length > 0) return spec.mapKeys;
  return spec.mergeKey === undefined ? [] : [spec.mergeKey];
}

function schemaOf(kind: Kind, keys: readonly string[] | undefined): MergeSchema | undefined {
  switch (kind.kind) {
    case "message":
      return new MessageSchema(kind.type(), keys);
    case "list":
      return {
        mergeKeys: keys,
        field: () => undefined,
        elements: () => schemaOf(kind.item, undefined),
      };
    case "map":
      return {
        mergeKeys: keys,
        field: () => schemaOf(kind.value, undefined),
        elements: () => undefined,
      };
    default:
      return { mergeKeys: keys, field: () => undefined, elements: () => undefined };
  }
}
