import type { Draft } from "#schema/message.ts";
import { Secret } from "#api/core/v1.ts";
import { toBase64, utf8 } from "#base/bytes.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import { validateSecret, validateSecretUpdate } from "./validation.ts";

export const secrets: ResourceDefinition = defineResource<Secret>({
  type: Secret,
  columns: [
    nameColumn(),
    column("Type", (secret) => secret.type),
    column("Data", (secret) => Object.keys(secret.data ?? {}).length),
    ageColumn(),
  ],
  selectableFields: { type: (secret) => secret.type },
  applyDefaults: encodeStrings,
  validate: validateSecret,
  validateUpdate: validateSecretUpdate,
});

/** `stringData` is for writing only: it wins over `data` and is never stored. */
function encodeStrings(secret: Draft<Secret>): void {
  secret.type ||= "Opaque";
  for (const [key, value] of Object.entries(secret.stringData ?? {})) {
    secret.data ??= {};
    secret.data[key] = toBase64(utf8(value));
  }
  delete secret.stringData;
}
