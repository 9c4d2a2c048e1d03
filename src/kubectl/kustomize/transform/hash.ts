import { utf8 } from "#base/bytes.ts";
import { sha256Hex } from "#pki/digest.ts";
import { failed } from "../error.ts";
import { goJson } from "../go-json.ts";
import type { ResourceSet } from "../resource-set.ts";
import type { Resource } from "../resource.ts";
import { jsonOf } from "../yaml/write.ts";

/** Gives what generators made names that change with the content. */
export async function addHashes(set: ResourceSet): Promise<void> {
  for (const resource of set.resources) {
    if (!resource.needsHash) continue;
    const hash = await contentHash(resource);
    resource.storePreviousId();
    resource.name = `${resource.name}-${hash}`;
  }
}

export async function contentHash(resource: Resource): Promise<string> {
  return await hashSuffix(hashedText(resource));
}

/** Ten characters of the text's SHA-256, without those that make words. */
export async function hashSuffix(text: string): Promise<string> {
  const hex = await sha256Hex(utf8(text));
  return hex.slice(0, 10).replaceAll(/[013ae]/g, (digit) => letters[digit] ?? digit);
}

const letters: Readonly<Record<string, string>> = { 0: "g", 1: "h", 3: "k", a: "m", e: "t" };

function hashedText(resource: Resource): string {
  const { kind } = resource;
  const value = (name: string) => {
    const node = resource.root.field(name);
    if (!node) return "";
    return node.kind === "scalar" ? node.text : jsonOf(node);
  };
  const extra = kind === "ConfigMap" ? "binaryData" : "stringData";
  const more = typeof value(extra) === "object" ? { [extra]: value(extra) } : {};
  // The stock one looks for the name where it is not, and so leaves it out.
  const common = { kind, name: "", data: value("data"), ...more };
  if (kind === "ConfigMap") return goJson(common);
  if (kind === "Secret") return goJson({ ...common, type: value("type") });
  throw failed(`only ConfigMaps and Secrets can have a hash in their name, not ${kind}`);
}
