import type { Client, ListQuery } from "#client/client.ts";
import { isNotFound } from "#client/client.ts";
import type { KindType } from "#schema/message.ts";

/** All objects of a kind by name; none where the server does not serve it. */
export async function listServed<T extends { readonly metadata: { readonly name: string } }>(
  client: Client,
  type: KindType<T>,
  query: ListQuery = {},
): Promise<readonly T[]> {
  try {
    const { items } = await client.list(type, query);
    if (items.length < 2) return items;
    return [...items].sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
