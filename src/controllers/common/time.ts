/** As objects carry times: whole seconds, in UTC. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** Times of Leases and of events.k8s.io: microseconds, of which the clock knows the first three. */
export function microTimestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}000Z`;
}

/** Milliseconds since the epoch; undefined for a missing time. */
export function msOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}

/** Oldest first; of the same second, by name. */
export function byAge<T extends { metadata: { creationTimestamp: string; name: string } }>(
  left: T,
  right: T,
): number {
  return (
    compare(left.metadata.creationTimestamp, right.metadata.creationTimestamp) ||
    compare(left.metadata.name, right.metadata.name)
  );
}

export function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
