import { CertificateSigningRequest } from "#api/certificates/v1.ts";
import { fromBase64, text } from "#base/bytes.ts";
import { humanDuration } from "#machinery/age.ts";
import { readCertificateRequest } from "../certificate-request.ts";
import type { RequestedNames } from "../certificate-request.ts";
import { describerFor } from "../context.ts";
import { writeEvents } from "../events.ts";
import { formatTime } from "../go-values.ts";
import { formatLabels } from "../metadata.ts";
import type { DescribeWriter } from "../writer.ts";

export const certificateSigningRequest = describerFor(
  CertificateSigningRequest,
  async (object, context) => {
    const { writer } = context;
    const { metadata, spec } = object;
    const names = readCertificateRequest(text(fromBase64(spec.request)));
    writer.field(0, "Name", metadata.name);
    writer.field(0, "Labels", formatLabels(metadata.labels));
    writer.field(0, "Annotations", formatLabels(metadata.annotations));
    writer.field(0, "CreationTimestamp", formatTime(metadata.creationTimestamp));
    writer.field(0, "Requesting User", spec.username ?? "");
    if (spec.signerName) writer.field(0, "Signer", spec.signerName);
    if (spec.expirationSeconds !== undefined) {
      writer.field(0, "Requested Duration", humanDuration(spec.expirationSeconds * 1000));
    }
    writer.field(0, "Status", statusOf(object));
    writeSubject(writer, names);
    writeAlternativeNames(writer, names);
    await writeEvents(object, context);
  },
);

/** What was decided, whether that failed, and whether there is a certificate. */
function statusOf({ status }: CertificateSigningRequest): string {
  const types = new Set(status.conditions?.map(({ type }) => type));
  const decision = types.has("Denied") ? "Denied" : types.has("Approved") ? "Approved" : "Pending";
  const failure = types.has("Failed") ? ",Failed" : "";
  return `${decision}${failure}${status.certificate ? ",Issued" : ""}`;
}

function writeSubject(writer: DescribeWriter, { subject }: RequestedNames): void {
  writer.row(0, "Subject:");
  writer.row(0, "", "Common Name:", subject.commonName.at(-1) ?? "");
  writer.row(0, "", "Serial Number:", subject.serialNumber.at(-1) ?? "");
  writeNames(writer, "Organization", subject.organization);
  writeNames(writer, "Organizational Unit", subject.organizationalUnit);
  writeNames(writer, "Country", subject.country);
  writeNames(writer, "Locality", subject.locality);
  writeNames(writer, "Province", subject.province);
  writeNames(writer, "StreetAddress", subject.streetAddress);
  writeNames(writer, "PostalCode", subject.postalCode);
}

function writeAlternativeNames(writer: DescribeWriter, { alternative }: RequestedNames): void {
  const { dnsNames, emailAddresses, uris, ipAddresses } = alternative;
  if ([dnsNames, emailAddresses, uris, ipAddresses].every(({ length }) => length === 0)) return;
  writer.row(0, "Subject Alternative Names:");
  writeNames(writer, "DNS Names", dnsNames);
  writeNames(writer, "Email Addresses", emailAddresses);
  writeNames(writer, "URIs", uris);
  writeNames(writer, "IP Addresses", ipAddresses);
}

function writeNames(writer: DescribeWriter, title: string, names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    writer.row(0, "", index === 0 ? `${title}:` : "", name);
  }
}
