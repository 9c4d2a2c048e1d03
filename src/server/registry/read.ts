import { pacer } from "#base/clock.ts";
import type { ApiResponse } from "#client/transport.ts";
import { continueExpired, expired, resourceVersionTooLarge } from "#machinery/status.ts";
import { CompactedError, FutureRevisionError, revision } from "#storage/store.ts";
import type { Entry, RangeResult, Revision } from "#storage/store.ts";
import type { RequestContext } from "../pipeline/request.ts";
import { answerEntry, formOf, isInProcess, wrongShape } from "./answers.ts";
import { listPrefix } from "./keys.ts";
import { answerPage } from "./list-answer.ts";
import type { Page } from "./list-answer.ts";
import { encodeContinue, listQueryOf, parseVersion } from "./list-query.ts";
import type { ListQuery } from "./list-query.ts";
import { selectionOf } from "./selection.ts";
import type { Selection } from "./selection.ts";
import type { ResourceStorage } from "./storage.ts";

export async function get(storage: ResourceStorage, context: RequestContext): Promise<ApiResponse> {
  const { info, request, signal } = context;
  const version = parseVersion(request.query.get("resourceVersion") ?? "");
  if (version) await reach(storage, revision(version), signal);
  // Whoever names a version, if only "0", has said how old the object may be.
  const stale = version !== undefined;
  const entry = await storage.require(info.namespace, info.name, signal, { stale });
  return answerEntry(storage, context, entry);
}

/** Waits until reads see the version; the store knows at once when it is still to come. */
async function reach(
  { environment, storedInfo }: ResourceStorage,
  atLeast: Revision,
  signal: AbortSignal,
): Promise<void> {
  try {
    await environment.cacher.get(`${listPrefix(storedInfo, "")}-`, { atLeast }, signal);
  } catch (error) {
    if (error instanceof FutureRevisionError) throw resourceVersionTooLarge(atLeast, error.current);
    throw error;
  }
}

export async function list(
  storage: ResourceStorage,
  context: RequestContext,
): Promise<ApiResponse> {
  if (!isInProcess(context) && formOf(storage, context).asked === "one") {
    throw wrongShape(storage, "PartialObjectMetadata");
  }
  return answerPage(storage, context, await readPage(storage, context));
}

/** The objects that a list or deletecollection is about. */
export async function readPage(storage: ResourceStorage, context: RequestContext): Promise<Page> {
  const { request, info, signal } = context;
  const query = listQueryOf(request.query);
  const selection = selectionOf(storage, request.query);
  const prefix = listPrefix(storage.storedInfo, info.namespace);
  const { name } = selection;
  const isOne = name !== undefined && (info.namespace || !storage.info.namespaced);
  const { kind } = query.state;
  if (isOne && (kind === "newest" || kind === "any") && !query.start) {
    // Taken first: the object may be newer than the list says, but no change of it is missed.
    const at = storage.environment.cacher.current();
    const stale = kind === "any";
    const entry = await storage.find(info.namespace, name, signal, { stale });
    const entries = entry && selection.matches(entry) ? [entry] : [];
    return { entries, metadata: { resourceVersion: String(at) } };
  }
  const result = await readRange(storage, prefix, query, selection.isEverything, signal);
  await storage.form.prepare(result.entries);
  return pageOf(selection.isEverything ? result : await selected(), prefix, selection);

  /** The matching ones, up to the limit. */
  async function selected(): Promise<RangeResult> {
    const { limit = Infinity } = query;
    const matching: Entry[] = [];
    const pace = pacer(storage.environment.clock);
    for (const entry of result.entries) {
      // One more than wanted tells whether there is another page.
      if (matching.length > limit) break;
      if (selection.matchesOneOfMany(entry)) matching.push(entry);
      const others = pace();
      if (others) await others;
    }
    const remaining = Math.max(0, matching.length - limit);
    return { ...result, entries: remaining ? matching.slice(0, limit) : matching, remaining };
  }
}

async function readRange(
  { environment }: ResourceStorage,
  prefix: string,
  query: ListQuery,
  limited: boolean,
  signal: AbortSignal,
): Promise<RangeResult> {
  const { state, limit, start } = query;
  try {
    return await environment.cacher.range(
      {
        prefix,
        ...(start !== undefined && { start: prefix + start }),
        // What selectors leave out does not count: then the limit is applied after them.
        ...(limit !== undefined && limited && { limit }),
        ...(state.kind === "exact" && { revision: state.revision }),
        ...(state.kind === "atLeast" && { atLeast: state.revision }),
        ...(state.kind === "any" && { stale: true }),
      },
      signal,
    );
  } catch (error) {
    if (error instanceof FutureRevisionError) {
      const requested = "revision" in state ? state.revision : 0;
      // Whoever insists on one version is not told to wait for it.
      const mayWait = state.kind !== "exact";
      throw resourceVersionTooLarge(requested, error.current, mayWait);
    }
    if (!(error instanceof CompactedError)) throw error;
    if (start === undefined) {
      throw expired("The resourceVersion for the provided list is too old.");
    }
    throw continueExpired(encodeContinue(-1, start.replace(/\0$/, "")));
  }
}

function pageOf(result: RangeResult, prefix: string, selection: Selection): Page {
  const { entries, remaining } = result;
  const resourceVersion = String(result.revision);
  const last = entries.at(-1);
  if (remaining === 0 || !last) return { entries, metadata: { resourceVersion } };
  const token = encodeContinue(result.revision, last.key.slice(prefix.length));
  return {
    entries,
    metadata: {
      resourceVersion,
      continue: token,
      ...(selection.isEverything && { remainingItemCount: remaining }),
    },
  };
}
