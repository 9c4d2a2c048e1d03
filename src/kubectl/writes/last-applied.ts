import type { FlagSpecs } from "#base/flags.ts";
import { goJson } from "#machinery/codec/go-json.ts";
import type { KubeObject } from "../objects.ts";
import { fieldOrder, isTyped } from "./field-order.ts";

/** What `apply` compares with the next time: the object as its file had it. */
export const lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";

export const saveConfigFlag = {
  "save-config": {
    type: "bool",
    usage:
      "If true, the object remembers its configuration in an annotation, for a later kubectl apply.",
  },
} as const satisfies FlagSpecs;

/** The object's text without the annotation itself, with the newline that upstream's encoder adds. */
export function configurationText(object: KubeObject): string {
  const { annotations, ...metadata } = object.metadata;
  const { [lastAppliedAnnotation]: _left, ...left } = annotations ?? {};
  // A typed object has no empty annotations; one as its file has it always has some.
  const told = isTyped(object) && Object.keys(left).length === 0 ? {} : { annotations: left };
  return `${goJson({ ...object, metadata: { ...metadata, ...told } }, { keysOf: fieldOrder })}\n`;
}

/** The object's text as it is, with the same newline. */
export function plainText(object: KubeObject): string {
  return `${goJson(object)}\n`;
}

/** A copy that remembers its own configuration. */
export function withLastApplied(object: KubeObject): KubeObject {
  const annotations = {
    ...object.metadata.annotations,
    [lastAppliedAnnotation]: configurationText(object),
  };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
