import type { PodTemplateSpec } from "#api/core/v1.ts";
import { goJson } from "#machinery/codec/go-json.ts";

/** Upstream's alphabet for names that are made from numbers. */
const alphabet = "bcdfghjklmnpqrstvwxz2456789";

/** Ten characters or less that tell pod templates apart. The same template has the same hash. */
export function templateHash(template: PodTemplateSpec, collisionCount = 0): string {
  const hash = fnv1a(stableJson(template) + (collisionCount ? ` ${collisionCount}` : ""));
  return encode(String(hash));
}

/** The hash of anything that JSON can say. */
export function hashOf(value: unknown): string {
  return encode(String(fnv1a(stableJson(value))));
}

/** As upstream names ControllerRevisions, so that a store of its reads on here: FNV-1 of the JSON. */
export function revisionHash(data: unknown, collisionCount: number): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${goJson(data)}${collisionCount}`)) {
    hash = Math.imul(hash, 0x01000193) ^ byte;
  }
  return encode(String(hash >>> 0));
}

function encode(digits: string): string {
  return [...digits].map((digit) => alphabet[digit.charCodeAt(0) % alphabet.length]).join("");
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** JSON whose keys are in order, so that equal objects read the same. */
function stableJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stableJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const row = value as Record<string, unknown>;
  const fields = Object.keys(row)
    .sort()
    .filter((key) => row[key] !== undefined)
    .map((key) => `${JSON.stringify(key)}:${stableJson(row[key])}`);
  return `{${fields.join(",")}}`;
}
