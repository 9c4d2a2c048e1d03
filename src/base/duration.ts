const unitNanos: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Nanoseconds of a Go duration such as "1m30s"; undefined for what is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^([+-]?)(.*)$/s.exec(text);
  const body = match?.[2] ?? "";
  if (body === "0") return 0;
  let nanos = 0;
  let matched = 0;
  for (const [part, number, unit = ""] of body.matchAll(
    /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy,
  )) {
    nanos += Number(number) * (unitNanos[unit] ?? 0);
    matched += part.length;
  }
  if (matched === 0 || matched !== body.length) return undefined;
  const whole = Math.trunc(nanos);
  return match?.[1] === "-" ? -whole : whole;
}

/** As Go prints it: "1m30s", "1h0m0s", "1.5s", "100ms". */
export function formatDuration(nanos: number): string {
  if (nanos === 0) return "0s";
  const sign = nanos < 0 ? "-" : "";
  const magnitude = Math.abs(nanos);
  if (magnitude < 1e3) return `${sign}${magnitude}ns`;
  if (magnitude < 1e6) return `${sign}${magnitude / 1e3}µs`;
  if (magnitude < 1e9) return `${sign}${magnitude / 1e6}ms`;
  const hours = Math.floor(magnitude / 3600e9);
  const minutes = Math.floor(magnitude / 60e9) % 60;
  // Whole nanoseconds of what is left, so that no float shows digits that nobody wrote.
  const left = magnitude % 60e9;
  const fraction = String(left % 1e9)
    .padStart(9, "0")
    .replace(/0+$/, "");
  const seconds = `${Math.floor(left / 1e9)}${fraction ? `.${fraction}` : ""}s`;
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}` : `${sign}${seconds}`;
}
