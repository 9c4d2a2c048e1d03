import tls from "node:tls";

/** Newer than the oldest Node that runs this: without them, Mozilla's list is what counts. */
const { getCACertificates, setDefaultCACertificates }: Partial<typeof tls> = tls;

/**
 * What TLS trusts where no authority is named. Node would read Mozilla's list, also for a
 * connection that trusts nobody of it, which takes 5 ms; this machine's own list is what other
 * programs go by.
 */
export function trustNobody(): void {
  setDefaultCACertificates?.([]);
}

export function trustThisMachine(): void {
  if (!getCACertificates || !setDefaultCACertificates) return;
  const system = getCACertificates("system");
  const trusted = system.length > 0 ? system : getCACertificates("bundled");
  setDefaultCACertificates([...trusted, ...getCACertificates("extra")]);
}
