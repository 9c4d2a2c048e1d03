import { parentPort, workerData } from "node:worker_threads";
import { required } from "#base/invariant.ts";
import { Engine } from "./engine.ts";
import { packPage } from "./packed-page.ts";
import { failureOf, nextPage } from "./protocol.ts";
import type { Page, PageQuery, Reply, Request } from "./protocol.ts";

/** The thread that owns the database: it waits for the disk so that the main thread need not. */

const port = required(parentPort, "runs as a worker");

/** What was asked is answered in order. */
function reply(work: () => unknown, pack = whole): void {
  try {
    const { message, transfer } = pack(work());
    port.postMessage({ value: message } satisfies Reply, transfer);
  } catch (error) {
    port.postMessage({ failure: failureOf(error) } satisfies Reply);
  }
}

interface Packed {
  readonly message: unknown;
  readonly transfer: ArrayBuffer[];
}

const whole = (message: unknown): Packed => ({ message, transfer: [] });

function packedPage(page: unknown): Packed {
  const message = packPage(page as Page);
  return { message, transfer: [message.numbers, ...message.slabs].map(({ buffer }) => buffer) };
}

/**
 * The page that will be asked for next, read while the one before it is looked at. Whatever is
 * written meanwhile, a page is of one revision.
 */
class PageReader {
  readonly #engine: Engine;
  #ahead: { readonly query: PageQuery; readonly page: Page } | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  read(query: PageQuery): Page {
    const known = this.#ahead;
    this.#ahead = undefined;
    const page = known && isSame(known.query, query) ? known.page : this.#engine.range(query);
    const next = nextPage(query, page);
    if (next) setImmediate(() => this.#readAhead(next));
    return page;
  }

  #readAhead(query: PageQuery): void {
    try {
      this.#ahead = { query, page: this.#engine.range(query) };
    } catch {
      // Whoever asks for it will be told.
    }
  }
}

function isSame(one: PageQuery, other: PageQuery): boolean {
  const { from, to, limit, revision, count } = one;
  const isSameRange = from === other.from && to === other.to && limit === other.limit;
  return isSameRange && revision === other.revision && count === other.count;
}

let engine: Engine | undefined;
reply(() => {
  engine = new Engine((workerData as { path: string }).path);
  return engine.opened;
});
if (engine) {
  const opened = engine;
  const pages = new PageReader(opened);
  port.on("message", (request: Request) => {
    if (request.type === "range") reply(() => pages.read(request), packedPage);
    else reply(() => opened.answer(request));
    if (request.type === "close") port.close();
  });
} else {
  port.close();
}
