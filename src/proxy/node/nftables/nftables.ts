import { execFile } from "node:child_process";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import type { ProxyRules } from "../../proxy.ts";
import type { ProxyPlan } from "../../plan.ts";
import { table, udpProbe } from "./rules.ts";
import { changeTransaction, emptyTable, wholeTransaction } from "./transaction.ts";
import type { TableContent } from "./transaction.ts";

export interface NftablesOptions {
  /** Where the rules go, as a path for `nsenter --net=`; the process's own when missing. */
  readonly networkNamespace?: string;
  readonly random: Random;
  readonly logger: Logger;
}

/** The plan as rules of nftables, in a table of its own. One transaction per change. */
export class NftablesRules implements ProxyRules {
  readonly #options: NftablesOptions;
  /** Undefined where the kernel has no zones. */
  #zone: number | undefined;
  #isProbed = false;

  constructor(options: NftablesOptions) {
    this.#options = options;
    // Another than the one before a restart had, in all likelihood: flows may still be in that.
    this.#zone = 1 + Math.floor(options.random.float() * zoneMax);
  }

  /** Concurrent calls are not allowed. When it fails, the rules are those of before. */
  async apply(
    after: ProxyPlan,
    before: ProxyPlan | undefined,
    signal?: AbortSignal,
  ): Promise<void> {
    if (!this.#isProbed) await this.#probe(signal);
    const zone = this.#zone === undefined ? undefined : (this.#zone % zoneMax) + 1;
    const isPartial = before && JSON.stringify(before.node) === JSON.stringify(after.node);
    if (isPartial) {
      const commands = changeTransaction(before, after, zone);
      if (commands) await this.#nft(["-f", "-"], commands, signal);
    } else {
      await this.#applyWhole(after, zone, signal);
    }
    this.#zone = zone;
  }

  /** Takes all rules away. */
  async remove(signal?: AbortSignal): Promise<void> {
    await this.#nft(["-f", "-"], `add table ${table}\ndelete table ${table}\n`, signal);
  }

  async #probe(signal?: AbortSignal): Promise<void> {
    try {
      await this.#nft(["-c", "-f", "-"], udpProbe, signal);
    } catch (error) {
      if (signal?.aborted) throw error;
      this.#zone = undefined;
      this.#options.logger.warn(
        "this kernel has no connection tracking zones: a UDP client that keeps its port may go on" +
          " sending to an endpoint that is gone",
        { error },
      );
    }
    this.#isProbed = true;
  }

  async #applyWhole(
    after: ProxyPlan,
    zone: number | undefined,
    signal?: AbortSignal,
  ): Promise<void> {
    const content = await this.#content(signal);
    try {
      await this.#nft(["-f", "-"], wholeTransaction(after, zone, content), signal);
    } catch (error) {
      if (signal?.aborted || content.chains.length === 0) throw error;
      // A table that another version left may not be what this one can repair.
      this.#options.logger.warn("writing the proxy's table anew", { error });
      const commands = wholeTransaction(after, zone, emptyTable);
      await this.#nft(["-f", "-"], `delete table ${table}\n${commands}`, signal);
    }
  }

  async #content(signal?: AbortSignal): Promise<TableContent> {
    const chains = await this.#nft(["-j", "list", "chains", "ip"], "", signal);
    const sets = await this.#nft(["-j", "-t", "list", "sets", "ip"], "", signal);
    const maps = await this.#nft(["-j", "-t", "list", "maps", "ip"], "", signal);
    return {
      chains: namesIn(chains, "chain"),
      sets: namesIn(sets, "set"),
      maps: namesIn(maps, "map"),
    };
  }

  #nft(args: readonly string[], input: string, signal?: AbortSignal): Promise<string> {
    const { networkNamespace } = this.#options;
    const [program, ...before] = networkNamespace
      ? ["nsenter", `--net=${networkNamespace}`, "nft"]
      : ["nft"];
    return new Promise((resolve, reject) => {
      const settings = { maxBuffer: 64 << 20, signal };
      const child = execFile(
        program ?? "nft",
        [...before, ...args],
        settings,
        (error, out, said) => {
          if (!error) return resolve(out);
          if (signal?.aborted) return reject(signal.reason);
          reject(new Error(`nft failed: ${firstLines(said) || error.message}`, { cause: error }));
        },
      );
      // One that ends without reading its input is judged by its exit code.
      child.stdin?.on("error", () => {});
      child.stdin?.end(input);
    });
  }
}

const zoneMax = 65_535;

function namesIn(output: string, what: "chain" | "set" | "map"): readonly string[] {
  const { nftables } = JSON.parse(output) as {
    nftables: Readonly<Record<string, { family: string; table: string; name: string }>>[];
  };
  return nftables.flatMap((entry) => {
    const found = entry[what];
    return found && `${found.family} ${found.table}` === table ? [found.name] : [];
  });
}

/** It repeats the whole line with each mistake, and a line may have thousands of elements. */
function firstLines(said: string): string {
  return said
    .split("\n")
    .slice(0, 6)
    .map((line) => line.slice(0, 400))
    .join("\n")
    .trim();
}
