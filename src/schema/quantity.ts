/**
 * Numbers with a unit, as Kubernetes writes amounts of CPU and memory: "500m", "1.5Gi", "2e3".
 * Exact: a value is a whole number of nano-units, in a BigInt.
 */
export interface Quantity {
  readonly nanos: bigint;
  readonly format: "decimal" | "binary" | "exponent";
}

/** Far beyond what anything is measured in, and still quick to count with. */
const powerMax = 300;
const nanosPerUnit = 1_000_000_000n;
const decimalSuffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"] as const;
const binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] as const;
const pattern = /^([+-]?)(\d+\.?\d*|\.\d+)(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i))?$/;

/** Undefined when the text is no quantity. Amounts below a nano-unit round up, as upstream's do. */
export function parseQuantity(text: string): Quantity | undefined {
  const known = parsed.get(text);
  if (known) return known;
  const quantity = parse(text);
  if (quantity && text.length <= parsedLengthMax) {
    if (parsed.size === parsedMax) parsed.clear();
    parsed.set(text, quantity);
  }
  return quantity;
}

/** The same few amounts come again and again. */
const parsed = new Map<string, Quantity>();
const parsedMax = 1_000;
const parsedLengthMax = 16;

function parse(text: string): Quantity | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [, sign, number = "", exponent, suffix = ""] = match;
  const [whole = "", fraction = ""] = number.split(".");
  const digits = BigInt(whole + fraction || "0");
  let numerator = digits * nanosPerUnit;
  let denominator = 10n ** BigInt(fraction.length);
  const format = exponent ? "exponent" : suffix.endsWith("i") ? "binary" : "decimal";
  if (format === "binary") {
    numerator *= 1024n ** BigInt(binarySuffixes.indexOf(suffix as (typeof binarySuffixes)[number]));
  } else {
    const power = exponent ? Number(exponent.slice(1)) : decimalPower(suffix);
    if (Math.abs(power) > powerMax) return undefined;
    if (power >= 0) numerator *= 10n ** BigInt(power);
    else denominator *= 10n ** BigInt(-power);
  }
  const magnitude = (numerator + denominator - 1n) / denominator;
  return { nanos: sign === "-" ? -magnitude : magnitude, format };
}

/** The shortest exact form, the way upstream stores it: "1000m" becomes "1", "1024Ki" "1Mi". */
export function formatQuantity({ nanos, format }: Quantity): string {
  if (nanos === 0n) return "0";
  const sign = nanos < 0n ? "-" : "";
  const magnitude = nanos < 0n ? -nanos : nanos;
  if (format === "binary" && magnitude % nanosPerUnit === 0n) {
    let amount = magnitude / nanosPerUnit;
    // Upstream shows binary quantities below 1024 as decimal.
    let step = 0;
    while (step < binarySuffixes.length - 1 && amount % 1024n === 0n) {
      amount /= 1024n;
      step++;
    }
    return `${sign}${amount}${binarySuffixes[step]}`;
  }
  let amount = magnitude;
  let step = 0;
  while (step < decimalSuffixes.length - 1 && amount % 1000n === 0n) {
    amount /= 1000n;
    step++;
  }
  if (format === "exponent" && step !== 3) return `${sign}${amount}e${(step - 3) * 3}`;
  return `${sign}${amount}${decimalSuffixes[step]}`;
}

/** What the server stores for what a user wrote. */
export function canonicalQuantity(value: string | number): string | undefined {
  const quantity = parseQuantity(String(value));
  return quantity && formatQuantity(quantity);
}

/** Whole units, rounded up: bytes of memory, whole CPUs, pods. */
export function quantityValue(text: string): number {
  const nanos = parseQuantity(text)?.nanos ?? 0n;
  return Number(nanos >= 0n ? (nanos + nanosPerUnit - 1n) / nanosPerUnit : nanos / nanosPerUnit);
}

/** Thousandths, rounded up: milli-CPUs. */
export function quantityMilli(text: string): number {
  const nanos = parseQuantity(text)?.nanos ?? 0n;
  return Number(nanos >= 0n ? (nanos + 999_999n) / 1_000_000n : nanos / 1_000_000n);
}

/** Negative, zero or positive, like a comparator. Not a quantity counts as 0. */
export function compareQuantities(left: string, right: string): number {
  const difference = (parseQuantity(left)?.nanos ?? 0n) - (parseQuantity(right)?.nanos ?? 0n);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The sum, in the format of the left one (of the right one when the left is zero). */
export function addQuantities(left: string, right: string): string {
  const a = parseQuantity(left) ?? { nanos: 0n, format: "decimal" as const };
  const b = parseQuantity(right) ?? { nanos: 0n, format: "decimal" as const };
  return formatQuantity({ nanos: a.nanos + b.nanos, format: a.nanos === 0n ? b.format : a.format });
}

export function subtractQuantities(left: string, right: string): string {
  const a = parseQuantity(left) ?? { nanos: 0n, format: "decimal" as const };
  const b = parseQuantity(right) ?? { nanos: 0n, format: "decimal" as const };
  return formatQuantity({ nanos: a.nanos - b.nanos, format: a.nanos === 0n ? b.format : a.format });
}

function decimalPower(suffix: string): number {
  return (decimalSuffixes.indexOf(suffix as (typeof decimalSuffixes)[number]) - 3) * 3;
}
