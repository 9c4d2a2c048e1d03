import { text } from "#base/bytes.ts";
import { isRecord } from "#schema/decode.ts";
import type { ForeignOpenApi } from "../openapi/openapi.ts";
import type { RemoteAnswer, RemoteQuestion } from "./remote-documents.ts";

type Json = Readonly<Record<string, unknown>>;
type OpenApiV2 = ForeignOpenApi["v2"][number];

/** What one server says of one version: where its document of version 3 is, and that of version 2. */
export interface VersionOpenApi {
  /** The hash of each document, by its path: "apis/metrics.k8s.io/v1beta1". */
  readonly v3: Readonly<Record<string, string>>;
  readonly v2?: OpenApiV2;
}

/** Servers need not have any of it. Rejects where the server cannot be asked. */
export async function readOpenApi(
  { group, version }: { readonly group: string; readonly version: string },
  ask: RemoteQuestion,
): Promise<VersionOpenApi> {
  const index = parsed(await ask("/openapi/v3", "application/json"));
  const v3: Record<string, string> = {};
  for (const path of [`apis/${group}`, `apis/${group}/${version}`]) {
    const hash = hashIn(index["paths"], path);
    if (hash !== undefined) v3[path] = hash;
  }
  const whole = parsed(await ask("/openapi/v2", "application/json"));
  const v2 = partOf(whole, `/apis/${group}/${version}/`);
  return { v3, ...(v2 && { v2 }) };
}

function parsed({ status, bytes }: RemoteAnswer): Json {
  if (status === 503) throw new Error("the server is unavailable");
  if (status !== 200) return {};
  const value: unknown = JSON.parse(text(bytes));
  return isRecord(value) ? value : {};
}

function hashIn(paths: unknown, path: string): string | undefined {
  const entry = isRecord(paths) ? paths[path] : undefined;
  const url = isRecord(entry) ? entry["serverRelativeURL"] : undefined;
  if (typeof url !== "string") return undefined;
  return new URLSearchParams(url.split("?")[1] ?? "").get("hash") ?? "";
}

/** The paths that begin so, and the definitions that they use. Undefined where there are none. */
export function partOf(document: Json, prefix: string): OpenApiV2 | undefined {
  const { paths, definitions } = document;
  if (!isRecord(paths)) return undefined;
  const kept = Object.entries(paths).filter(([path]) => path.startsWith(prefix));
  if (kept.length === 0) return undefined;
  const known = isRecord(definitions) ? definitions : {};
  const used = new Map<string, unknown>();
  const left: unknown[] = kept.map(([, value]) => value);
  while (left.length > 0) {
    for (const name of referencesIn(left.pop())) {
      if (used.has(name) || known[name] === undefined) continue;
      used.set(name, known[name]);
      left.push(known[name]);
    }
  }
  return { paths: Object.fromEntries(kept), definitions: Object.fromEntries(used) } as OpenApiV2;
}

const definitionPrefix = "#/definitions/";

function* referencesIn(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* referencesIn(item);
  if (!isRecord(value)) return;
  for (const [key, child] of Object.entries(value)) {
    if (key !== "$ref" || typeof child !== "string") yield* referencesIn(child);
    else if (child.startsWith(definitionPrefix)) yield child.slice(definitionPrefix.length);
  }
}
