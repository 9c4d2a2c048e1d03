import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  createCertificateAuthority,
  issueCertificate,
  isSignedBy,
  loadCertificateAuthority,
  loadKeyPair,
} from "#pki/certificate.ts";
import type { Certificate, CertificateAuthority, KeyPairPem } from "#pki/certificate.ts";
import { createSigningKey, loadSigningKey } from "#pki/keys.ts";
import type { SigningKey } from "#pki/keys.ts";
import { gatewayOf, serviceAddress } from "../config.ts";
import type { ClusterConfig, NodeConfig } from "../config.ts";

/** The secrets of a cluster. */
export interface ClusterPki {
  readonly authority: CertificateAuthority;
  readonly serviceAccountKey: SigningKey;
  readonly server: KeyPairPem;
  /** The API server towards kubelets. */
  readonly kubeletClient: KeyPairPem;
  /** Of those who may say in headers who asks, which is a right of its own. */
  readonly frontProxyAuthority: CertificateAuthority;
  /** The API server towards servers behind APIServices. */
  readonly frontProxyClient: KeyPairPem;
  /** The nodes' proxies and DNS. */
  readonly proxy: KeyPairPem;
  /** The person's, for the kubeconfig: in system:masters. */
  readonly admin: KeyPairPem;
}

/** As whom the API server speaks for others; only this name may, of all that the authority signs. */
export const frontProxyName = "front-proxy-client";

/** The part of its life after which a certificate is renewed. */
const renewAfterShare = 0.8;

/**
 * Loads the cluster's keys and certificates, making those that are missing, have another's key,
 * or will soon have run out. With `mend` false it throws where a key is another's: somebody may
 * be putting both in place just now.
 */
export async function ensurePki(
  folder: string,
  config: ClusterConfig,
  now: number,
  { mend = true }: { readonly mend?: boolean } = {},
): Promise<ClusterPki> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const authorityOf = (name: string, commonName: string) =>
    ensureAuthority(folder, name, commonName, now);
  const [authority, frontProxyAuthority] = await Promise.all([
    authorityOf("ca", "kijabi-ca"),
    authorityOf("front-proxy-ca", "front-proxy-ca"),
  ]);
  const leaf = (name: string, make: () => Promise<KeyPairPem>) =>
    leafCertificate({ folder, name, authority, now, mend }, make);
  const [serviceAccountKey, server, kubeletClient, frontProxyClient, proxy, admin] =
    await Promise.all([
      signingKey(join(folder, "sa.key")),
      leaf("apiserver", () =>
        issueCertificate(authority, {
          commonName: "kube-apiserver",
          dnsNames: [
            "localhost",
            "kubernetes",
            "kubernetes.default",
            "kubernetes.default.svc",
            "kubernetes.default.svc.cluster.local",
          ],
          ipAddresses: ["127.0.0.1", gatewayOf(config), serviceAddress(config, "kubernetes")],
          usages: "server",
          now,
        }),
      ),
      leaf("apiserver-kubelet-client", () =>
        issueCertificate(authority, {
          commonName: "kube-apiserver-kubelet-client",
          organizations: ["system:masters"],
          usages: "client",
          now,
        }),
      ),
      leafCertificate(
        { folder, name: "front-proxy-client", authority: frontProxyAuthority, now, mend },
        () =>
          issueCertificate(frontProxyAuthority, {
            commonName: frontProxyName,
            usages: "client",
            now,
          }),
      ),
      leaf("kube-proxy", () =>
        issueCertificate(authority, { commonName: "system:kube-proxy", usages: "client", now }),
      ),
      leaf("admin", () =>
        issueCertificate(authority, {
          commonName: "kubernetes-admin",
          organizations: ["system:masters"],
          usages: "client",
          now,
        }),
      ),
    ]);
  return {
    authority,
    serviceAccountKey,
    server,
    kubeletClient,
    frontProxyAuthority,
    frontProxyClient,
    proxy,
    admin,
  };
}

/** A node's own: it is a client of the API server and serves its kubelet API with it. */
export function nodeCertificate(
  folder: string,
  authority: CertificateAuthority,
  node: NodeConfig,
  now: number,
): Promise<KeyPairPem> {
  return leafCertificate({ folder, name: `node-${node.name}`, authority, now, mend: true }, () =>
    issueCertificate(authority, {
      commonName: `system:node:${node.name}`,
      organizations: ["system:nodes"],
      dnsNames: [node.name],
      ipAddresses: [node.address, "127.0.0.1"],
      usages: "both",
      now,
    }),
  );
}

interface Leaf {
  readonly folder: string;
  readonly name: string;
  readonly authority: CertificateAuthority;
  readonly now: number;
  readonly mend: boolean;
}

async function leafCertificate(
  { folder, name, authority, now, mend }: Leaf,
  make: () => Promise<KeyPairPem>,
): Promise<KeyPairPem> {
  const known = await readPair(folder, name);
  const loaded = known && (await loadKeyPair(known).catch(refusedUnless(mend)));
  if (known && loaded) {
    const { certificate } = loaded;
    const isOurs = await isSignedBy(certificate, authority.certificate);
    if (isOurs && !isDue(certificate, now)) return known;
  }
  const made = await make();
  await writePair(folder, name, made);
  return made;
}

/**
 * One that we made gets a new certificate in time, for the same key: what it has signed stays
 * good. Other people's are theirs to renew. Throws when the key is not the certificate's, because
 * another authority would not be known to anybody.
 */
async function ensureAuthority(
  folder: string,
  name: string,
  commonName: string,
  now: number,
): Promise<CertificateAuthority> {
  const pair = await readPair(folder, name);
  const known = pair && (await loadCertificateAuthority(pair));
  if (known) {
    const isOurs = known.certificate.subject.commonName === commonName;
    if (!isOurs || !isDue(known.certificate, now)) return known;
  }
  const made = await createCertificateAuthority({
    commonName,
    now,
    ...(known && { key: known.key }),
  });
  await writePair(folder, name, made);
  return made;
}

function refusedUnless(mend: boolean): (error: unknown) => undefined {
  return (error) => {
    if (!mend) throw error;
  };
}

function isDue({ notBefore, notAfter }: Certificate, now: number): boolean {
  return now >= notBefore + renewAfterShare * (notAfter - notBefore);
}

/** Whether nothing of it was changed or renewed in between. */
export function isSamePki(one: ClusterPki, other: ClusterPki): boolean {
  const text = (pki: ClusterPki) =>
    [
      pki.authority,
      pki.server,
      pki.kubeletClient,
      pki.frontProxyAuthority,
      pki.frontProxyClient,
      pki.proxy,
      pki.admin,
    ]
      .flatMap(({ certificatePem, privateKeyPem }) => [certificatePem, privateKeyPem])
      .join("");
  return text(one) === text(other);
}

async function signingKey(file: string): Promise<SigningKey> {
  const known = await readIfPresent(file);
  if (known) return loadSigningKey(known);
  const key = await createSigningKey();
  await writeSecret(file, key.privateKeyPem);
  return key;
}

async function readPair(folder: string, name: string): Promise<KeyPairPem | undefined> {
  const [certificatePem, privateKeyPem] = await Promise.all([
    readIfPresent(join(folder, `${name}.crt`)),
    readIfPresent(join(folder, `${name}.key`)),
  ]);
  return certificatePem && privateKeyPem ? { certificatePem, privateKeyPem } : undefined;
}

async function writePair(folder: string, name: string, pair: KeyPairPem): Promise<void> {
  // The key first: a certificate without its key would be taken for whole after a crash.
  await writeSecret(join(folder, `${name}.key`), pair.privateKeyPem);
  await writeSecret(join(folder, `${name}.crt`), pair.certificatePem);
}

async function writeSecret(file: string, content: string): Promise<void> {
  const temporary = `${file}.new`;
  // A store that outlives the keys of its cluster would be of no use to anybody.
  await writeFile(temporary, content, { mode: 0o600, flush: true });
  await rename(temporary, file);
}

async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
