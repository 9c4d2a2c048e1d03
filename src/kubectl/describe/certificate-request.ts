import { text } from "#base/bytes.ts";
import { DerError, childAt, readChildren, readElement, readObjectId, tags } from "#pki/der.ts";
import type { DerElement } from "#pki/der.ts";
import { formatIpAddress } from "#pki/ip-address.ts";
import { decodePem } from "#pki/pem.ts";

/** Whom a certificate is asked for. */
export interface RequestedNames {
  readonly subject: Readonly<Record<SubjectPart, readonly string[]>>;
  readonly alternative: Readonly<Record<AlternativeName, readonly string[]>>;
}

type SubjectPart = keyof typeof subjectIds;
type AlternativeName = keyof typeof alternativeTags;

/** Below 2.5.4, the attributes of directories. */
const subjectIds = {
  commonName: "2.5.4.3",
  serialNumber: "2.5.4.5",
  country: "2.5.4.6",
  locality: "2.5.4.7",
  province: "2.5.4.8",
  streetAddress: "2.5.4.9",
  organization: "2.5.4.10",
  organizationalUnit: "2.5.4.11",
  postalCode: "2.5.4.17",
} as const;
const alternativeTags = { emailAddresses: 0x81, dnsNames: 0x82, uris: 0x86, ipAddresses: 0x87 };
const extensionRequest = "1.2.840.113549.1.9.14";
const subjectAlternativeName = "2.5.29.17";

/** Reads the names; whether the request is signed as it should be is the server's to judge. */
export function readCertificateRequest(pem: string): RequestedNames {
  const [block] = decodePem(pem);
  if (block?.label !== "CERTIFICATE REQUEST") {
    throw new Error("Error parsing CSR: PEM block type must be CERTIFICATE REQUEST");
  }
  try {
    return readNames(block.der);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new Error(`Error parsing CSR: ${error.message}`, { cause: error });
  }
}

function readNames(der: Uint8Array): RequestedNames {
  const [body] = readChildren(readElement(der));
  const [, subject, , attributes] = body ? readChildren(body) : [];
  const names = subject ? readChildren(subject).flatMap((set) => readChildren(set)) : [];
  const extension = attributes && findAlternativeNames(attributes);
  return {
    subject: mapValues(subjectIds, (id) =>
      names
        .map((name) => readChildren(name))
        .flatMap((parts) => {
          const type = readObjectId(childAt(parts, 0, tags.objectId));
          return type === id ? [text(childAt(parts, 1).content)] : [];
        }),
    ),
    alternative: mapValues(alternativeTags, (tag) =>
      (extension ? readChildren(extension) : [])
        .filter((name) => name.tag === tag)
        .map(({ content }) =>
          tag === alternativeTags.ipAddresses ? formatIpAddress(content) : text(content),
        ),
    ),
  };
}

function findAlternativeNames(attributes: DerElement): DerElement | undefined {
  for (const attribute of readChildren(attributes)) {
    const [type, values] = readChildren(attribute);
    if (!type || !values || readObjectId(type) !== extensionRequest) continue;
    for (const extension of readChildren(values).flatMap((list) => readChildren(list))) {
      const parts = readChildren(extension);
      const isWanted = readObjectId(childAt(parts, 0)) === subjectAlternativeName;
      // Behind the type there may be a word on how critical the extension is.
      if (isWanted) return readElement(childAt(parts, parts.length - 1, tags.octetString).content);
    }
  }
  return undefined;
}

function mapValues<K extends string, V, R>(
  record: Readonly<Record<K, V>>,
  convert: (value: V) => R,
): Record<K, R> {
  const entries = Object.entries<V>(record).map(([key, value]) => [key, convert(value)]);
  return Object.fromEntries(entries) as Record<K, R>;
}
