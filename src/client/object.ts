import type { Draft, Value } from "#schema/message.ts";
import type { ObjectMeta } from "#api/meta/v1.ts";
import type { ObjectReference } from "./client.ts";

/** What every object of the API has. */
export interface ApiObject {
  apiVersion: string;
  kind: string;
  metadata: Value<typeof ObjectMeta>;
}

/** "namespace/name", or the bare name of a cluster-scoped object. */
export function keyOf(reference: ObjectReference): string {
  return reference.namespace ? `${reference.namespace}/${reference.name}` : reference.name;
}

/** The inverse of `keyOf`. */
export function referenceOf(key: string): ObjectReference {
  const slash = key.indexOf("/");
  if (slash < 0) return { name: key };
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** Resource versions are numbers that grow; clients may compare those of one kind. */
export function isAtLeast(resourceVersion: string, other: string): boolean {
  if (resourceVersion.length !== other.length) return resourceVersion.length > other.length;
  return resourceVersion >= other;
}

/** The owner that manages the object, if it has one. */
export function controllerOf(object: ApiObject) {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

/** A reference that makes `owner` the controller of what carries it. */
export function controllerReference(owner: ApiObject) {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** A copy that the receiver may change. JSON values only, which is all that objects hold. */
export function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copy) as T;
  if (typeof value !== "object" || value === null) return value;
  const result: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    if (field !== undefined) result[key] = copy(field as unknown);
  }
  return result as T;
}

/** Freezes to the depth; an object that is frozen already was frozen to its depth before. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const field of Object.values(value)) deepFreeze(field as unknown);
  return value;
}

/** A stored object serves as a draft: a draft only asks for less. */
export function asDraft<T>(object: T): Draft<T> {
  return object as unknown as Draft<T>;
}
