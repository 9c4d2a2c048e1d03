import { list, object } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { PodSpec } from "./pod.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/**
 * A description of pods, stored by itself. Controllers carry their own templates, so this is rarely
 * used.
 */
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
    /** What pods made from it look like. */
    template: object(2, () => PodTemplateSpec)
      .implicit()
      .optional(),
  },
) {}

/** What pods made from it look like. */
export abstract class PodTemplateSpec extends message("io.k8s.api.core.v1.PodTemplateSpec", {
  /** Labels and annotations for the pods. Names are made up by whoever creates them. */
  metadata: object(1, () => ObjectMeta).default({}),
  /** What the pods run, and how. The same fields as a Pod's spec. */
  spec: object(2, () => PodSpec)
    .implicit()
    .optional(),
}) {}

export abstract class PodTemplateList extends kind(
  "io.k8s.api.core.v1.PodTemplateList",
  { group: "", version: "v1", kind: "PodTemplateList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => PodTemplate),
  },
) {}
