import {
  bool,
  bytes,
  double,
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
    spec: object(2, () => CustomResourceDefinitionSpec),
    status: object(3, () => CustomResourceDefinitionStatus).default({}),
  },
) {}

export abstract class CustomResourceDefinitionSpec extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec",
  {
    group: string(1),
    names: object(3, () => CustomResourceDefinitionNames),
    scope: string(4),
    versions: list(7, () => CustomResourceDefinitionVersion),
    conversion: object(9, () => CustomResourceConversion).optional(),
    preserveUnknownFields: bool(10).optional(),
  },
) {}

export abstract class CustomResourceConversion extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceConversion",
  {
    strategy: string(1),
    webhook: object(2, () => WebhookConversion).optional(),
  },
) {}

export abstract class WebhookConversion extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookConversion",
  {
    clientConfig: object(2, () => WebhookClientConfig).optional(),
    conversionReviewVersions: list(3, string),
  },
) {}

export abstract class WebhookClientConfig extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookClientConfig",
  {
    service: object(1, () => ServiceReference).optional(),
    caBundle: bytes(2).optional(),
    url: string(3).optional(),
  },
) {}

export abstract class ServiceReference extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ServiceReference",
  {
    namespace: string(1),
    name: string(2),
    path: string(3).optional(),
    port: int32(4).default(443),
  },
) {}

export abstract class CustomResourceDefinitionNames extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionNames",
  {
    plural: string(1),
    singular: string(2).optional(),
    shortNames: list(3, string).optional(),
    kind: string(4),
    listKind: string(5).optional(),
    categories: list(6, string).optional(),
  },
) {}

export abstract class CustomResourceDefinitionVersion extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion",
  {
    name: string(1),
    served: bool(2),
    storage: bool(3),
    schema: object(4, () => CustomResourceValidation).optional(),
    subresources: object(5, () => CustomResourceSubresources).optional(),
    additionalPrinterColumns: list(6, () => CustomResourceColumnDefinition).optional(),
    deprecated: bool(7).optional(),
    deprecationWarning: string(8).optional(),
    selectableFields: list(9, () => SelectableField).optional(),
  },
) {}

export abstract class CustomResourceColumnDefinition extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceColumnDefinition",
  {
    name: string(1),
    type: string(2),
    format: string(3).optional(),
    description: string(4).optional(),
    priority: int32(5).optional(),
    jsonPath: string(6),
  },
) {}

export abstract class CustomResourceSubresources extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresources",
  {
    status: object(1, () => CustomResourceSubresourceStatus).optional(),
    scale: object(2, () => CustomResourceSubresourceScale).optional(),
  },
) {}

export abstract class CustomResourceSubresourceScale extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceScale",
  {
    specReplicasPath: string(1),
    statusReplicasPath: string(2),
    labelSelectorPath: string(3).optional(),
  },
) {}

export abstract class CustomResourceSubresourceStatus extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceStatus",
  {},
) {}

export abstract class CustomResourceValidation extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceValidation",
  {
    openAPIV3Schema: object(1, () => JSONSchemaProps).optional(),
  },
) {}

export abstract class JSONSchemaProps extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps",
  {
    id: string(1).optional(),
    $schema: string(2).optional(),
    $ref: string(3).optional(),
    description: string(4).optional(),
    type: string(5).optional(),
    format: string(6).optional(),
    title: string(7).optional(),
    default: json(8).optional(),
    maximum: double(9).optional(),
    exclusiveMaximum: bool(10).optional(),
    minimum: double(11).optional(),
    exclusiveMinimum: bool(12).optional(),
    maxLength: int64(13).optional(),
    minLength: int64(14).optional(),
    pattern: string(15).optional(),
    maxItems: int64(16).optional(),
    minItems: int64(17).optional(),
    uniqueItems: bool(18).optional(),
    multipleOf: double(19).optional(),
    enum: list(20, json).optional(),
    maxProperties: int64(21).optional(),
    minProperties: int64(22).optional(),
    required: list(23, string).optional(),
    items: json(24).optional(),
    allOf: list(25, (): MessageType => JSONSchemaProps).optional(),
    oneOf: list(26, (): MessageType => JSONSchemaProps).optional(),
    anyOf: list(27, (): MessageType => JSONSchemaProps).optional(),
    not: object(28, (): MessageType => JSONSchemaProps).optional(),
    properties: map(29, (): MessageType => JSONSchemaProps).optional(),
    additionalProperties: json(30).optional(),
    patternProperties: map(31, (): MessageType => JSONSchemaProps).optional(),
    dependencies: map(32, json).optional(),
    additionalItems: json(33).optional(),
    definitions: map(34, (): MessageType => JSONSchemaProps).optional(),
    externalDocs: object(35, () => ExternalDocumentation).optional(),
    example: json(36).optional(),
    nullable: bool(37).optional(),
    "x-kubernetes-preserve-unknown-fields": bool(38).optional(),
    "x-kubernetes-embedded-resource": bool(39).optional(),
    "x-kubernetes-int-or-string": bool(40).optional(),
    "x-kubernetes-list-map-keys": list(41, string).optional(),
    "x-kubernetes-list-type": string(42).optional(),
    "x-kubernetes-map-type": string(43).optional(),
    "x-kubernetes-validations": list(44, () => ValidationRule)
      .mapBy("rule")
      .merge("rule")
      .optional(),
  },
) {}

export abstract class ExternalDocumentation extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ExternalDocumentation",
  {
    description: string(1).optional(),
    url: string(2).optional(),
  },
) {}

export abstract class ValidationRule extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ValidationRule",
  {
    rule: string(1),
    message: string(2).optional(),
    messageExpression: string(3).optional(),
    reason: string(4).optional(),
    fieldPath: string(5).optional(),
    optionalOldSelf: bool(6).optional(),
  },
) {}

export abstract class SelectableField extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.SelectableField",
  {
    jsonPath: string(1),
  },
) {}

export abstract class CustomResourceDefinitionStatus extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus",
  {
    conditions: list(1, () => CustomResourceDefinitionCondition)
      .mapBy("type")
      .optional(),
    acceptedNames: object(2, () => CustomResourceDefinitionNames).optional(),
    storedVersions: list(3, string).optional(),
    observedGeneration: int64(4).optional(),
  },
) {}

export abstract class CustomResourceDefinitionCondition extends message(
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionCondition",
  {
    type: string(1),
    status: oneOf(2, "True", "False", "Unknown"),
    lastTransitionTime: time(3).optional(),
    reason: string(4).optional(),
    message: string(5).optional(),
    observedGeneration: int64(6).optional(),
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
