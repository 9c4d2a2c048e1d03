import { PriorityLevelConfiguration } from "#api/flowcontrol/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import { validateConditionTypes } from "../flowschemas/validation.ts";
import { validateLevel } from "./validation.ts";

const none = "<none>";

/** How many requests of a kind may be at work, and what happens to those that are too many. */
export const priorityLevelConfigurations: ResourceDefinition =
  defineResource<PriorityLevelConfiguration>({
    type: PriorityLevelConfiguration,
    requiredMayBeEmpty: true,
    columns: [
      nameColumn(),
      column("Type", ({ spec }) => spec.type),
      column("NominalConcurrencyShares", ({ spec }) =>
        spec.limited ? (spec.limited.nominalConcurrencyShares ?? 0) : none,
      ),
      column("Queues", ({ spec }) => queuingOf(spec)?.queues ?? none),
      column("HandSize", ({ spec }) => queuingOf(spec)?.handSize ?? none),
      column("QueueLengthLimit", ({ spec }) => queuingOf(spec)?.queueLengthLimit ?? none),
      ageColumn(),
    ],
    applyDefaults({ spec }) {
      const { exempt, limited } = spec ?? {};
      if (exempt) {
        exempt.nominalConcurrencyShares ??= 0;
        exempt.lendablePercent ??= 0;
      }
      if (!limited) return;
      limited.nominalConcurrencyShares ??= 30;
      limited.lendablePercent ??= 0;
      const { queuing } = limited.limitResponse ?? {};
      if (!queuing) return;
      queuing.queues ||= 64;
      queuing.handSize ||= 8;
      queuing.queueLengthLimit ||= 50;
    },
    prepareForCreate(level) {
      level.status = {};
    },
    prepareForUpdate(level, old) {
      level.status = old.status;
    },
    validate: validateLevel,
    status: { validateUpdate: ({ status }) => validateConditionTypes(status.conditions ?? []) },
  });

const queuingOf = ({ limited }: PriorityLevelConfiguration["spec"]) =>
  limited?.limitResponse?.queuing;
