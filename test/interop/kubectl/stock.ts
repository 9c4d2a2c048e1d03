import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { findBinary } from "../../../src/cluster/providers/node/host.ts";

/** The kubectl whose behaviour is ours, and why there is none. */
export function stockKubectl(): { readonly path: string; readonly skip: string | false } {
  const found = findBinary("kubectl", process.env["PATH"] ?? "");
  if (!found) return { path: "", skip: "there is no kubectl on the PATH" };
  const path = join(dirname(realpathSync(found)), "kubectl.1.33");
  if (existsSync(path)) return { path, skip: false };
  return { path: "", skip: "there is no kubectl.1.33 beside the kubectl on the PATH" };
}
