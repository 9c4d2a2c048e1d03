import { emptyConfig, mergeConfigs } from "./config/transformer-config.ts";
import type { TransformerConfig } from "./config/transformer-config.ts";
import { ResourceSet } from "./resource-set.ts";
import { VarSet } from "./transform/vars.ts";

/** What has been gathered of a kustomization and what it builds on. */
export class Accumulator {
  readonly set = new ResourceSet();
  readonly vars = new VarSet();
  config: TransformerConfig = emptyConfig;

  mergeConfig(config: TransformerConfig): void {
    this.config = mergeConfigs(this.config, config);
  }

  /** Takes in another, of whose objects none may be here already. */
  merge(other: Accumulator): void {
    this.set.appendAll(other.set.resources);
    this.mergeConfig(other.config);
    this.vars.add(other.vars.sorted);
  }
}
