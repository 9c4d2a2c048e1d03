import { DeviceClass } from "#api/resource/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { invalid } from "#machinery/validation/field-error.ts";
import { isQualifiedName } from "#machinery/validation/names.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, nameColumn } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import { validateConfiguration, validateSelectors } from "../common/devices.ts";
import type { Expressions } from "../common/devices.ts";
import { validateList } from "../common/lists.ts";

const configurationsMax = 32;

export function deviceClasses(dependencies: Expressions): ResourceDefinition {
  return defineResource<DeviceClass>({
    type: DeviceClass,
    requiredMayBeEmpty: true,
    columns: [nameColumn(), ageColumn()],
    validate: ({ spec }) => [
      ...validateSelectors(spec.selectors, "spec.selectors", dependencies),
      ...validateList(spec.config, "spec.config", {
        max: configurationsMax,
        item: validateConfiguration,
      }),
      ...validateExtendedName(spec.extendedResourceName),
    ],
  });
}

/** What pods of the older kind ask for by a count; the API's own names are not for devices. */
function validateExtendedName(name: string | undefined): FieldError[] {
  if (name === undefined) return [];
  const isNative = !name.includes("/") || name.includes("kubernetes.io/");
  const isExtended =
    !isNative && !name.startsWith("requests.") && !isQualifiedName(`requests.${name}`).length;
  if (isExtended) return [];
  return [invalid("spec.extendedResourceName", name, "must be a valid extended resource name")];
}
