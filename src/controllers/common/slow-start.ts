/**
 * Does a thing so many times, in batches that double as long as all goes well, so that one bad
 * template fails cheaply. Throws the first failure, after its batch.
 */
export async function slowStart(count: number, work: () => Promise<void>): Promise<void> {
  let remaining = count;
  for (let batch = Math.min(1, count); batch > 0; batch = Math.min(2 * batch, remaining)) {
    const results = await Promise.allSettled(Array.from({ length: batch }, work));
    const failed = results.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
    remaining -= batch;
  }
}
