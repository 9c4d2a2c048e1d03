import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import type { Scope } from "#base/scope.ts";
import type { KmsSettings } from "#server/encryption/kms.ts";
import type { KmsEnvelope } from "#storage/encryption/node/kms/envelope.ts";
import type { KmsPlugin } from "#storage/encryption/node/kms/plugin.ts";

/** The key management plugins of one configuration file. */
export class KmsPlugins {
  readonly #environment: {
    readonly clock: Clock;
    readonly random: Random;
    readonly logger: Logger;
    readonly scope: Scope;
  };
  readonly #open: { envelope: KmsEnvelope; plugin: KmsPlugin; timeoutMs: number }[] = [];
  readonly #stopping = new AbortController();

  constructor(environment: { clock: Clock; random: Random; logger: Logger; scope: Scope }) {
    this.#environment = environment;
  }

  get size(): number {
    return this.#open.length;
  }

  /** Goes on asking it until these are closed, or the scope is. */
  async open({ name, endpoint, timeoutMs }: KmsSettings) {
    const [{ connectPlugin }, { KmsEnvelope }] = await Promise.all([
      import("#storage/encryption/node/kms/plugin.ts"),
      import("#storage/encryption/node/kms/envelope.ts"),
    ]);
    const plugin = connectPlugin(endpoint, timeoutMs);
    const envelope = new KmsEnvelope({ ...this.#environment, name, plugin });
    this.#open.push({ envelope, plugin, timeoutMs });
    return { name, cipher: envelope };
  }

  /** Asks each of them once, and from then on again and again. */
  async probe(): Promise<void> {
    const { scope } = this.#environment;
    await Promise.all(this.#open.map(({ envelope }) => envelope.probe()));
    scope.onClose(() => this.close());
    for (const { envelope } of this.#open) {
      scope.run("key management", (signal) =>
        envelope.run(AbortSignal.any([signal, this.#stopping.signal])),
      );
    }
  }

  /** Undefined when all of them are well. */
  problem(): string | undefined {
    return this.#open.map(({ envelope }) => envelope.problem).find((each) => each !== undefined);
  }

  close(): void {
    this.#stopping.abort();
    for (const { plugin } of this.#open) plugin.close();
  }

  /** When nobody waits for them any more. */
  closeLater(): void {
    const { clock, scope } = this.#environment;
    const graceMs = 2 * this.#open.reduce((sum, { timeoutMs }) => sum + timeoutMs, 0);
    scope.run("earlier key management", async (signal) => {
      await sleep(clock, graceMs, signal).catch(() => {});
      this.close();
    });
  }
}
