/** What one evaluation may cost: about a tenth of a second upstream. */
export const perCallCostLimit = 1_000_000;

/** What all rules of one object, or of one policy binding, may cost together. */
export const runtimeCostBudget = 10_000_000;

/** The same for the match conditions of one webhook or binding. */
export const matchConditionsCostBudget = 2_500_000;

/** What one validation rule of a CRD may cost by estimate. */
export const estimatedRuleCostLimit = 10_000_000;

/** What all rules of one version of a CRD may cost by estimate. */
export const estimatedSchemaCostLimit = 100_000_000;

/** Bytes that an evaluated message expression may have. */
export const messageBytesMax = 5 * 1024;
