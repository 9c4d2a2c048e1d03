import type { Kubectl } from "../kubectl.ts";
import type { RestRequest } from "./rest-client.ts";

/** Prints what the server answers to a path, to the last byte. */
export async function getRaw(
  kubectl: Kubectl,
  uri: string,
  request: Pick<RestRequest, "method" | "body"> = {},
): Promise<void> {
  const url = new URL(uri, "http://server");
  const query: Record<string, string[]> = {};
  for (const [name, value] of url.searchParams) (query[name] ??= []).push(value);
  const rest = await kubectl.rest();
  const path = decodeURIComponent(url.pathname);
  for await (const bytes of rest.stream(
    { ...request, path, query, accept: "*/*" },
    kubectl.signal,
  )) {
    kubectl.host.stdout.write(bytes);
  }
}
