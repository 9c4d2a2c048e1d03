import { IPAddress } from "#api/networking/v1.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { isDnsSubdomain, isPathSegment } from "#machinery/validation/names.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { isCanonicalIp } from "../../common/canonical-address.ts";
import { column, nameColumn } from "../../common/columns.ts";
import { by, immutable, present } from "../../common/validation.ts";
import { defineResource } from "../../define.ts";

/** An address of a Service network that somebody has taken; the name is the address. */
export const ipAddresses: ResourceDefinition = defineResource<IPAddress>({
  type: IPAddress,
  requiredMayBeEmpty: true,
  hasGeneration: false,
  nameRule: isCanonicalIp,
  columns: [
    nameColumn(),
    column("ParentRef", ({ spec: { parentRef } }) => {
      const { group, name, namespace, resource } = parentRef;
      const kind = (group ? `${resource}.${group}` : resource).toLowerCase();
      return [kind, ...(namespace ? [namespace] : []), name].join("/");
    }),
  ],
  validate: validateParent,
  validateUpdate: ({ spec }, old) =>
    immutable("spec.parentRef", spec.parentRef, old.spec.parentRef),
});

function validateParent({ spec: { parentRef } }: IPAddress): FieldError[] {
  const { group, name, namespace, resource } = parentRef;
  const segment = (path: string, value: string | undefined) =>
    value ? by(path, value, isPathSegment) : [];
  return [
    ...(group ? by("spec.parentRef.group", group, isDnsSubdomain) : []),
    ...present("spec.parentRef.resource", resource),
    ...segment("spec.parentRef.resource", resource),
    ...present("spec.parentRef.name", name),
    ...segment("spec.parentRef.name", name),
    ...segment("spec.parentRef.namespace", namespace),
  ];
}
