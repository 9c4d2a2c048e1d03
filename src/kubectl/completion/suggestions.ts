import type { Kubectl } from "../kubectl.ts";

/** One way in which the word may go on: the whole word. */
export interface Suggestion {
  readonly text: string;
  readonly about?: string;
}

export interface Suggestions {
  readonly items: readonly Suggestion[];
  /** What shells are to do besides. */
  readonly directive: number;
}

/** Bits that the scripts of the shells know, by cobra's numbers. */
export const directives = {
  none: 0,
  /** The word goes on: no space behind it. */
  noSpace: 2,
  /** Names of files are no answer. */
  noFiles: 4,
  /** The answers are the extensions of files to suggest. */
  fileExtensions: 8,
} as const;

/** The shell suggests files, as it does for programs that it does not know. */
export const nothing: Suggestions = { items: [], directive: directives.none };

/** How an argument may go on, by those before it. */
export type Completer = (
  kubectl: Kubectl,
  args: readonly string[],
  typed: string,
) => Promise<Suggestions>;
