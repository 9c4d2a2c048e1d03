import { goJson } from "#machinery/codec/go-json.ts";
import { hashSuffix } from "../../../kustomize/transform/hash.ts";
import type { Generated } from "../generator.ts";

export const appendHashFlag = {
  "append-hash": { type: "bool", usage: "Put a hash of the content behind the name." },
} as const;

/** A secret, under a name with the hash of its content where that is asked for. */
export async function secretOf(
  name: string,
  { type, data }: { readonly type: string; readonly data: Record<string, string> },
  appendHash: boolean,
): Promise<Generated> {
  const hashed = goJson({ kind: "Secret", type, name, data });
  const suffix = appendHash ? `-${await hashSuffix(hashed)}` : "";
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: name + suffix },
    ...(Object.keys(data).length > 0 && { data }),
    ...(type && { type }),
  };
}
