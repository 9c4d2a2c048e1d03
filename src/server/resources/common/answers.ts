import type { ApiResponse } from "#client/transport.ts";

export function objectAnswer(status: number, object: unknown): ApiResponse {
  return { status, headers: {}, body: { kind: "object", object } };
}

/** For a connection that was taken over: there is nothing left to answer. */
export const takenOver: ApiResponse = { status: 101, headers: {}, body: { kind: "none" } };
