/** One field of a schedule: which values it allows. */
export interface Field {
  readonly has: (value: number) => boolean;
  /** It says nothing, as "*" does: of day of month and day of week only the other one counts. */
  readonly isAny: boolean;
}

export interface Bounds {
  readonly min: number;
  readonly max: number;
  /** Words for the values, from `min` on. */
  readonly names?: readonly string[];
}

/** Thrown by the parser of fields, and told to the caller of `parseSchedule` as its text. */
export class FieldProblem extends Error {}

/** Comma-separated ranges: "5", "1-5", "*", "10-50/20", "mon-fri". */
export function parseField(text: string, bounds: Bounds): Field {
  const values = new Set<number>();
  let isAny = false;
  for (const range of text.split(",").filter((part) => part !== "")) {
    const parsed = parseRange(range, bounds);
    for (let value = parsed.from; value <= parsed.to; value += parsed.step) values.add(value);
    isAny ||= parsed.isAny;
  }
  return { has: (value) => values.has(value), isAny };
}

function parseRange(text: string, bounds: Bounds) {
  const { max, min } = bounds;
  const [range = "", stepText, ...moreSteps] = text.split("/");
  const [low = "", high, ...moreEnds] = range.split("-");
  const isStar = low === "*" || low === "?";
  if (!isStar && moreEnds.length > 0) throw new FieldProblem(`too many hyphens: ${text}`);
  const from = isStar ? min : valueOf(low, bounds);
  let to = isStar ? max : high === undefined ? from : valueOf(high, bounds);
  let step = 1;
  if (moreSteps.length > 0) throw new FieldProblem(`too many slashes: ${text}`);
  if (stepText !== undefined) {
    step = numberOf(stepText);
    // "5/10" is from 5 to the end.
    if (high === undefined) to = max;
  }
  if (from < min) {
    throw new FieldProblem(`beginning of range (${from}) below minimum (${min}): ${text}`);
  }
  if (to > max) throw new FieldProblem(`end of range (${to}) above maximum (${max}): ${text}`);
  if (from > to) {
    throw new FieldProblem(`beginning of range (${from}) beyond end of range (${to}): ${text}`);
  }
  if (step === 0) {
    throw new FieldProblem(`step of range should be a positive number: ${text}`);
  }
  return { from, to, step, isAny: isStar && step === 1 };
}

function valueOf(text: string, { min, names }: Bounds): number {
  const at = names?.indexOf(text.toLowerCase()) ?? -1;
  return at < 0 ? numberOf(text) : min + at;
}

function numberOf(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) {
    const quoted = JSON.stringify(text);
    throw new FieldProblem(
      `failed to parse int from ${text}: strconv.Atoi: parsing ${quoted}: invalid syntax`,
    );
  }
  const number = Number(text);
  if (number < 0) throw new FieldProblem(`negative number (${number}) not allowed: ${text}`);
  return number;
}
