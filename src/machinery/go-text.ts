import { fromByteString } from "./go/byte-string.ts";
import { show } from "./go/format.ts";
import { fromJson } from "./go/values.ts";

/** As Go prints a value with %v: `map[a:1 b:[x y]]`. Some of upstream's messages show it. */
export function goText(value: unknown): string {
  return fromByteString(show(fromJson(value), "v"));
}
