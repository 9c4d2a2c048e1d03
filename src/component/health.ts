/** Undefined when all is well, else what is not. */
export type HealthCheck = () => string | undefined | Promise<string | undefined>;

export interface HealthReport {
  readonly healthy: boolean;
  /** As `/healthz?verbose` prints it. */
  readonly text: string;
}

/** What a component's `/healthz` answers from. */
export class Health {
  readonly #checks = new Map<string, HealthCheck>();

  /** Returns what removes the check. */
  add(name: string, check: HealthCheck): () => void {
    this.#checks.set(name, check);
    return () => void this.#checks.delete(name);
  }

  async report(): Promise<HealthReport> {
    let healthy = true;
    let text = "";
    for (const [name, check] of this.#checks) {
      let problem: string | undefined;
      try {
        problem = await check();
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
      }
      if (problem === undefined) text += `[+]${name} ok\n`;
      else {
        healthy = false;
        text += `[-]${name} failed: ${problem}\n`;
      }
    }
    return { healthy, text: `${text}healthz check ${healthy ? "passed" : "failed"}\n` };
  }
}
