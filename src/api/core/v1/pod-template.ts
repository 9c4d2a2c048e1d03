import { list, object } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { PodSpec } from "./pod.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

export abstract class PodTemplate extends kind(
  "io.k8s.api.core.v1.PodTemplate",
  {
    group: "",
    version: "v1",
    kind: "PodTemplate",
    resource: "podtemplates",
    singular: "podtemplate",
    namespaced: true,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    template: object(2, () => PodTemplateSpec).optional(),
  },
) {}

export abstract class PodTemplateSpec extends message("io.k8s.api.core.v1.PodTemplateSpec", {
  metadata: object(1, () => ObjectMeta).default({}),
  spec: object(2, () => PodSpec).optional(),
}) {}

export abstract class PodTemplateList extends kind(
  "io.k8s.api.core.v1.PodTemplateList",
  { group: "", version: "v1", kind: "PodTemplateList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => PodTemplate),
  },
) {}
