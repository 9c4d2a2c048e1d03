import { StorageVersion } from "#api/apiserverinternal/v1alpha1.ts";
import type { ServerStorageVersion } from "#api/apiserverinternal/v1alpha1.ts";
import { isDns1035Label, isDnsSubdomain } from "#machinery/validation/names.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import { validateVersions } from "./validation.ts";

/** In which versions the API servers keep the objects of a resource. */
export const storageVersions: ResourceDefinition = defineResource<StorageVersion>({
  type: StorageVersion,
  requiredMayBeEmpty: true,
  hasGeneration: false,
  allowUnconditionalUpdate: false,
  nameRule: isGroupAndResource,
  columns: [
    nameColumn(),
    column("CommonEncodingVersion", ({ status }) => status.commonEncodingVersion ?? "<unset>"),
    column("StorageVersions", ({ status }) => formatVersions(status.storageVersions ?? [])),
    ageColumn(),
  ],
  prepareForCreate(version) {
    version.status = {};
  },
  prepareForUpdate(version, old) {
    version.status = old.status;
  },
  status: { validateUpdate: ({ status }) => validateVersions(status) },
});

function isGroupAndResource(name: string): string[] {
  const dot = name.lastIndexOf(".");
  if (dot < 0) return ["name must be in the form of <group>.<resource>"];
  return [
    ...isDnsSubdomain(name.slice(0, dot)).map((problem) => `the group segment ${problem}`),
    ...isDns1035Label(name.slice(dot + 1)).map((problem) => `the resource segment ${problem}`),
  ];
}

const shownMax = 3;

function formatVersions(versions: readonly ServerStorageVersion[]): string {
  if (!versions.length) return "<none>";
  const shown = versions
    .slice(0, shownMax)
    .map(({ apiServerID, encodingVersion }) => `${apiServerID}=${encodingVersion}`)
    .join(",");
  const hidden = versions.length - shownMax;
  return hidden > 0 ? `${shown} + ${hidden} more...` : shown;
}
