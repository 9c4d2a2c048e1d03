import { PatternMistake, searchPattern } from "#machinery/re2.ts";

/** The pattern of a schema that was accepted. */
export function compilePattern(pattern: string): RegExp {
  const compiled = searchPattern(pattern);
  if (compiled instanceof PatternMistake) throw compiled;
  return compiled;
}

/** What is wrong with a pattern, as Go's parser words it; undefined where nothing is. */
export function patternError(pattern: string): string | undefined {
  const compiled = searchPattern(pattern);
  return compiled instanceof PatternMistake ? compiled.message : undefined;
}
