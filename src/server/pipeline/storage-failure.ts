import { failure, internalError } from "#machinery/status.ts";
import { StorageFault } from "#storage/store.ts";

/**
 * What a client is told when the medium below fails: what it is, and what is to be done. Other
 * errors come back as they are.
 */
export function storageFailure(error: unknown): unknown {
  if (!(error instanceof StorageFault)) return error;
  switch (error.code) {
    // Nothing asks for another try: clients would repeat it many times before they say anything.
    case "full":
      return failure(507, "InsufficientStorage", error.message);
    // The store logs these when they begin, not for each request.
    case "io":
      return internalError(error.message);
    default:
      return error;
  }
}
