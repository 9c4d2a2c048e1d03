import { status } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { StorageFault } from "../../store.ts";
import type { FaultCode } from "../../store.ts";

/** What the failure of a call means for who made it. */
export type Verdict =
  /** It was certainly not carried out: another member may be asked. */
  | "refused"
  /** The answer is lost; the call may have been carried out, or yet be. */
  | "unknown"
  /** The same everywhere, and nothing was carried out. */
  | "final";

/** Answers of a member that has not looked at the call. */
const refusals = [
  "No connection established",
  "Name resolution failed",
  "etcdserver: no leader",
  "etcdserver: unhealthy cluster",
  "etcdserver: too many requests",
  "etcdserver: not leader",
  "etcdserver: rpc not supported for learner",
];

export function verdictOf({ code, details }: ServiceError): Verdict {
  if (refusals.some((refusal) => details.includes(refusal))) return "refused";
  switch (code) {
    case status.UNAVAILABLE:
    case status.DEADLINE_EXCEEDED:
    case status.CANCELLED:
    case status.INTERNAL:
    case status.UNKNOWN:
    case status.ABORTED:
      return "unknown";
    default:
      return "final";
  }
}

export const isCompacted = ({ code, details }: ServiceError) =>
  code === status.OUT_OF_RANGE && details.includes("has been compacted");

export const isFuture = ({ code, details }: ServiceError) =>
  code === status.OUT_OF_RANGE && details.includes("is a future revision");

export const isLeaseTaken = ({ details }: ServiceError) => details.includes("lease already exists");

export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "details" in error;
}

export function faultOf(error: ServiceError, address: string): StorageFault {
  const { code, details } = error;
  const fault = (code: FaultCode, what: string) =>
    new StorageFault(code, `etcd at ${address} ${what}: ${details}`, { cause: error });
  if (details.includes("database space exceeded")) {
    const advice = "compact and defragment it or raise its quota, then disarm its alarm";
    return fault("full", `cannot grow (${advice})`);
  }
  switch (code) {
    case status.DATA_LOSS:
      return fault("corrupt", "has found its data damaged");
    case status.UNAUTHENTICATED:
    case status.PERMISSION_DENIED:
      return fault("io", "does not let us in");
    default:
      return verdictOf(error) === "final"
        ? fault("io", "refused the call")
        : fault("unreachable", "does not answer");
  }
}

/** A write was sent, and nobody said what became of it. */
export class UnknownOutcomeError extends Error {
  override name = "UnknownOutcomeError";
}
