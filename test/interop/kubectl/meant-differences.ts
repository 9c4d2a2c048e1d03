/**
 * What ours is meant to say otherwise than the stock kubectl, and why: all there is. A command that
 * names one of them has only its exit code compared.
 */
export const meantDifferences = {
  "memory addresses": "the stock one prints where in its memory a value is, which says nothing",
  "shorter templates":
    "the stock one rolls back to the revision that is there, as its release writes a null into " +
    "templates that newer servers leave out, and so takes like for unlike",
  "completion of config":
    "below `config`, the stock one completes from another file than the one that is named",
  versions: "each program tells its own version, and how far that is from the server's",
} as const;

/** Of helps only the usage and what stands behind it are compared. */
export const helpReason = "descriptions, examples and usages of flags are in our own words";

export type MeantDifference = keyof typeof meantDifferences;
