import { isAlreadyExists, isConflict } from "#client/client.ts";
import type { Client } from "#client/client.ts";
import type { Draft } from "#schema/message.ts";

/** Creates the object, or brings an existing one of the name to this content. */
export async function put<T extends { metadata: { name: string; namespace?: string } }>(
  client: Client,
  kind: Parameters<typeof client.get<T>>[0],
  draft: Draft<NoInfer<T>> & { metadata: { name: string; namespace: string } },
): Promise<void> {
  for (;;) {
    try {
      await client.create<T>(kind, draft);
      return;
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
    const { name, namespace } = draft.metadata;
    try {
      const known = await client.find<T>(kind, { name, namespace });
      if (!known) continue;
      const metadata = { ...known.metadata, ...draft.metadata };
      await client.update<T>(kind, { ...known, ...draft, metadata });
      return;
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
}
