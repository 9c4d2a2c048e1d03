import { isDeepStrictEqual } from "node:util";
import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import { parseCertificate } from "#pki/certificate.ts";
import { decodePem } from "#pki/pem.ts";
import type { TlsMaterial } from "#server/node/listen.ts";
import type { ClusterConfig } from "../config.ts";
import { readAuthorities } from "./access.ts";
import type { AuthorityFlags, ForeignAuthorities } from "./access.ts";
import { joinPem } from "./front-proxy.ts";
import { ensurePki, isSamePki } from "./pki.ts";
import type { ClusterPki } from "./pki.ts";

export interface CertificatesOptions {
  readonly folder: string;
  readonly config: ClusterConfig;
  readonly flags: AuthorityFlags;
  readonly clock: Clock;
}

/** PEM; may hold several each. */
export interface TrustedAuthorities {
  readonly client: string;
  /** Of those who may say in headers who asks. */
  readonly requestHeader: string;
}

/** What the server shows and whom it trusts, as the files have it, renewed in time. */
export class ServerCertificates {
  readonly #options: CertificatesOptions;
  #pki: ClusterPki;
  #foreign: ForeignAuthorities;
  /** What was odd at the last look and still is, nobody is about to put right. */
  #wasOdd = false;

  private constructor(options: CertificatesOptions, pki: ClusterPki, foreign: ForeignAuthorities) {
    this.#options = options;
    this.#pki = pki;
    this.#foreign = foreign;
  }

  static async open(options: CertificatesOptions): Promise<ServerCertificates> {
    return new ServerCertificates(options, ...(await read(options, { mend: true })));
  }

  get pki(): ClusterPki {
    return this.#pki;
  }

  /** Somebody else's authorities come besides the cluster's own, which its components need. */
  get trusted(): TrustedAuthorities {
    const { authority, frontProxyAuthority } = this.#pki;
    return {
      client: joinPem(this.#foreign.client, authority.certificatePem),
      requestHeader: joinPem(this.#foreign.requestHeader, frontProxyAuthority.certificatePem),
    };
  }

  get tls(): TlsMaterial {
    const { client, requestHeader } = this.trusted;
    return {
      certificate: this.#pki.server.certificatePem,
      key: this.#pki.server.privateKeyPem,
      clientCertificateAuthority: client,
      requestHeaderAuthority: requestHeader,
    };
  }

  /** True when anything has changed. Rejects, and keeps what there was, for what is no good. */
  async refresh(): Promise<boolean> {
    const mend = this.#wasOdd;
    this.#wasOdd = true;
    const [pki, foreign] = await read(this.#options, { mend });
    this.#wasOdd = false;
    const isSame = isSamePki(pki, this.#pki) && isDeepStrictEqual(foreign, this.#foreign);
    this.#pki = pki;
    this.#foreign = foreign;
    return !isSame;
  }
}

const everyMsDefault = 20_000;

/** Refreshes until the signal aborts; `looked` is called each time, also for the nodes' own. */
export async function keepCertificates(
  certificates: ServerCertificates,
  {
    clock,
    logger,
    changed,
    looked,
    everyMs = everyMsDefault,
  }: {
    readonly clock: Clock;
    readonly logger: Logger;
    readonly changed: () => void;
    readonly looked?: () => Promise<void>;
    readonly everyMs?: number;
  },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await sleep(clock, everyMs, signal);
      if (await certificates.refresh()) {
        changed();
        logger.info("certificates were renewed");
      }
      await looked?.();
    } catch (error) {
      if (signal.aborted) return;
      logger.warn("the certificates in use are the old ones", { error });
    }
  }
}

/** Throws for what cannot be used, before any of it is. */
async function read(
  { folder, config, flags, clock }: CertificatesOptions,
  how: { readonly mend: boolean },
): Promise<[ClusterPki, ForeignAuthorities]> {
  const foreign = await readAuthorities(flags);
  for (const pem of Object.values(foreign)) {
    const certificates = decodePem(pem).filter(({ label }) => label === "CERTIFICATE");
    if (certificates.length === 0) throw new Error("a file of authorities has no certificate");
    for (const { der } of certificates) parseCertificate(der);
  }
  return [await ensurePki(folder, config, clock.now(), how), foreign];
}
