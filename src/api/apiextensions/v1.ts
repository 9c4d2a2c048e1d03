import {
  bool,
  bytes,
  double,
  either,
  int32,
  int64,
  json,
  list,
  map,
  object,
  oneOf,
  string,
  time,
} from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import type { MessageType } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/** Adds a kind of object to the API. Its name is PLURAL.GROUP. */
export abstract class CustomResourceDefinition extends kind(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition",
  {
    group: "apiextensions.k8s.io",
    version: "v1",
    kind: "CustomResourceDefinition",
    resource: "customresourcedefinitions",
    singular: "customresourcedefinition",
    namespaced: false,
    shortNames: ["crd", "crds"],
    categories: ["api-extensions"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** The kind and its versions. */
    spec: object(2, () => CustomResourceDefinitionSpec),
    /** Whether the kind is served. */
    status: object(3, () => CustomResourceDefinitionStatus).default({}),
  },
) {}

/** A kind and its versions. */
export abstract class CustomResourceDefinitionSpec extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec",
  {
    /** The API group, such as example.com. Cannot be changed. */
    group: string(1),
    /** What the kind is called. */
    names: object(3, () => CustomResourceDefinitionNames),
    /** Cluster or Namespaced: whether objects live in namespaces. Cannot be changed. */
    scope: string(4),
    /**
     * The versions, exactly one of them stored. Served in the order of their names: v2, v1,
     * v1beta1.
     */
    versions: list(7, () => CustomResourceDefinitionVersion),
    /** How objects get from version to version. Default: only apiVersion is changed. */
    conversion: object(9, () => CustomResourceConversion).optional(),
    /** Outdated; must be false. Use x-kubernetes-preserve-unknown-fields in the schema. */
    preserveUnknownFields: bool(10).implicit().optional(),
  },
) {}

/** How objects get from version to version. */
export abstract class CustomResourceConversion extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceConversion",
  {
    /** None (default) changes apiVersion alone; Webhook asks one. */
    strategy: string(1),
    /** The webhook. Required for strategy Webhook. */
    webhook: object(2, () => WebhookConversion).optional(),
  },
) {}

/** A webhook that converts objects. */
export abstract class WebhookConversion extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookConversion",
  {
    /** How to reach it. Required. */
    clientConfig: object(2, () => WebhookClientConfig).optional(),
    /** Versions of ConversionReview that it understands, the preferred first. Required. */
    conversionReviewVersions: list(3, string),
  },
) {}

/** How to reach a webhook: a Service or a URL. TLS is always used. */
export abstract class WebhookClientConfig extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookClientConfig",
  {
    /** The Service in the cluster to call. Either this or url. */
    service: object(1, () => ServiceReference).optional(),
    /**
     * PEM certificates of the authorities that may sign the server's certificate, in base64.
     * Missing: those that the API server trusts.
     */
    caBundle: bytes(2).optional(),
    /** The address, beginning with https://. No user, query or fragment. Either this or service. */
    url: string(3).explicit().optional(),
  },
) {}

/** A Service to call. */
export abstract class ServiceReference extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ServiceReference",
  {
    /** The Service's namespace. Required. */
    namespace: string(1),
    /** The Service's name. Required. */
    name: string(2),
    /** The path to call. Default: /. */
    path: string(3).explicit().optional(),
    /** The Service's port. Default 443. */
    port: int32(4).default(443),
  },
) {}

/** What a kind is called. Each of these must be free in the group. */
export abstract class CustomResourceDefinitionNames extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionNames",
  {
    /** Name of the resource in paths, in lower case: certificates. Cannot be changed. */
    plural: string(1),
    /** Name for one object, in lower case. Default: the kind in lower case. */
    singular: string(2).optional(),
    /** Abbreviations for kubectl, in lower case. */
    shortNames: list(3, string).optional(),
    /** Name of the kind, in upper camel case: Certificate. */
    kind: string(4),
    /** Name of the list's kind. Default: the kind with List added. */
    listKind: string(5).optional(),
    /** Names for several resources at once that this is part of: all, for one. */
    categories: list(6, string).optional(),
  },
) {}

/** One version of a kind. */
export abstract class CustomResourceDefinitionVersion extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion",
  {
    /** The version's name, such as v1 or v1beta1. */
    name: string(1),
    /** Whether it can be used. */
    served: bool(2),
    /** Whether objects are stored in it. True for exactly one version. */
    storage: bool(3),
    /** What objects look like. Required. */
    schema: object(4, () => CustomResourceValidation).optional(),
    /** Which of status and scale objects have. */
    subresources: object(5, () => CustomResourceSubresources).optional(),
    /** Columns for kubectl get. Default: the age. */
    additionalPrinterColumns: list(6, () => CustomResourceColumnDefinition).optional(),
    /** If true, clients that use it are warned. Default false. */
    deprecated: bool(7).implicit().optional(),
    /**
     * The warning. Default: that the version is deprecated, and which is the newest. Only with
     * deprecated.
     */
    deprecationWarning: string(8).explicit().optional(),
    /** Fields that may be used in field selectors. At most 8. */
    selectableFields: list(9, () => SelectableField).optional(),
  },
) {}

/** A column for kubectl get. */
export abstract class CustomResourceColumnDefinition extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceColumnDefinition",
  {
    /** The column's heading. */
    name: string(1),
    /** integer, number, string, boolean or date. */
    type: string(2),
    /** How the type is to be read, as in OpenAPI: int32, int64, date-time and others. */
    format: string(3).optional(),
    /** What the column shows. */
    description: string(4).optional(),
    /** 0 (default) is always shown; higher only with -o wide. */
    priority: int32(5).implicit().optional(),
    /** Where the value is in the object: .spec.replicas. */
    jsonPath: string(6),
  },
) {}

/** Subresources of a kind's objects. */
export abstract class CustomResourceSubresources extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresources",
  {
    /**
     * If given, status is written at /status alone, and metadata.generation counts the other
     * changes.
     */
    status: object(1, () => CustomResourceSubresourceStatus).optional(),
    /** If given, objects have the subresource scale. */
    scale: object(2, () => CustomResourceSubresourceScale).optional(),
  },
) {}

/** How the subresource scale is found in an object. kubectl scale and autoscalers use it. */
export abstract class CustomResourceSubresourceScale extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceScale",
  {
    /** Path of the number that is wanted, below .spec: .spec.replicas. */
    specReplicasPath: string(1),
    /** Path of the number that there is, below .status: .status.replicas. */
    statusReplicasPath: string(2),
    /** Path of the pods' selector as text, below .status or .spec. Autoscalers need it. */
    labelSelectorPath: string(3).explicit().optional(),
  },
) {}

/** The subresource status. Nothing can be set. */
export abstract class CustomResourceSubresourceStatus extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceStatus",
  {},
) {}

/** What objects of a version look like. */
export abstract class CustomResourceValidation extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceValidation",
  {
    /** The schema. It must be structural: each field has a type. */
    openAPIV3Schema: object(1, () => JSONSchemaProps).optional(),
  },
) {}

/** A JSON schema, as far as the API supports it. */
export abstract class JSONSchemaProps extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps",
  {
    /** Not supported. */
    id: string(1).optional(),
    /** Not supported. */
    $schema: string(2).optional(),
    /** Not supported. */
    $ref: string(3).explicit().optional(),
    /** What the value means, for kubectl explain. */
    description: string(4).optional(),
    /**
     * string, integer, number, boolean, array or object. Required, except with
     * x-kubernetes-int-or-string or x-kubernetes-preserve-unknown-fields.
     */
    type: string(5).optional(),
    /**
     * What a string or number is: date-time, byte, int32, email, ipv4, uuid and others. Unknown
     * ones are ignored.
     */
    format: string(6).optional(),
    /** A short name for the value. */
    title: string(7).optional(),
    /** The value to fill in where it is missing. It must fit the schema. */
    default: json(8).optional(),
    /** The largest number allowed. */
    maximum: double(9).optional(),
    /** If true, maximum itself is not allowed. */
    exclusiveMaximum: bool(10).implicit().optional(),
    /** The smallest number allowed. */
    minimum: double(11).optional(),
    /** If true, minimum itself is not allowed. */
    exclusiveMinimum: bool(12).implicit().optional(),
    /** Most characters of a string. */
    maxLength: int64(13).optional(),
    /** Fewest characters of a string. */
    minLength: int64(14).optional(),
    /** A regular expression, in RE2's syntax, that must be found in a string. */
    pattern: string(15).optional(),
    /** Most items of a list. It also makes CEL rules cheaper. */
    maxItems: int64(16).optional(),
    /** Fewest items of a list. */
    minItems: int64(17).optional(),
    /** Must be false: use x-kubernetes-list-type set. */
    uniqueItems: bool(18).implicit().optional(),
    /** A number must be a multiple of this. */
    multipleOf: double(19).optional(),
    /** The values allowed. */
    enum: list(20, json).optional(),
    /** Most entries of an object. */
    maxProperties: int64(21).optional(),
    /** Fewest entries of an object. */
    minProperties: int64(22).optional(),
    /** Names of the fields that must be there. */
    required: list(23, string).optional(),
    /** The schema of a list's items. */
    items: either(24, (): MessageType => JSONSchemaProps, "list").optional(),
    /** Schemas that must all hold. They may only restrict values, not name new fields. */
    allOf: list(25, (): MessageType => JSONSchemaProps).optional(),
    /**
     * Schemas exactly one of which must hold. They may only restrict values, not name new fields.
     */
    oneOf: list(26, (): MessageType => JSONSchemaProps).optional(),
    /** Schemas one of which must hold. They may only restrict values, not name new fields. */
    anyOf: list(27, (): MessageType => JSONSchemaProps).optional(),
    /** A schema that must not hold. */
    not: object(28, (): MessageType => JSONSchemaProps).optional(),
    /** The schemas of an object's fields, by name. */
    properties: map(29, (): MessageType => JSONSchemaProps).optional(),
    /** The schema of an object's other entries; true for any. Not together with properties. */
    additionalProperties: either(30, (): MessageType => JSONSchemaProps, "bool").optional(),
    /** Not supported. */
    patternProperties: map(31, (): MessageType => JSONSchemaProps).optional(),
    /** Not supported. */
    dependencies: map(32, json).optional(),
    /** Not supported. */
    additionalItems: either(33, (): MessageType => JSONSchemaProps, "bool").optional(),
    /** Not supported. */
    definitions: map(34, (): MessageType => JSONSchemaProps).optional(),
    /** Where to read more. */
    externalDocs: object(35, () => ExternalDocumentation).optional(),
    /** A value as an example. */
    example: json(36).optional(),
    /**
     * If true, null is allowed. Otherwise a null is dropped where there is a default, and refused
     * where not.
     */
    nullable: bool(37).implicit().optional(),
    /** If true, fields that the schema does not name are kept. Otherwise they are dropped. */
    "x-kubernetes-preserve-unknown-fields": bool(38).optional(),
    /**
     * If true, the value is a whole object with apiVersion, kind and metadata, which are checked.
     */
    "x-kubernetes-embedded-resource": bool(39).implicit().optional(),
    /** If true, the value is a whole number or a string. The type must be missing. */
    "x-kubernetes-int-or-string": bool(40).implicit().optional(),
    /**
     * For list type map: the fields by which items are told apart. They must be required or have a
     * default.
     */
    "x-kubernetes-list-map-keys": list(41, string).optional(),
    /**
     * How lists are merged by server-side apply: atomic (default) as a whole, set by value, map by
     * the keys.
     */
    "x-kubernetes-list-type": string(42).explicit().optional(),
    /**
     * How objects are merged by server-side apply: granular (default) by field, atomic as a whole.
     */
    "x-kubernetes-map-type": string(43).explicit().optional(),
    /** Rules in CEL that must hold for the value. */
    "x-kubernetes-validations": list(44, () => ValidationRule)
      .mapBy("rule")
      .merge("rule")
      .optional(),
  },
) {}

/** Where to read more. */
export abstract class ExternalDocumentation extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ExternalDocumentation",
  {
    /** What is found there. */
    description: string(1).optional(),
    /** The address of the page. */
    url: string(2).optional(),
  },
) {}

/** Something that must hold for a value, as a CEL expression. */
export abstract class ValidationRule extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ValidationRule",
  {
    /**
     * The expression; true if all is well. self is the value, oldSelf the value before an update. A
     * rule with oldSelf is only applied to updates.
     */
    rule: string(1),
    /** What to say if it does not hold: a single line. Default: failed rule, and the rule. */
    message: string(2).optional(),
    /** CEL expression for the message. It wins over message, unless it fails or returns nothing. */
    messageExpression: string(3).optional(),
    /**
     * Which error is reported: FieldValueInvalid (default), FieldValueForbidden, FieldValueRequired
     * or FieldValueDuplicate.
     */
    reason: string(4).explicit().optional(),
    /** The field to blame, relative to the value: .foo.bar. Default: the value itself. */
    fieldPath: string(5).optional(),
    /**
     * If true, the rule with oldSelf is applied to new values too; oldSelf is then an optional
     * value.
     */
    optionalOldSelf: bool(6).optional(),
  },
) {}

/** A field that may be used in field selectors. */
export abstract class SelectableField extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.SelectableField",
  {
    /**
     * The field's path, such as .spec.color. A string, boolean or integer; not in lists and not in
     * metadata.
     */
    jsonPath: string(1),
  },
) {}

/** Whether a kind is served. */
export abstract class CustomResourceDefinitionStatus extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus",
  {
    /** How it is: Established, NamesAccepted, NonStructuralSchema, Terminating and others. */
    conditions: list(1, () => CustomResourceDefinitionCondition)
      .always()
      .mapBy("type")
      .optional(),
    /** The names that are in use. They differ from the spec where those are taken. */
    acceptedNames: object(2, () => CustomResourceDefinitionNames)
      .implicit()
      .optional(),
    /**
     * Versions in which objects were ever stored. A version can be removed from the spec once it is
     * not here: first rewrite all objects, then take it out by hand.
     */
    storedVersions: list(3, string).always().optional(),
    /** The generation that was last acted on. */
    observedGeneration: int64(4).implicit().optional(),
  },
) {}

/** A statement about a definition. */
export abstract class CustomResourceDefinitionCondition extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionCondition",
  {
    /**
     * Established, NamesAccepted, NonStructuralSchema, Terminating,
     * KubernetesAPIApprovalPolicyConformant or StorageMigrating.
     */
    type: string(1),
    /** True, False or Unknown. */
    status: oneOf(2, "True", "False", "Unknown"),
    /** When the status last changed, not when it was last looked at. */
    lastTransitionTime: time(3).optional(),
    /** One word in upper camel case that says why, for programs. */
    reason: string(4).optional(),
    /** The same for people, in a sentence. */
    message: string(5).optional(),
    /** The generation of the definition that it was computed from. */
    observedGeneration: int64(6).implicit().optional(),
  },
) {}

export abstract class CustomResourceDefinitionList extends kind(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionList",
  { group: "apiextensions.k8s.io", version: "v1", kind: "CustomResourceDefinitionList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => CustomResourceDefinition),
  },
) {}
