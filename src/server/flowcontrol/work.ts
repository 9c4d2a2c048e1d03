import type { Attributes } from "../authz/authorizer.ts";

/** What a request takes of the server. */
export interface Work {
  /** Until it is answered. */
  readonly seats: number;
  /** For a time after that, while watchers are told of what it did. */
  readonly finalSeats: number;
  readonly finalMs: number;
}

/** What is stored of a resource. */
export interface StoredSize {
  readonly objects: number;
  readonly averageBytes: number;
}

/** What the estimate goes by; each is asked for only where it counts. */
export interface WorkParts {
  /** Undefined for what is not stored here: another server has the work. */
  readonly size: () => StoredSize | undefined;
  /** Watches that are told of what the request does. */
  readonly watches: () => number;
  /** Of the level, for one request; Infinity where it has no queues. */
  readonly seatsMax: number;
}

// Upstream's numbers.
const bytesPerSeat = 100_000;
const streamedBytesMax = 1_000_000;
const listSeatsMax = 100;
const changeSeatsMax = 10;
const watchesPerSeat = 10;
const eventMs = 5;

const single: Work = { seats: 1, finalSeats: 0, finalMs: 0 };

/** An estimate, before anything is read: by the number and size of what is stored. */
export function estimateWork(
  attributes: Attributes,
  query: URLSearchParams,
  { size, watches, seatsMax }: WorkParts,
): Work {
  if (!attributes.isResource) return single;
  switch (attributes.verb) {
    case "list":
    case "watch": {
      const stored = size();
      const seats = stored ? listSeats(attributes, query, stored) : 1;
      return { ...single, seats: Math.max(1, Math.min(seats, listSeatsMax, seatsMax)) };
    }
    case "create":
    case "update":
    case "patch":
    case "delete": {
      const isToken =
        attributes.resource === "serviceaccounts" && attributes.subresource === "token";
      return isToken ? single : changeWork(watches(), Math.min(changeSeatsMax, seatsMax));
    }
    default:
      return single;
  }
}

function listSeats(
  { verb, name }: Attributes,
  query: URLSearchParams,
  { objects, averageBytes }: StoredSize,
): number {
  const version = query.get("resourceVersion") ?? "";
  const isWatch = verb === "watch";
  // Only those that begin with what there is cost as much as a list.
  const sendsAll = query.get("sendInitialEvents") === "true" || version === "" || version === "0";
  if (isWatch && !sendsAll) return 1;
  const limit = Number(query.get("limit") ?? 0);
  const limited = limit > 0 ? Math.min(limit, objects) : objects;
  const isSelected = query.has("fieldSelector") || query.has("labelSelector");
  const isStreamed = isWatch || !readsHistory(query, version, limit);
  let loaded = limited;
  if (name !== "") loaded = 1;
  else if (!isStreamed && isSelected) loaded = Math.max(limited, objects / 2);
  const bytes = loaded * averageBytes;
  return Math.ceil((isStreamed ? Math.min(bytes, streamedBytesMax) : bytes) / bytesPerSeat);
}

/** Such a list cannot be given from what is now. */
function readsHistory(query: URLSearchParams, version: string, limit: number): boolean {
  const match = query.get("resourceVersionMatch") ?? "";
  if (match !== "") return match !== "NotOlderThan";
  return query.has("continue") || (limit > 0 && version !== "" && version !== "0");
}

/** The same work, if need be longer by fewer seats. */
function changeWork(watches: number, seatsMax: number): Work {
  if (watches < watchesPerSeat) return single;
  const wanted = Math.ceil(watches / watchesPerSeat);
  const finalSeats = Math.max(1, Math.min(wanted, seatsMax));
  return { seats: 1, finalSeats, finalMs: (wanted * eventMs) / finalSeats };
}
