import type { CustomResourceDefinition } from "#api/apiextensions/v1.ts";
import type { StorageVersionMigration } from "#api/storagemigration/v1beta1.ts";
import { byAge, timestamp } from "../common/time.ts";
import { conditionOf, withCondition } from "../common/conditions.ts";

type Migration = StorageVersionMigration;
type Status = Migration["status"];
type Condition = NonNullable<Status["conditions"]>[number];

export type MigrationStep =
  | "nothing"
  /** Others of the resource come first. */
  | "wait"
  | "start"
  /** It runs, and from which version on objects are new is to be noted. */
  | "note"
  | "migrate"
  /** It has ended, and does not say yet that it no longer runs. */
  | "close";

const isTrue = ({ status }: Migration, type: string) =>
  conditionOf(status.conditions, type)?.status === "True";

export const hasEnded = (migration: Migration) =>
  isTrue(migration, "Succeeded") || isTrue(migration, "Failed");

/** What is to be done next; of one resource one migration runs at a time, the oldest first. */
export function planMigration(migration: Migration, all: readonly Migration[]): MigrationStep {
  const isRunning = isTrue(migration, "Running");
  if (hasEnded(migration)) return isRunning ? "close" : "nothing";
  if (isRunning) return migration.status.resourceVersion ? "migrate" : "note";
  const rivals = all.filter(
    (other) =>
      other.metadata.uid !== migration.metadata.uid &&
      isSameResource(other, migration) &&
      !hasEnded(other),
  );
  const isFirst = rivals.every((other) => !isTrue(other, "Running") && byAge(migration, other) < 0);
  return isFirst ? "start" : "wait";
}

export function isSameResource(left: Migration, right: Migration): boolean {
  const [one, other] = [left.spec?.resource, right.spec?.resource];
  return one?.resource === other?.resource && (one?.group ?? "") === (other?.group ?? "");
}

/** "widgets.example.com" for a custom resource, of which this is the definition's name. */
export function nameOfResource({ spec }: Migration): string {
  return `${spec?.resource.resource ?? ""}.${spec?.resource.group ?? ""}`;
}

export interface Statement {
  readonly type: "Running" | "Succeeded" | "Failed";
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

export const statements = {
  running: {
    type: "Running",
    status: "True",
    reason: "MigrationRunning",
    message: "The migration is running",
  },
  over: {
    type: "Running",
    status: "False",
    reason: "MigrationCompleted",
    message: "Migration completed",
  },
  succeeded: {
    type: "Succeeded",
    status: "True",
    reason: "StorageVersionMigrationSucceeded",
    message: "",
  },
} as const satisfies Record<string, Statement>;

export function failed(reason: string): Statement {
  const message = `migration encountered unhandled error: ${reason}`;
  return { type: "Failed", status: "True", reason: "StorageVersionMigrationFailed", message };
}

export function withStatement({ status }: Migration, statement: Statement, now: number): Status {
  const condition: Condition = { ...statement, lastTransitionTime: timestamp(now) };
  return { ...status, conditions: withCondition(status.conditions, condition) };
}

type Definition = CustomResourceDefinition;

/** What a definition's status says while its objects are written again. */
export function definitionStarted(definition: Definition, migration: string, now: number) {
  return {
    conditions: withCondition(definition.status.conditions, {
      ...definitionCondition(definition, now),
      status: "True" as const,
      reason: "MigrationRunning",
      message: `Migration ${migration} is running`,
    }),
  };
}

/** And after it: older versions are stored no more, unless the definition changed meanwhile. */
export function definitionDone(definition: Definition, succeeded: boolean, now: number) {
  const { metadata, spec, status } = definition;
  const begun = conditionOf(status.conditions, "StorageMigrating");
  const isSame = begun?.observedGeneration === metadata.generation;
  const stored = spec.versions.find(({ storage }) => storage)?.name;
  const message = !succeeded
    ? "The migration has failed"
    : isSame
      ? "The migration has succeeded and the stored versions have been updated"
      : "The migration has succeeded but the stored versions have not been updated due to a " +
        "generation mismatch";
  return {
    conditions: withCondition(status.conditions, {
      ...definitionCondition(definition, now),
      status: "False" as const,
      reason: succeeded ? "MigrationSucceeded" : "MigrationFailed",
      message,
    }),
    ...(succeeded && isSame && stored !== undefined && { storedVersions: [stored] }),
  };
}

function definitionCondition({ metadata }: Definition, now: number) {
  return {
    type: "StorageMigrating",
    lastTransitionTime: timestamp(now),
    observedGeneration: metadata.generation ?? 0,
  };
}
