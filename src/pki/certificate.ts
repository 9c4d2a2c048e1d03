import { concatBytes, text, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import {
  DerError,
  bitString,
  boolean,
  childAt,
  element,
  explicit,
  implicit,
  integer,
  objectId,
  octetString,
  readBitString,
  readChildren,
  readElement,
  readObjectId,
  readTime,
  sequence,
  set,
  tags,
  time,
  utf8String,
} from "./der.ts";
import type { DerElement } from "./der.ts";
import { sha256Hex, toHex } from "./digest.ts";
import { createSigningKey, loadSigningKey, signDer, verificationKeyOf, verifyDer } from "./keys.ts";
import type { KeyAlgorithm, SigningKey } from "./keys.ts";
import { formatIpAddress, parseIpAddress } from "./ip-address.ts";
import { decodePemBlock, encodePem } from "./pem.ts";
import { isSignatureOf, signatureScheme } from "./public-key.ts";
import { encodeKeyUsages, encodePurposes, purposeOf } from "./usages.ts";
import type { KeyUsage, Purpose } from "./usages.ts";

/** What a certificate may be used for. */
export type CertificateUsages = "server" | "client" | "both";

export interface Subject {
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** Country, city and the like, by their object ids. */
  readonly others?: readonly { readonly type: string; readonly value: string }[];
}

export interface AlternativeNames {
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly emailAddresses?: readonly string[];
  readonly uris?: readonly string[];
}

/** What is read from a certificate. */
export interface Certificate extends AlternativeNames {
  readonly der: Bytes;
  readonly subject: Subject;
  readonly issuer: Subject;
  /** Hex. */
  readonly serialNumber: string;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly isCertificateAuthority: boolean;
  readonly usages: readonly Purpose[];
  /** SubjectPublicKeyInfo, in DER. */
  readonly publicKeyInfo: Bytes;
}

export interface CertificateAuthority {
  readonly certificate: Certificate;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly key: SigningKey;
}

export interface KeyPairPem {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

export interface CertificateRequestOptions {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
}

const msPerDay = 86_400_000;
/** Certificates start a little in the past, for peers whose clocks are behind. */
const clockSkewMs = 5 * 60_000;

const oids = {
  commonName: "2.5.4.3",
  organization: "2.5.4.10",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  rsaWithSha256: "1.2.840.113549.1.1.11",
  basicConstraints: "2.5.29.19",
  keyUsage: "2.5.29.15",
  extendedKeyUsage: "2.5.29.37",
  subjectAlternativeName: "2.5.29.17",
  subjectKeyIdentifier: "2.5.29.14",
  authorityKeyIdentifier: "2.5.29.35",
  extensionRequest: "1.2.840.113549.1.9.14",
} as const;

/** Go's order of a name's parts: country, organization, unit, locality, … */
const nameOrder = [
  "2.5.4.6",
  oids.organization,
  "2.5.4.11",
  "2.5.4.7",
  "2.5.4.8",
  "2.5.4.9",
  "2.5.4.17",
  oids.commonName,
  "2.5.4.5",
];

/** A self-signed authority. `now` in milliseconds since the epoch. */
export async function createCertificateAuthority(options: {
  readonly commonName: string;
  readonly now: number;
  readonly days?: number;
  readonly algorithm?: KeyAlgorithm;
  /** One that it has already: what the authority signed before stays good. */
  readonly key?: SigningKey;
}): Promise<CertificateAuthority> {
  const key = options.key ?? (await createSigningKey(options.algorithm));
  const subject = { commonName: options.commonName, organizations: [] };
  const der = await signCertificate({
    subject,
    issuer: encodeName(subject),
    publicKeyInfo: key.publicKeyInfo,
    signer: key,
    notBefore: options.now - clockSkewMs,
    notAfter: options.now + (options.days ?? 3650) * msPerDay,
    extensions: [
      // digitalSignature, keyEncipherment, keyCertSign: as upstream's authorities have it.
      extension(oids.keyUsage, bitString(new Uint8Array([0xa4]), 2), true),
      extension(oids.basicConstraints, sequence(boolean(true)), true),
      extension(oids.subjectKeyIdentifier, octetString(await keyIdentifier(key.publicKeyInfo))),
      // kubeadm's authorities carry their name as a DNS name too.
      alternativeNamesExtension({ dnsNames: [options.commonName], ipAddresses: [] }),
    ],
  });
  return {
    certificate: parseCertificate(der),
    certificatePem: encodePem("CERTIFICATE", der),
    privateKeyPem: key.privateKeyPem,
    key,
  };
}

/** Throws when the key is not the certificate's. */
export async function loadCertificateAuthority(pem: KeyPairPem): Promise<CertificateAuthority> {
  return { ...pem, ...(await loadKeyPair(pem)) };
}

/** Throws when the key is not the certificate's. */
export async function loadKeyPair({
  certificatePem,
  privateKeyPem,
}: KeyPairPem): Promise<{ readonly certificate: Certificate; readonly key: SigningKey }> {
  const certificate = parseCertificate(certificatePem);
  const key = await loadSigningKey(privateKeyPem);
  if (toHex(key.publicKeyInfo) !== toHex(certificate.publicKeyInfo)) {
    throw new Error(
      `the private key does not belong to certificate "${certificate.subject.commonName}"`,
    );
  }
  return { certificate, key };
}

/** A certificate with a new key, signed by the authority. */
export async function issueCertificate(
  authority: CertificateAuthority,
  options: CertificateRequestOptions & {
    readonly usages: CertificateUsages;
    readonly now: number;
    readonly days?: number;
    readonly algorithm?: KeyAlgorithm;
  },
): Promise<KeyPairPem & { readonly certificate: Certificate }> {
  const key = await createSigningKey(options.algorithm);
  const der = await signLeaf(authority, {
    subject: { commonName: options.commonName, organizations: options.organizations ?? [] },
    names: { dnsNames: options.dnsNames ?? [], ipAddresses: options.ipAddresses ?? [] },
    publicKeyInfo: key.publicKeyInfo,
    keyUsages: ["digitalSignature", "keyEncipherment"],
    purposes: options.usages === "both" ? ["server", "client"] : [options.usages],
    notBefore: options.now - clockSkewMs,
    notAfter: options.now + (options.days ?? 365) * msPerDay,
  });
  return {
    certificatePem: encodePem("CERTIFICATE", der),
    privateKeyPem: key.privateKeyPem,
    certificate: parseCertificate(der),
  };
}

/** What a PKCS #10 request asks for. */
export interface CertificateRequest extends AlternativeNames {
  readonly subject: Subject;
  readonly publicKeyInfo: Bytes;
}

/** Throws when the text is no request, or its signature is not by the key it names. */
export async function parseCertificateRequest(pem: string): Promise<CertificateRequest> {
  const { isSigned, ...request } = readCertificateRequest(
    decodePemBlock(pem, "CERTIFICATE REQUEST"),
  );
  if (!(await isSigned())) throw new Error("the certificate request's signature is wrong");
  return request;
}

/**
 * A PKCS #10 request in DER, before anybody has looked at its signature: `isSigned` tells whether
 * the key that it names made it. Throws when the bytes are no request.
 */
export function readCertificateRequest(
  der: Bytes,
): CertificateRequest & { readonly isSigned: () => Promise<boolean> } {
  const parts = readChildren(readElement(der));
  const body = childAt(parts, 0, tags.sequence);
  const fields = readChildren(body);
  const publicKeyInfo = concatBytes([childAt(fields, 2, tags.sequence).whole]);
  const scheme = signatureScheme(childAt(parts, 1, tags.sequence));
  const signature = readBitString(childAt(parts, 2));
  const extensions = new Map<string, Uint8Array>();
  for (const attribute of fields[3] ? readChildren(fields[3]) : []) {
    const [type, values] = readChildren(attribute);
    if (!type || !values || readObjectId(type) !== oids.extensionRequest) continue;
    for (const list of readChildren(values)) readExtensions(list, extensions);
  }
  return {
    subject: decodeName(childAt(fields, 1, tags.sequence)),
    publicKeyInfo,
    ...readAlternativeNames(extensions),
    isSigned: async () =>
      scheme !== undefined &&
      (await isSignatureOf(publicKeyInfo, signature, concatBytes([body.whole]), scheme)),
  };
}

/** A request for `key`, as a kubelet sends it to be approved. */
export async function createCertificateRequest(
  key: SigningKey,
  options: CertificateRequestOptions,
): Promise<string> {
  const names = { dnsNames: options.dnsNames ?? [], ipAddresses: options.ipAddresses ?? [] };
  const hasNames = names.dnsNames.length + names.ipAddresses.length > 0;
  const attributes = hasNames
    ? [sequence(objectId(oids.extensionRequest), set(sequence(alternativeNamesExtension(names))))]
    : [];
  const body = sequence(
    integer(new Uint8Array([0])),
    encodeName({ commonName: options.commonName, organizations: options.organizations ?? [] }),
    key.publicKeyInfo,
    explicit(0, ...attributes),
  );
  const der = sequence(body, signatureAlgorithm(key), bitString(await signDer(key, body)));
  return encodePem("CERTIFICATE REQUEST", der);
}

/** What a certificate is good for, and from when to when, in milliseconds since the epoch. */
export interface CertificateProfile {
  readonly keyUsages: readonly KeyUsage[];
  readonly purposes: readonly Purpose[];
  readonly notBefore: number;
  readonly notAfter: number;
}

/** The certificate that a request asks for, in PEM. None outlives its authority. */
export async function signCertificateRequest(
  authority: CertificateAuthority,
  request: CertificateRequest,
  profile: CertificateProfile,
): Promise<string> {
  const der = await signLeaf(authority, {
    subject: request.subject,
    names: request,
    publicKeyInfo: request.publicKeyInfo,
    ...profile,
    notAfter: Math.min(profile.notAfter, authority.certificate.notAfter),
  });
  return encodePem("CERTIFICATE", der);
}

/** From PEM (its first certificate) or DER. */
export function parseCertificate(source: string | Bytes): Certificate {
  const der = typeof source === "string" ? decodePemBlock(source, "CERTIFICATE") : source;
  const body = childAt(readChildren(readElement(der)), 0, tags.sequence);
  const all = readChildren(body);
  // The version is left out in version 1.
  const fields = all[0]?.tag === 0xa0 ? all.slice(1) : all;
  const validity = readChildren(childAt(fields, 3, tags.sequence));
  const extensions = new Map<string, Uint8Array>();
  for (const field of fields.slice(6)) {
    if (field.tag === 0xa3) readExtensions(childAt(readChildren(field), 0), extensions);
  }
  return {
    der,
    serialNumber: toHex(childAt(fields, 0, tags.integer).content),
    issuer: decodeName(childAt(fields, 2, tags.sequence)),
    notBefore: readTime(childAt(validity, 0)),
    notAfter: readTime(childAt(validity, 1)),
    subject: decodeName(childAt(fields, 4, tags.sequence)),
    publicKeyInfo: concatBytes([childAt(fields, 5, tags.sequence).whole]),
    isCertificateAuthority: readBasicConstraints(extensions.get(oids.basicConstraints)),
    usages: readUsages(extensions.get(oids.extendedKeyUsage)),
    ...readAlternativeNames(extensions),
  };
}

/** Lower-case hex SHA-256 of the certificate: what "X509SHA256=…" names. */
export function certificateFingerprint(source: string | Bytes): Promise<string> {
  const der = typeof source === "string" ? decodePemBlock(source, "CERTIFICATE") : source;
  return sha256Hex(der);
}

/** Whether the authority's key signed it. Says nothing of dates or usages. */
export async function isSignedBy(
  certificate: Certificate,
  authority: Certificate,
): Promise<boolean> {
  const parts = readChildren(readElement(certificate.der));
  const body = concatBytes([childAt(parts, 0, tags.sequence).whole]);
  const key = await verificationKeyOf(authority.publicKeyInfo);
  return verifyDer(key, readBitString(childAt(parts, 2)), body);
}

async function signLeaf(
  authority: CertificateAuthority,
  leaf: CertificateProfile & {
    subject: Subject;
    names: AlternativeNames;
    publicKeyInfo: Bytes;
  },
): Promise<Bytes> {
  const { keyUsages, names, purposes, subject } = leaf;
  const { dnsNames, emailAddresses = [], ipAddresses, uris = [] } = names;
  const hasNames = [dnsNames, emailAddresses, ipAddresses, uris].some((list) => list.length > 0);
  const isNameless = encodeName(subject).length === sequence().length;
  const authorityKey = await keyIdentifier(authority.key.publicKeyInfo);
  return signCertificate({
    subject,
    issuer: nameOf(authority.certificate),
    publicKeyInfo: leaf.publicKeyInfo,
    signer: authority.key,
    notBefore: leaf.notBefore,
    notAfter: leaf.notAfter,
    extensions: [
      ...(keyUsages.length > 0 ? [extension(oids.keyUsage, encodeKeyUsages(keyUsages), true)] : []),
      ...(purposes.length > 0 ? [extension(oids.extendedKeyUsage, encodePurposes(purposes))] : []),
      extension(oids.basicConstraints, sequence(), true),
      extension(oids.authorityKeyIdentifier, sequence(implicit(0, authorityKey))),
      ...(hasNames ? [alternativeNamesExtension(names, isNameless)] : []),
    ],
  });
}

async function signCertificate(fields: {
  subject: Subject;
  issuer: Uint8Array;
  publicKeyInfo: Bytes;
  signer: SigningKey;
  notBefore: number;
  notAfter: number;
  extensions: readonly Uint8Array[];
}): Promise<Bytes> {
  const serial = crypto.getRandomValues(new Uint8Array(16));
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const algorithm = signatureAlgorithm(fields.signer);
  const body = sequence(
    explicit(0, integer(new Uint8Array([2]))),
    integer(serial),
    algorithm,
    fields.issuer,
    sequence(time(fields.notBefore), time(fields.notAfter)),
    encodeName(fields.subject),
    fields.publicKeyInfo,
    explicit(3, sequence(...fields.extensions)),
  );
  return sequence(body, algorithm, bitString(await signDer(fields.signer, body)));
}

function signatureAlgorithm(key: SigningKey): Bytes {
  return key.algorithm === "ES256"
    ? sequence(objectId(oids.ecdsaWithSha256))
    : sequence(objectId(oids.rsaWithSha256), element(0x05));
}

/** In Go's order; what has several values is one set. */
function encodeName({ commonName, organizations, others = [] }: Subject): Bytes {
  const values = (type: string) => {
    if (type === oids.commonName) return commonName ? [commonName] : [];
    if (type === oids.organization) return organizations;
    return others.filter((other) => other.type === type).map(({ value }) => value);
  };
  return sequence(
    ...nameOrder
      .map((type) => values(type).map((value) => sequence(objectId(type), utf8String(value))))
      .filter((attributes) => attributes.length > 0)
      .map((attributes) => set(...attributes.sort(byBytes))),
  );
}

/** As DER wants the elements of a set. */
function byBytes(left: Uint8Array, right: Uint8Array): number {
  return toHex(left) < toHex(right) ? -1 : 1;
}

function decodeName(name: DerElement): Subject {
  const organizations: string[] = [];
  const others: { type: string; value: string }[] = [];
  let commonName = "";
  for (const attributes of readChildren(name)) {
    for (const attribute of readChildren(attributes)) {
      const parts = readChildren(attribute);
      const type = readObjectId(childAt(parts, 0, tags.objectId));
      const value = text(childAt(parts, 1).content);
      if (type === oids.commonName) commonName = value;
      else if (type === oids.organization) organizations.push(value);
      else others.push({ type, value });
    }
  }
  return { commonName, organizations, ...(others.length > 0 && { others }) };
}

/** The subject as its certificate has it, byte for byte: issuers are compared that way. */
function nameOf(certificate: Certificate): Uint8Array {
  const body = childAt(readChildren(readElement(certificate.der)), 0, tags.sequence);
  const fields = readChildren(body);
  return childAt(fields, fields[0]?.tag === 0xa0 ? 5 : 4, tags.sequence).whole;
}

/** SHA-1 of the public key's bits, which RFC 5280 suggests and others compute too. */
async function keyIdentifier(publicKeyInfo: Bytes): Promise<Bytes> {
  const bits = readBitString(childAt(readChildren(readElement(publicKeyInfo)), 1));
  return new Uint8Array(await crypto.subtle.digest("SHA-1", concatBytes([bits])));
}

function extension(oid: string, value: Uint8Array, critical = false): Bytes {
  return critical
    ? sequence(objectId(oid), boolean(true), octetString(value))
    : sequence(objectId(oid), octetString(value));
}

function alternativeNamesExtension(names: AlternativeNames, critical = false): Bytes {
  const value = sequence(
    ...names.dnsNames.map((name) => implicit(2, utf8(name))),
    ...(names.emailAddresses ?? []).map((address) => implicit(1, utf8(address))),
    ...names.ipAddresses.map((address) => implicit(7, parseIpAddress(address))),
    ...(names.uris ?? []).map((uri) => implicit(6, utf8(uri))),
  );
  return extension(oids.subjectAlternativeName, value, critical);
}

function readExtensions(list: DerElement, into: Map<string, Uint8Array>): void {
  for (const entry of readChildren(list)) {
    const parts = readChildren(entry);
    const value = parts.at(-1);
    if (value?.tag !== tags.octetString) throw new DerError("extension without a value");
    into.set(readObjectId(childAt(parts, 0, tags.objectId)), value.content);
  }
}

function readAlternativeNames(extensions: ReadonlyMap<string, Uint8Array>): AlternativeNames {
  const value = extensions.get(oids.subjectAlternativeName);
  const names = value ? readChildren(readElement(value)) : [];
  const texts = (tag: number) =>
    names.filter((name) => name.tag === tag).map(({ content }) => text(content));
  const [emailAddresses, uris] = [texts(0x81), texts(0x86)];
  return {
    dnsNames: texts(0x82),
    ipAddresses: names
      .filter(({ tag }) => tag === 0x87)
      .map(({ content }) => formatIpAddress(content)),
    ...(emailAddresses.length > 0 && { emailAddresses }),
    ...(uris.length > 0 && { uris }),
  };
}

function readBasicConstraints(value: Uint8Array | undefined): boolean {
  const flag = value && readChildren(readElement(value))[0];
  return flag?.tag === tags.boolean && flag.content[0] !== 0;
}

function readUsages(value: Uint8Array | undefined): Purpose[] {
  return (value ? readChildren(readElement(value)) : [])
    .map((usage) => purposeOf(readObjectId(usage)))
    .filter((purpose) => purpose !== undefined);
}
