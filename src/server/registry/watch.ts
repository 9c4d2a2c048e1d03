import { OverflowError } from "#base/channel.ts";
import type { ApiResponse } from "#client/transport.ts";
import {
  badRequest,
  resourceVersionTooLarge,
  resourceVersionTooOld,
  toStatus,
} from "#machinery/status.ts";
import { forbidden, notSupported } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { apiVersionOf } from "#schema/message.ts";
import type { Bookmark } from "#storage/cacher/cache-event.ts";
import type { EventBatch } from "#storage/cacher/cacher.ts";
import { CompactedError, FutureRevisionError, revision } from "#storage/store.ts";
import type { Entry, Revision } from "#storage/store.ts";
import type { RequestContext } from "../pipeline/request.ts";
import { isTrue } from "../pipeline/request-info.ts";
import { formOf, isInProcess } from "./answers.ts";
import { listPrefix } from "./keys.ts";
import { parseVersion } from "./list-query.ts";
import { optionsInvalid } from "./options.ts";
import { selectionOf } from "./selection.ts";
import type { ResourceStorage } from "./storage.ts";
import { frozen } from "./stored-object.ts";
import { decodedEvents, encodedEvents, eventEncoding } from "./watch-events.ts";
import type { Told } from "./watch-events.ts";

const timeoutSecondsMin = 1800;
export const initialEventsEnd = "k8s.io/initial-events-end";

interface WatchQuery {
  readonly after: Revision | undefined;
  readonly initial: boolean;
  /** "0": begins with what is at hand. */
  readonly stale: boolean;
  readonly bookmarks: boolean;
  /** The client asked for initial events by name, and is told where they end. */
  readonly marksInitial: boolean;
  readonly timeoutMs: number;
}

export function watch(storage: ResourceStorage, context: RequestContext): ApiResponse {
  const form = formOf(storage, context, { stream: true });
  const query = watchQueryOf(storage, context.request.query);
  const selection = selectionOf(storage, selectorsOf(context));
  const told = toldTo(storage, context, query);
  if (isInProcess(context)) {
    const events = decodedEvents(storage, selection, told);
    return { status: 200, headers: {}, body: { kind: "events", events } };
  }
  const encoding = eventEncoding(storage, context, form);
  const chunks = encodedEvents(selection, encoding, told);
  const { contentType } = form;
  return { status: 200, headers: {}, body: { kind: "stream", contentType, chunks } };
}

/** A path that names an object watches that one, as a selector would. */
function selectorsOf({ info, request }: RequestContext): URLSearchParams {
  const { query } = request;
  if (!info.name || query.has("fieldSelector")) return query;
  const selectors = new URLSearchParams(query);
  selectors.set("fieldSelector", `metadata.name=${info.name}`);
  return selectors;
}

function watchQueryOf(storage: ResourceStorage, query: URLSearchParams): WatchQuery {
  const match = query.get("resourceVersionMatch") ?? "";
  const sendInitial = query.get("sendInitialEvents");
  checkInitial(sendInitial, match, query.get("continue"));
  const wantsInitial = sendInitial !== null && isTrue(sendInitial);
  const timeout = query.get("timeoutSeconds");
  if (timeout !== null && !/^-?\d+$/.test(timeout)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(timeout)}: invalid syntax`);
  }
  const given = parseVersion(query.get("resourceVersion") ?? "");
  const spread = 1 + storage.environment.random.float();
  const bookmarks = isTrue(query.get("allowWatchBookmarks"));
  return {
    after: given ? revision(given) : undefined,
    stale: given === 0,
    // Without a version upstream also begins with what is there.
    initial: sendInitial === null ? !given : wantsInitial,
    marksInitial: wantsInitial && bookmarks,
    bookmarks,
    timeoutMs: (Number(timeout) > 0 ? Number(timeout) : timeoutSecondsMin * spread) * 1000,
  };
}

function checkInitial(sendInitial: string | null, match: string, token: string | null): void {
  const path = "resourceVersionMatch";
  const errors: FieldError[] = [];
  if (sendInitial === null && match !== "") {
    const detail = `${path} is forbidden for watch unless sendInitialEvents is provided`;
    errors.push(forbidden(path, detail));
  }
  if (sendInitial !== null && match !== "NotOlderThan") {
    const detail = `sendInitialEvents requires setting ${path} to NotOlderThan`;
    errors.push(forbidden(path, detail));
  }
  if (match !== "" && match !== "NotOlderThan") {
    errors.push(notSupported(path, match, ["NotOlderThan"]));
  }
  if (token) errors.push(forbidden(path, `${path} is forbidden when continue is provided`));
  if (errors.length) throw optionsInvalid("ListOptions", errors);
}

/** Ends when the time is up or the client goes; a failure becomes the last that is told. */
async function* toldTo(
  storage: ResourceStorage,
  context: RequestContext,
  query: WatchQuery,
): AsyncGenerator<Told, void, undefined> {
  const { cacher, clock, logger } = storage.environment;
  const { after, initial, stale } = query;
  const timeUp = new AbortController();
  const signal = AbortSignal.any([context.signal, timeUp.signal, storage.retired]);
  const cancelTimer = clock.after(query.timeoutMs, () => timeUp.abort());
  const prefix = listPrefix(storage.storedInfo, context.info.namespace);
  try {
    const events = cacher.watchBatches(
      {
        prefix,
        initial,
        // Components of this process act on what they hear: the sooner the better.
        patient: !isInProcess(context),
        ...(stale && { stale }),
        ...(after !== undefined && { after }),
      },
      signal,
    );
    // The initial state lasts until its bookmark.
    let isInitial = initial;
    for await (const item of events) {
      if ("type" in item) {
        if (item.initialEventsEnd) isInitial = false;
        const bookmark = bookmarkOf(storage, query, item);
        if (bookmark) yield bookmark;
        continue;
      }
      if (storage.form.needsPreparation) await storage.form.prepare(entriesOf(item));
      yield { type: "CHANGES", batch: item, isInitial };
    }
  } catch (error) {
    // Too slow: the client watches again from where it was.
    if (error instanceof OverflowError || signal.aborted) return;
    const status = watchFailure(error, after);
    if (status.code === 500)
      logger.error("watch failed", { resource: storage.info.resource, error });
    yield { type: "ERROR", status };
  } finally {
    cancelTimer();
  }
}

function entriesOf({ changes }: EventBatch): Entry[] {
  return changes.flatMap(({ entry, previous }) => (previous ? [previous, entry] : [entry]));
}

function watchFailure(error: unknown, after: Revision | undefined) {
  if (error instanceof CompactedError) {
    return resourceVersionTooOld(after ?? 0, error.oldest).status;
  }
  if (error instanceof FutureRevisionError) {
    return resourceVersionTooLarge(after ?? 0, error.current).status;
  }
  return toStatus(error);
}

function bookmarkOf(
  { info }: ResourceStorage,
  query: WatchQuery,
  event: Bookmark,
): Told | undefined {
  const marks = event.initialEventsEnd;
  if (marks ? !query.marksInitial : !query.bookmarks) return undefined;
  const object = frozen({
    kind: info.kind,
    apiVersion: apiVersionOf(info),
    metadata: {
      resourceVersion: String(event.revision),
      creationTimestamp: null,
      ...(marks && { annotations: { [initialEventsEnd]: "true" } }),
    },
  });
  return { type: "BOOKMARK", object, revision: event.revision };
}
