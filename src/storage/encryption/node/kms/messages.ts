// The messages of upstream's key management service, version 2, and what is stored with it.
import { int32, map, octets, string } from "#schema/field.ts";
import { message } from "#schema/message.ts";

export abstract class StatusRequest extends message("v2.StatusRequest", {}) {}

export abstract class StatusResponse extends message("v2.StatusResponse", {
  version: string(1).assigned(),
  /** "ok", or why not. */
  healthz: string(2).assigned(),
  keyId: string(3).assigned(),
}) {}

export abstract class DecryptRequest extends message("v2.DecryptRequest", {
  ciphertext: octets(1),
  uid: string(2),
  keyId: string(3),
  annotations: map(4, octets),
}) {}

export abstract class DecryptResponse extends message("v2.DecryptResponse", {
  plaintext: octets(1).assigned(),
}) {}

export abstract class EncryptRequest extends message("v2.EncryptRequest", {
  plaintext: octets(1),
  uid: string(2),
}) {}

export abstract class EncryptResponse extends message("v2.EncryptResponse", {
  ciphertext: octets(1).assigned(),
  keyId: string(2).assigned(),
  annotations: map(3, octets).assigned(),
}) {}

/** What is stored: the value, and what it takes to have it opened. */
export abstract class EncryptedObject extends message(
  "k8s.io.apiserver.pkg.storage.value.encrypt.envelope.kmsv2.v2.EncryptedObject",
  {
    encryptedData: octets(1).assigned(),
    keyID: string(2).assigned(),
    encryptedDEKSource: octets(3).assigned(),
    annotations: map(4, octets).assigned(),
    encryptedDEKSourceType: int32(5).assigned(),
  },
) {}

/** How the key of a value comes from what the plugin has encrypted. */
export const sourceTypes = { key: 0, seed: 1 } as const;
