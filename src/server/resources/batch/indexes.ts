/**
 * How many indexes "0,2-4" names, of a job with so many completions; a text tells why the list
 * cannot be read.
 */
export function indexCount(list: string, completions: number): number | string {
  let count = 0;
  let last: number | undefined;
  for (const interval of list ? list.split(",") : []) {
    const parts = interval.split("-");
    if (parts.length > 2) {
      return (
        `the fragment ${JSON.stringify(interval)} violates the requirement that an index ` +
        "interval can have at most two parts separated by '-'"
      );
    }
    const numbers: number[] = [];
    for (const part of parts) {
      if (!/^[+]?\d+$/.test(part)) {
        return `cannot convert string to integer for index: ${JSON.stringify(part)}`;
      }
      if (Number(part) >= completions) return `too large index: ${JSON.stringify(part)}`;
      numbers.push(Number(part));
    }
    const [first = 0, end = first] = numbers;
    if (last !== undefined && last >= first) {
      return `non-increasing order, previous: ${last}, current: ${first}`;
    }
    if (parts.length === 2 && end <= first) {
      return `non-increasing order, previous: ${first}, current: ${end}`;
    }
    count += end - first + 1;
    last = end;
  }
  return count;
}
