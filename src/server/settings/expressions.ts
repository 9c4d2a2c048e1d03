/** What an expression is about: a token's claims, the user they make, or a review of access. */
export type Subject = "claims" | "user" | "request";

/** One expression, ready to be asked often. */
export interface CompiledExpression {
  /** Throws `ExpressionError` when it has no value for this. */
  evaluate(subject: unknown): unknown;
  /** Whether it reads that field of its subject: `claims.email`. */
  reads(field: string): boolean;
}

/** A language for what configuration files decide. */
export interface Expressions {
  /**
   * A condition must be true or false. Throws `ExpressionError` for what is no such expression
   * over the variable that is called as the subject.
   */
  compile(
    expression: string,
    subject: Subject,
    options?: { readonly isCondition?: boolean },
  ): CompiledExpression;
}

export class ExpressionError extends Error {
  override name = "ExpressionError";
}
