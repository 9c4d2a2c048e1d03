import {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  StorageClass,
  VolumeAttributesClass,
} from "#api/storage/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import {
  duplicate,
  forbidden,
  invalid,
  notSupported,
  requiredValue,
} from "#machinery/validation/field-error.ts";
import { isDnsSubdomain, isQualifiedName } from "#machinery/validation/names.ts";
import type { ResourceDefinition } from "../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../common/columns.ts";
import { validateDriverName } from "../common/driver-name.ts";
import { nonNegativeQuantity } from "../common/quantity.ts";
import {
  by,
  immutable,
  nonNegative,
  oneOf,
  sameValue,
  validateLabelSelector,
} from "../common/validation.ts";
import { defineResource } from "../define.ts";

const defaultClass = "storageclass.kubernetes.io/is-default-class";
const policies = ["Delete", "Retain"];

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
  applyDefaults(object) {
    object.reclaimPolicy ||= "Delete";
  },
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

/** Where volumes may be: each key once, each value once, and no two alternatives the same. */
function validateTopologies(topologies: NonNullable<StorageClass["allowedTopologies"]>) {
  const errors: FieldError[] = [];
  const seen: unknown[] = [];
  for (const [index, { matchLabelExpressions = [] }] of topologies.entries()) {
    const at = `allowedTopologies[${index}].matchLabelExpressions`;
    const keys = matchLabelExpressions.map(({ key }) => key);
    for (const [item, { key, values = [] }] of matchLabelExpressions.entries()) {
      const path = `${at}[${item}]`;
      if (!values.length) errors.push(requiredValue(`${path}.values`));
      for (const [place, value] of values.entries()) {
        if (values.indexOf(value) < place)
          errors.push(duplicate(`${path}.values[${place}]`, value));
      }
      errors.push(...by(`${path}.key`, key, isQualifiedName));
      if (keys.indexOf(key) < item) errors.push(duplicate(`${path}.key`, key));
    }
    const isSeen = seen.some((other) => sameValue(other, matchLabelExpressions));
    if (isSeen || !matchLabelExpressions.length) errors.push(duplicate(at, ""));
    seen.push(matchLabelExpressions);
  }
  return errors;
}

function validateStorageClass({
  allowedTopologies = [],
  parameters = {},
  provisioner,
  reclaimPolicy,
}: StorageClass): FieldError[] {
  const errors = provisioner
    ? by("provisioner", provisioner.toLowerCase(), isQualifiedName)
    : [requiredValue("provisioner")];
  if (Object.hasOwn(parameters, "")) {
    errors.push(invalid("parameters", "", "field can not be empty."));
  }
  if (!policies.includes(reclaimPolicy)) {
    errors.push(notSupported("reclaimPolicy", reclaimPolicy, policies));
  }
  return [...errors, ...validateTopologies(allowedTopologies)];
}

export const volumeAttributesClasses: ResourceDefinition = defineResource<VolumeAttributesClass>({
  type: VolumeAttributesClass,
  requiredMayBeEmpty: true,
  columns: [nameColumn(), column("DriverName", (object) => object.driverName), ageColumn()],
  validate: ({ driverName, parameters }) => [
    ...(driverName
      ? by("driverName", driverName.toLowerCase(), isQualifiedName)
      : [requiredValue("driverName")]),
    ...(Object.keys(parameters ?? {}).length
      ? []
      : [requiredValue("parameters", "must contain at least one key/value pair")]),
  ],
  validateUpdate: (object, old) => [
    ...frozen("driverName", object.driverName, old.driverName),
    ...(sameValue(object.parameters ?? {}, old.parameters ?? {})
      ? []
      : [forbidden("parameters", "updates to parameters are forbidden.")]),
  ],
});

export const csiDrivers: ResourceDefinition = defineResource<CSIDriver>({
  type: CSIDriver,
  requiredMayBeEmpty: true,
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
  allowUnconditionalUpdate: false,
  applyDefaults({ spec }) {
    if (spec && !spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ["Persistent"];
  },
  validate: validateDriver,
  warnings: ({ spec }) =>
    spec.tokenRequests?.length && spec.serviceAccountTokenInSecrets === undefined
      ? [
          "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to " +
            "true to prevent possible logging of tokens in volume attributes",
        ]
      : [],
  validateUpdate: ({ spec }, old) => [
    ...immutable("spec.attachRequired", spec.attachRequired, old.spec.attachRequired),
    ...immutable(
      "spec.volumeLifecycleModes",
      spec.volumeLifecycleModes,
      old.spec.volumeLifecycleModes,
    ),
  ],
});

const tokenSecondsMin = 600;
const updateSecondsMin = 10;

function validateDriver({ metadata, spec }: CSIDriver): FieldError[] {
  const errors = validateDriverName("metadata.name", metadata.name);
  const { nodeAllocatableUpdatePeriodSeconds: seconds, volumeLifecycleModes: modes } = spec;
  errors.push(
    ...oneOf("spec.fsGroupPolicy", spec.fsGroupPolicy, ["File", "None", "ReadWriteOnceWithFSType"]),
  );
  const audiences = (spec.tokenRequests ?? []).map(({ audience }) => audience);
  for (const [index, { audience, expirationSeconds }] of (spec.tokenRequests ?? []).entries()) {
    const at = `spec.tokenRequests[${index}]`;
    if (audiences.indexOf(audience) < index) errors.push(duplicate(`${at}.audience`, audience));
    if (expirationSeconds === undefined) continue;
    const path = `${at}.expirationSeconds`;
    if (expirationSeconds < tokenSecondsMin) {
      const detail = "may not specify a duration less than 10 minutes";
      errors.push(invalid(path, expirationSeconds, detail));
    }
    if (expirationSeconds > 2 ** 32) {
      const detail = "may not specify a duration larger than 2^32 seconds";
      errors.push(invalid(path, expirationSeconds, detail));
    }
  }
  for (const mode of modes ?? []) {
    errors.push(...oneOf("spec.volumeLifecycleModes", mode, ["Persistent", "Ephemeral"]));
  }
  if (seconds !== undefined && seconds < updateSecondsMin) {
    const detail = `must be greater than or equal to ${updateSecondsMin} seconds`;
    errors.push(invalid("spec.nodeAllocatableUpdatePeriodSeconds", seconds, detail));
  }
  return errors;
}

function validateNodeDrivers({ spec }: CSINode): FieldError[] {
  const names = spec.drivers.map(({ name }) => name);
  return spec.drivers.flatMap(({ allocatable, name, nodeID, topologyKeys = [] }, index) => {
    const at = `spec.drivers[${index}]`;
    const errors = [
      ...validateDriverName(`${at}.name`, name),
      ...(nodeID ? [] : [requiredValue(`${at}.nodeID`)]),
      ...nonNegative(`${at}.allocatable.count`, allocatable?.count),
    ];
    if (names.indexOf(name) < index) errors.push(duplicate(`${at}.name`, name));
    for (const [item, key] of topologyKeys.entries()) {
      if (topologyKeys.indexOf(key) < item) errors.push(duplicate(at, key));
      errors.push(...(key ? [] : [requiredValue(at)]), ...by(at, key, isQualifiedName));
    }
    return errors;
  });
}

export const csiNodes: ResourceDefinition = defineResource<CSINode>({
  type: CSINode,
  requiredMayBeEmpty: true,
  hasGeneration: false,
  columns: [
    nameColumn(),
    column("Drivers", ({ spec }) => spec.drivers.length, "integer"),
    ageColumn(),
  ],
  allowUnconditionalUpdate: false,
  validate: validateNodeDrivers,
});

export const csiStorageCapacities: ResourceDefinition = defineResource<CSIStorageCapacity>({
  type: CSIStorageCapacity,
  requiredMayBeEmpty: true,
  columns: [
    nameColumn(),
    column("StorageClassName", (object) => object.storageClassName),
    column("Capacity", (object) => object.capacity ?? "<unset>"),
  ],
  allowUnconditionalUpdate: false,
  validate: ({ capacity, nodeTopology, storageClassName }) => [
    ...by("storageClassName", storageClassName, isDnsSubdomain),
    ...nonNegativeQuantity("capacity", capacity),
    ...validateLabelSelector(nodeTopology, "nodeTopology"),
  ],
  validateUpdate: (object, old) => [
    ...immutable("nodeTopology", object.nodeTopology, old.nodeTopology),
    ...immutable("storageClassName", object.storageClassName, old.storageClassName),
  ],
});
