import { Secret } from "#api/core/v1.ts";
import { defineController } from "#component/controller.ts";
import { endOf, tokenQuery } from "./token.ts";

/** Removes bootstrap tokens when their time is over. */
export const bootstrapTokenCleaner = defineController({
  name: "token-cleaner-controller",
  for: Secret,
  query: tokenQuery,

  async reconcile(secret, ctx) {
    const end = endOf(secret);
    if (end === undefined) return undefined;
    if (end > ctx.now) return { requeueAfterMs: end - ctx.now };
    await ctx.delete(Secret, secret);
    return undefined;
  },
});
