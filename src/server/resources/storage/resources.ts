import {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  StorageClass,
  VolumeAttributesClass,
} from "#api/storage/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { forbidden, notSupported, requiredValue } from "#machinery/validation/field-error.ts";
import { isDnsSubdomain, isQualifiedName } from "#machinery/validation/names.ts";
import type { ResourceDefinition } from "../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../common/columns.ts";
import { by, immutable, sameValue } from "../common/validation.ts";
import { defineResource } from "../define.ts";

const defaultClass = "storageclass.kubernetes.io/is-default-class";
const policies = ["Delete", "Recycle", "Retain"];

export const storageClasses: ResourceDefinition = defineResource<StorageClass>({
  type: StorageClass,
  columns: [
    {
      ...nameColumn<StorageClass>(),
      cell: ({ metadata }) =>
        metadata.annotations?.[defaultClass] === "true"
          ? `${metadata.name} (default)`
          : metadata.name,
    },
    column("Provisioner", (object) => object.provisioner),
    column("ReclaimPolicy", (object) => object.reclaimPolicy),
    column("VolumeBindingMode", (object) => object.volumeBindingMode),
    column("AllowVolumeExpansion", (object) => String(object.allowVolumeExpansion ?? false)),
    ageColumn(),
  ],
  validate: validateStorageClass,
  validateUpdate: (object, old) => {
    const detail = "updates to parameters are forbidden.";
    return [
      ...(sameValue(object.parameters ?? {}, old.parameters ?? {})
        ? []
        : [forbidden("parameters", detail)]),
      ...frozen("provisioner", object.provisioner, old.provisioner),
      ...frozen("reclaimPolicy", object.reclaimPolicy, old.reclaimPolicy),
      ...immutable("volumeBindingMode", object.volumeBindingMode, old.volumeBindingMode),
    ];
  },
});

function frozen(path: string, value: unknown, old: unknown): FieldError[] {
  return value === old ? [] : [forbidden(path, `updates to ${path} are forbidden.`)];
}

function validateStorageClass({ provisioner, reclaimPolicy }: StorageClass): FieldError[] {
  const errors = provisioner
    ? by("provisioner", provisioner.toLowerCase(), isQualifiedName)
    : [requiredValue("provisioner")];
  if (!policies.includes(reclaimPolicy)) {
    errors.push(notSupported("reclaimPolicy", reclaimPolicy, policies));
  }
  return errors;
}

export const volumeAttributesClasses: ResourceDefinition = defineResource<VolumeAttributesClass>({
  type: VolumeAttributesClass,
  columns: [nameColumn(), column("DriverName", (object) => object.driverName), ageColumn()],
  validate: ({ driverName }) =>
    driverName ? by("driverName", driverName, isDnsSubdomain) : [requiredValue("driverName")],
  validateUpdate: (object, old) => [
    ...frozen("driverName", object.driverName, old.driverName),
    ...(sameValue(object.parameters ?? {}, old.parameters ?? {})
      ? []
      : [forbidden("parameters", "updates to parameters are forbidden.")]),
  ],
});

export const csiDrivers: ResourceDefinition = defineResource<CSIDriver>({
  type: CSIDriver,
  hasGeneration: false,
  columns: [
    nameColumn(),
    column("AttachRequired", ({ spec }) => spec.attachRequired, "boolean"),
    column("PodInfoOnMount", ({ spec }) => spec.podInfoOnMount, "boolean"),
    column("StorageCapacity", ({ spec }) => spec.storageCapacity, "boolean"),
    column(
      "TokenRequests",
      ({ spec }) => (spec.tokenRequests ?? []).map((one) => one.audience).join(",") || "<unset>",
    ),
    column("RequiresRepublish", ({ spec }) => spec.requiresRepublish, "boolean"),
    column("Modes", ({ spec }) => (spec.volumeLifecycleModes ?? []).join(",") || "<none>"),
    ageColumn(),
  ],
  applyDefaults({ spec }) {
    if (spec && !spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ["Persistent"];
  },
  validateUpdate: ({ spec }, old) => [
    ...immutable("spec.attachRequired", spec.attachRequired, old.spec.attachRequired),
    ...immutable(
      "spec.volumeLifecycleModes",
      spec.volumeLifecycleModes,
      old.spec.volumeLifecycleModes,
    ),
  ],
});

export const csiNodes: ResourceDefinition = defineResource<CSINode>({
  type: CSINode,
  hasGeneration: false,
  columns: [
    nameColumn(),
    column("Drivers", ({ spec }) => spec.drivers.length, "integer"),
    ageColumn(),
  ],
});

export const csiStorageCapacities: ResourceDefinition = defineResource<CSIStorageCapacity>({
  type: CSIStorageCapacity,
  columns: [
    nameColumn(),
    column("StorageClassName", (object) => object.storageClassName),
    column("Capacity", (object) => object.capacity ?? "<unset>"),
  ],
  validateUpdate: (object, old) => [
    ...immutable("nodeTopology", object.nodeTopology, old.nodeTopology),
    ...immutable("storageClassName", object.storageClassName, old.storageClassName),
  ],
});
