import type { Client, ListQuery, ObjectReference, Resource } from "#client/client.ts";
import { isNotFound } from "#client/client.ts";
import type { DescribeWriter } from "./writer.ts";

/** What a describer works with, besides the object. */
export interface DescribeContext {
  readonly writer: DescribeWriter;
  readonly client: Client;
  /** Milliseconds since the epoch: what ages count from. */
  readonly now: number;
  readonly showEvents: boolean;
  /** How many objects to ask for at once; 0 for all. */
  readonly chunkSize: number;
}

/** Writes an object's description. Throws what the client throws. */
export type Describer<T> = (object: T, context: DescribeContext) => Promise<void> | void;

/** The describer of a kind, which reads what it describes. */
export interface KindDescriber {
  describe(reference: ObjectReference, context: DescribeContext): Promise<void>;
}

export function describerFor<T>(resource: Resource<T>, describe: Describer<T>): KindDescriber {
  return {
    async describe(reference, context) {
      await describe(await context.client.get(resource, reference), context);
    },
  };
}

/** Tries one describer and, where the server does not have the object in that form, another. */
export function firstFound(preferred: KindDescriber, other: KindDescriber): KindDescriber {
  return {
    async describe(reference, context) {
      try {
        await preferred.describe(reference, context);
      } catch (error) {
        if (!isNotFound(error)) throw error;
        await other.describe(reference, context);
      }
    },
  };
}

/** The kind in an earlier version that has the same fields. */
export function inVersion<T>(resource: Resource<T>, version: string): Resource<T> {
  const { schemaName, fields, info, prototype } = resource;
  return { schemaName, fields, info: { ...info, version }, prototype };
}

/** All objects of a list, read in chunks. */
export async function listAll<T>(
  { client, chunkSize }: DescribeContext,
  resource: Resource<T>,
  query: ListQuery,
): Promise<T[]> {
  const items: T[] = [];
  let next: string | undefined;
  do {
    const page = await client.list(resource, {
      ...query,
      ...(chunkSize > 0 && { limit: chunkSize }),
      ...(next !== undefined && { continue: next }),
    });
    items.push(...page.items);
    next = page.continue;
  } while (next);
  return items;
}
