import { toBase64, utf8 } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import { parseCertificate } from "#pki/certificate.ts";
import { loadSigningKey } from "#pki/keys.ts";
import { decodePem } from "#pki/pem.ts";
import { toHex } from "#pki/digest.ts";
import { CommandError } from "../../../errors.ts";
import { defineGenerator } from "../generator.ts";
import { readPem } from "../key-values.ts";
import { appendHashFlag, secretOf } from "./secret.ts";

export default defineGenerator({
  usage: "tls NAME --cert=path/to/cert/file --key=path/to/key/file [--dry-run=server|client|none]",
  description:
    "Create a TLS secret from a certificate and its key.\n\n" +
    "Both have to be there before, in PEM, and the key has to be the certificate's.",
  examples: [
    {
      about: "Make tls-secret of a key pair",
      command: "kubectl create secret tls tls-secret --cert=path/to/tls.crt --key=path/to/tls.key",
    },
  ],
  flags: {
    ...appendHashFlag,
    cert: { type: "string", default: "", usage: "File with the certificate, in PEM." },
    key: { type: "string", default: "", usage: "File with the certificate's private key." },
  },
  resource: "secrets",
  failure: "failed to create secret",
  async generate({ host }, { name, values }) {
    if (values.key === "" || values.cert === "") {
      throw new CommandError("key and cert must be specified");
    }
    const certificate = await readPem(host, values.cert);
    const key = await readPem(host, values.key);
    await checkPair(certificate, key);
    const data = { "tls.crt": toBase64(utf8(certificate)), "tls.key": toBase64(utf8(key)) };
    return await secretOf(name, { type: "kubernetes.io/tls", data }, values["append-hash"]);
  },
});

async function checkPair(certificatePem: string, keyPem: string): Promise<void> {
  const certificate = parseCertificate(
    blockOf(certificatePem, "certificate", (label) => label === "CERTIFICATE"),
  );
  blockOf(keyPem, "key", (label) => label.endsWith("PRIVATE KEY"));
  let key;
  try {
    key = await loadSigningKey(keyPem);
  } catch {
    // Of a kind that cannot be read here: whoever serves with it will find out.
    return;
  }
  if (toHex(key.publicKeyInfo) !== toHex(certificate.publicKeyInfo)) {
    throw new CommandError("tls: private key does not match public key");
  }
}

function blockOf(
  pem: string,
  what: "certificate" | "key",
  isWanted: (label: string) => boolean,
): Bytes {
  const blocks = decodePem(pem);
  const found = blocks.find(({ label }) => isWanted(label));
  if (found) return found.der;
  if (blocks.length === 0) {
    throw new CommandError(`tls: failed to find any PEM data in ${what} input`);
  }
  const skipped = blocks.map(({ label }) => label).join(" ");
  if (what === "key") {
    throw new CommandError(
      'tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after ' +
        `skipping PEM blocks of the following types: [${skipped}]`,
    );
  }
  throw new CommandError(
    'tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks ' +
      `of the following types: [${skipped}]`,
  );
}
