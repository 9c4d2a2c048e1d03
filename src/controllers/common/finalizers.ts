import type { ApiObject } from "#client/object.ts";

/** Whether the object is being deleted and only waits, for all we know, for this finalizer. */
export function waitsFor({ metadata }: ApiObject, finalizer: string): boolean {
  return metadata.deletionTimestamp !== undefined && !!metadata.finalizers?.includes(finalizer);
}

/** Whether the finalizer is to be added: it is missing, and the object is not being deleted. */
export function lacks({ metadata }: ApiObject, finalizer: string): boolean {
  return metadata.deletionTimestamp === undefined && !metadata.finalizers?.includes(finalizer);
}

export function withFinalizer<T extends ApiObject>(object: T, finalizer: string): T {
  const finalizers = [...(object.metadata.finalizers ?? []), finalizer];
  return { ...object, metadata: { ...object.metadata, finalizers } };
}

export function withoutFinalizer<T extends ApiObject>(object: T, finalizer: string): T {
  const finalizers = (object.metadata.finalizers ?? []).filter((name) => name !== finalizer);
  return { ...object, metadata: { ...object.metadata, finalizers } };
}
