import type { MessageType } from "#schema/message.ts";
import type { Row } from "../json.ts";
import { fieldSetOf, removeFields, withNamedFields } from "./extract.ts";
import { difference, emptySet, intersection, isEmptySet, union } from "./field-set.ts";
import type { FieldSet } from "./field-set.ts";
import type { Manager } from "./managers.ts";
import { shapeOfType } from "./typed.ts";
import { inVersion } from "./versions.ts";
import type { Steps, Versions } from "./versions.ts";

export interface PruneRequest {
  /** Undefined where all managers write in the version of the request. */
  readonly versions: Versions | undefined;
  /** Of the request. */
  readonly type: MessageType | undefined;
  readonly apiVersion: string;
  /** The object with what is applied now. */
  readonly merged: Row;
  /** What the manager applied before. */
  readonly last: Manager;
  /** Everybody, with what they own from now on. */
  readonly managers: readonly Manager[];
}

/**
 * Removes what the manager applied before and does not apply now, unless somebody else owns it.
 * What was not the manager's stays, be it owned or not. Each one's fields are looked for in the
 * version in which they were written.
 */
export function* prune(request: PruneRequest): Steps<Row> {
  const { versions, merged, last, apiVersion } = request;
  if (isEmptySet(last.fields)) return merged;
  const version = last.apiVersion;
  const before = yield* inVersion(versions, merged, {
    apiVersion: version,
    failure: "failed to prune fields: failed to convert merged object to last applied version",
  });
  if (!before) return merged;
  const shape = shapeIn(request, version);
  const lastFields = withNamedFields(shape, last.fields);
  const dropped = removeFields(shape, before, lastFields);
  const owned = yield* withOwned(request, before, dropped);
  const back = yield* inVersion(versions, owned, {
    apiVersion: version,
    failure: "failed to prune fields: failed to convert pruned object to last applied version",
  });
  // What went along without having been the manager's comes back.
  const fields = (object: Row) => withNamedFields(shape, fieldSetOf(shape, object));
  const gone = difference(fields(before), fields(back ?? before));
  const pruned = removeFields(shape, before, intersection(gone, lastFields));
  const failure = "failed to prune fields";
  return (yield* inVersion(versions, pruned, { apiVersion, failure })) ?? merged;
}

/** Gives back what was dropped and somebody owns. */
function* withOwned(request: PruneRequest, before: Row, dropped: Row): Steps<Row> {
  let [merged, pruned] = [before, dropped];
  for (const [apiVersion, owned] of ownedByVersion(request)) {
    const where = `object at version ${apiVersion}`;
    const failure = "failed to prune fields: failed add back owned items: failed to convert";
    const all = yield* inVersion(request.versions, merged, {
      apiVersion,
      failure: `${failure} merged ${where}`,
    });
    const left = yield* inVersion(request.versions, pruned, {
      apiVersion,
      failure: `${failure} pruned ${where}`,
    });
    if (!all || !left) continue;
    const shape = shapeIn(request, apiVersion);
    const named = (set: FieldSet) => withNamedFields(shape, set);
    const fields = (object: Row) => named(fieldSetOf(shape, object));
    const surplus = difference(fields(all), union(fields(left), named(owned)));
    [merged, pruned] = [all, removeFields(shape, all, surplus)];
  }
  return pruned;
}

/** The version of the last apply comes first: others may need what is owned in it. */
function ownedByVersion({ versions, managers, last }: PruneRequest): Map<string, FieldSet> {
  const owned = new Map<string, FieldSet>([[last.apiVersion, emptySet]]);
  for (const { apiVersion, fields } of managers) {
    const version = versions ? apiVersion : last.apiVersion;
    owned.set(version, union(owned.get(version) ?? emptySet, fields));
  }
  return owned;
}

function shapeIn({ versions, type }: PruneRequest, apiVersion: string) {
  return shapeOfType(versions ? versions.typeOf(apiVersion) : type);
}
