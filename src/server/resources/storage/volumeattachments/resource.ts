import { VolumeAttachment } from "#api/storage/v1.ts";
import type { VolumeError } from "#api/storage/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { forbidden, invalid, requiredValue, tooLong } from "#machinery/validation/field-error.ts";
import { isDnsSubdomain } from "#machinery/validation/names.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { validateDriverName } from "../../common/driver-name.ts";
import { by, immutable } from "../../common/validation.ts";
import { validatePersistentVolumeSpec } from "../../core/persistentvolumes/validation.ts";
import { defineResource } from "../../define.ts";

export const volumeAttachments: ResourceDefinition = defineResource<VolumeAttachment>({
  type: VolumeAttachment,
  requiredMayBeEmpty: true,
  hasGeneration: false,
  allowUnconditionalUpdate: false,
  columns: [
    nameColumn(),
    { ...column<VolumeAttachment>("Attacher", ({ spec }) => spec.attacher), format: "name" },
    column("PV", ({ spec }) => spec.source.persistentVolumeName ?? ""),
    column("Node", ({ spec }) => spec.nodeName),
    column("Attached", ({ status }) => status?.attached ?? false, "boolean"),
    ageColumn(),
  ],
  prepareForCreate(attachment) {
    attachment.status = { attached: false };
  },
  prepareForUpdate(attachment, old) {
    attachment.status = old.status ?? { attached: false };
  },
  validate: validateVolumeAttachment,
  validateUpdate: ({ spec }, old) => immutable("spec", spec, old.spec),
  status: { validateUpdate: validateVolumeAttachment },
});

const metadataBytesMax = 256 * 1024;
const messageBytesMax = 1024;

function validateVolumeAttachment({ spec, status }: VolumeAttachment): FieldError[] {
  const { persistentVolumeName: volume } = spec.source;
  const size = Object.entries(status?.attachmentMetadata ?? {}).reduce(
    (sum, [key, value]) => sum + key.length + value.length,
    0,
  );
  return [
    ...validateDriverName("spec.attacher", spec.attacher),
    ...validateSource(spec.source),
    ...by("spec.nodeName", spec.nodeName, isDnsSubdomain),
    ...(size > metadataBytesMax ? [tooLong("status.attachmentMetadata", metadataBytesMax)] : []),
    ...validateError("status.attachError", status?.attachError),
    ...validateError("status.detachError", status?.detachError),
    ...(volume === undefined ? [] : by("spec.source.persistentVolumeName", volume, isDnsSubdomain)),
  ];
}

function validateSource(source: VolumeAttachment["spec"]["source"]): FieldError[] {
  const { inlineVolumeSpec, persistentVolumeName } = source;
  const one = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
  if (inlineVolumeSpec && persistentVolumeName !== undefined) {
    return [forbidden("spec.source", one)];
  }
  if (inlineVolumeSpec) {
    const path = "spec.source.inlineVolumeSpec";
    return validatePersistentVolumeSpec(inlineVolumeSpec, { path, name: "", inline: true });
  }
  if (persistentVolumeName === undefined) return [requiredValue("spec.source", one)];
  const detail = "must specify non empty persistentVolumeName";
  return persistentVolumeName ? [] : [requiredValue("spec.source.persistentVolumeName", detail)];
}

function validateError(path: string, error: VolumeError | undefined): FieldError[] {
  const { message = "", errorCode = 0 } = error ?? {};
  return [
    // Upstream tells the limit of the metadata here, although that of the message is smaller.
    ...(message.length > messageBytesMax ? [tooLong(`${path}.message`, metadataBytesMax)] : []),
    ...(errorCode < 0
      ? [invalid(`${path}.errorCode`, errorCode, "must be between 0 and 2147483647, inclusive")]
      : []),
  ];
}
