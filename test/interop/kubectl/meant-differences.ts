/**
 * What ours is meant to say otherwise than the stock kubectl, and why: all there is. A command that
 * names one of them has only its exit code compared; of a help, the usage line and what is behind it.
 */
export const meantDifferences = {
  "memory addresses": "the stock one prints where in its memory a value is, which says nothing",
  "shorter templates":
    "the stock one rolls back to the revision that is there, as its release writes a null into " +
    "templates that newer servers leave out, and so takes like for unlike",
  "completion of config":
    "below `config`, the stock one completes from another file than the one that is named",
  versions: "each program tells its own version, and how far that is from the server's",
  helps: "descriptions, examples and what flags are for are told in our own words",
} as const;

export type MeantDifference = keyof typeof meantDifferences;
