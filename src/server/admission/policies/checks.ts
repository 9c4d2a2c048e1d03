import type { Awaitable } from "#base/awaitable.ts";
import type { Attributes, Authorizer, Decision } from "../../authz/authorizer.ts";
import type { Checks } from "./expressions.ts";

/** Rounds of questions that depend on the answers of the round before. */
const roundsMax = 20;

/**
 * Lets expressions, which are evaluated without waiting, ask the authorizer, which may have to
 * wait: an evaluation that asks something new is repeated once the answer is there.
 */
export class AuthorizationChecks implements Checks {
  readonly #authorizer: Authorizer | undefined;
  readonly #answers = new Map<string, Decision>();
  readonly #pending = new Map<string, Attributes>();

  constructor(authorizer: Authorizer | undefined) {
    this.#authorizer = authorizer;
  }

  ask(attributes: Attributes): Decision | undefined {
    const key = JSON.stringify(attributes);
    const answer = this.#answers.get(key);
    if (!answer) this.#pending.set(key, attributes);
    return answer;
  }

  /** The result of `evaluate` when it has all the answers that it asks for. */
  async settle<T>(evaluate: () => T): Promise<T> {
    for (let round = 1; ; round++) {
      const result = evaluate();
      if (this.#pending.size === 0) return result;
      if (round === roundsMax) throw new Error("an expression asks the authorizer without end");
      for (const [key, attributes] of this.#pending) {
        this.#answers.set(key, await this.#decide(attributes));
      }
      this.#pending.clear();
    }
  }

  #decide(attributes: Attributes): Awaitable<Decision> {
    if (this.#authorizer) return this.#authorizer.authorize(attributes);
    throw new Error("this server has no authorizer that expressions could ask");
  }
}
