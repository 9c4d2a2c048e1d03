import type { Host } from "../host.ts";
export async function complete(
  _host: Host,
  _words: readonly string[],
  _options: { readonly described: boolean },
): Promise<number> {
  return 1;
}
