/** Fields that are undefined are left out, so that a status reads as what is stored. */
export function withoutMissing<T extends object>(value: {
  [K in keyof T]: T[K] | undefined;
}): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
