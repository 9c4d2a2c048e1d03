import { CustomResourceDefinition } from "#api/apiextensions/v1.ts";
import type { Clock } from "#base/clock.ts";
import { withCondition } from "../../../crd/conditions.ts";
import { celRules } from "../../../crd/rules/cel-engine.ts";
import { cleanupFinalizer } from "../../../crd/plan.ts";
import { isKnownFormat } from "../../../crd/schema/formats.ts";
import { someSchema } from "../../../crd/schema/json-schema.ts";
import type { JsonSchema } from "../../../crd/schema/json-schema.ts";
import { defineResource } from "../../define.ts";
import { completeDefinition } from "./defaults.ts";
import { validateDefinition, validateDefinitionUpdate, validateStatus } from "./validation.ts";

export interface DefinitionDependencies {
  readonly clock: Clock;
}

export const customResourceDefinitions = ({ clock }: DefinitionDependencies) =>
  defineResource<CustomResourceDefinition>({
    type: CustomResourceDefinition,
    columns: [
      {
        name: "Name",
        type: "string",
        format: "name",
        description: "Name must be unique within a namespace.",
        cell: ({ metadata }) => metadata.name,
      },
      {
        name: "Created At",
        type: "date",
        description: "Time at which the object was created.",
        cell: ({ metadata }) => metadata.creationTimestamp,
      },
    ],
    applyDefaults: completeDefinition,
    prepareForCreate(crd) {
      crd.status = { acceptedNames: { kind: "", plural: "" }, conditions: [], storedVersions: [] };
      addStoredVersion(crd);
    },
    prepareForUpdate: addStoredVersion,
    validateCreate: (crd) => validateDefinition(crd, celRules),
    validateUpdate: (crd, old) => validateDefinitionUpdate(crd, old, celRules),
    status: { validateUpdate: validateStatus },
    allowUnconditionalUpdate: false,
    // The instances go first: until then the definition stays, marked, and held by a finalizer.
    holdsDeletion: ({ metadata }) => !metadata.deletionTimestamp,
    markDeleted(crd) {
      const { metadata } = crd;
      delete metadata.deletionGracePeriodSeconds;
      // To be deleted is no change of what a definition says.
      if (metadata.generation !== undefined) metadata.generation--;
      if (!metadata.finalizers?.includes(cleanupFinalizer)) {
        metadata.finalizers = [...(metadata.finalizers ?? []), cleanupFinalizer];
      }
      const draft = {
        type: "Terminating",
        status: "True",
        reason: "InstanceDeletionPending",
        message:
          "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
      } as const;
      const now = `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
      crd.status.conditions = withCondition(crd.status.conditions, draft, now);
    },
    warnings(crd, old) {
      const known = new Set(old ? unknownFormats(old) : []);
      return unknownFormats(crd)
        .filter((format) => !known.has(format))
        .map((format) => `unrecognized format ${JSON.stringify(format)}`);
    },
  });

/** Remembers that objects may lie in the storage version from now on. */
function addStoredVersion(crd: CustomResourceDefinition): void {
  const name = crd.spec.versions.find(({ storage }) => storage)?.name;
  const stored = crd.status.storedVersions ?? [];
  if (name === undefined || stored.includes(name)) return;
  // The status may be that of the stored object, which is shared.
  crd.status = { ...crd.status, storedVersions: [...stored, name] };
}

function unknownFormats({ spec }: CustomResourceDefinition): string[] {
  const formats: string[] = [];
  for (const { schema } of spec.versions) {
    someSchema(schema?.openAPIV3Schema as JsonSchema | undefined, ({ format, type }) => {
      if (format && !isKnownFormat(format, type)) formats.push(format);
      return false;
    });
  }
  return formats;
}
