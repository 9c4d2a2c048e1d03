import type { Loader } from "../load/loader.ts";
import type { Resource } from "../resource.ts";
import type { Scopes } from "../schema/kinds.ts";
import type { MergeSchemas } from "../schema/merge-schema.ts";
import type { Transformer } from "../transform/transformer.ts";
import type { HelmSettings } from "./helm.ts";

/** Makes objects. */
export interface Generator {
  generate(): Promise<readonly Resource[]>;
}

export type Plugin = Generator | Transformer;

export function isGenerator(plugin: Plugin): plugin is Generator {
  return "generate" in plugin;
}

/** What a plugin is given besides its own settings. */
export interface PluginContext {
  readonly loader: Loader;
  readonly schemas: MergeSchemas & Scopes;
  readonly helm: HelmSettings;
  readonly signal: AbortSignal;
}
