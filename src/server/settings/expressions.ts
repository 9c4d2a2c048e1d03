/** One expression, ready to be asked often. */
export interface CompiledExpression {
  /** Throws `ExpressionError` when it has no value for these. */
  evaluate(variables: Readonly<Record<string, unknown>>): unknown;
  /** Whether it reads that field of that variable: `claims.email`. */
  reads(variable: string, field: string): boolean;
}

/** A language for conditions in configuration files. */
export interface Expressions {
  /** Throws `ExpressionError` for what is no expression over these variables. */
  compile(expression: string, variables: readonly string[]): CompiledExpression;
}

export class ExpressionError extends Error {
  override name = "ExpressionError";
}

/** Where there is no engine: every expression is refused, so that none is taken for true. */
export const noExpressions: Expressions = {
  compile() {
    throw new ExpressionError("this server has no engine for expressions");
  },
};
