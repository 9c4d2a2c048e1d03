import { Secret, ServiceAccount } from "#api/core/v1.ts";
import { StatusError } from "#client/client.ts";
import { describerFor, listAll } from "../context.ts";
import type { DescribeContext } from "../context.ts";
import { writeEvents } from "../events.ts";
import { writeIdentity } from "../metadata.ts";

const tokenType = "kubernetes.io/service-account-token";
const nameAnnotation = "kubernetes.io/service-account.name";
const uidAnnotation = "kubernetes.io/service-account.uid";

export const serviceAccount = describerFor(ServiceAccount, async (object, context) => {
  const { writer } = context;
  const { metadata, secrets = [], imagePullSecrets = [] } = object;
  const existing = await readableSecrets(metadata.namespace, context);
  const tokens = (existing ?? []).filter(
    ({ type, metadata: { annotations } }) =>
      type === tokenType &&
      annotations?.[nameAnnotation] === metadata.name &&
      annotations[uidAnnotation] === metadata.uid,
  );
  const referenceText = ({ name = "" }: { readonly name?: string }) => {
    const isMissing = existing && !existing.some((secret) => secret.metadata.name === name);
    return isMissing ? `${name} (not found)` : name;
  };
  const lists = [
    ["Image pull secrets:", imagePullSecrets.map(referenceText)],
    ["Mountable secrets: ", secrets.map(referenceText)],
    ["Tokens:            ", tokens.map((token) => token.metadata.name)],
  ] as const;
  writeIdentity(writer, metadata);
  for (const [title, names] of lists) {
    if (names.length === 0) writer.row(0, title, "<none>");
    for (const [index, name] of names.entries()) {
      writer.row(0, index === 0 ? title : " ".repeat(title.length), name);
    }
  }
  await writeEvents(object, context);
});

/** Nothing where the secrets must not be read: then none of them counts as missing. */
async function readableSecrets(
  namespace: string | undefined,
  context: DescribeContext,
): Promise<readonly Secret[] | undefined> {
  try {
    return await listAll(context, Secret, { namespace });
  } catch (error) {
    if (error instanceof StatusError) return undefined;
    throw error;
  }
}
