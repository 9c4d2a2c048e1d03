import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes of the heap that somebody still holds. */
export async function heapInUse(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    collect();
    // Weak references and finalizers follow in turns of their own.
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return process.memoryUsage().heapUsed;
}
