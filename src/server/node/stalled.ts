import type { ServerResponse } from "node:http";
import { constants } from "node:http2";
import type { Http2ServerRequest, Http2ServerResponse, Http2Stream } from "node:http2";
import type { AnyRequest, AnyResponse } from "./respond.ts";

/**
 * Clients that stop taking what is sent to them: they are cut off after a while, so that what waits
 * for them does not wait for ever. How slowly they take it does not matter.
 */

/** Resolves when the client has taken what was written, or is gone; cuts it off when it is late. */
export function drained(response: AnyResponse, stalledMs: number): Promise<void> {
  if (isGone(response)) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = cutOffAfter(response, stalledMs);
    const settle = () => {
      stop();
      response.off("drain", settle);
      response.off("close", settle);
      resolve();
    };
    response.on("drain", settle);
    response.on("close", settle);
  });
}

/** Looks after a response that has been ended: its last part may never be taken. */
export function endsSoon(request: AnyRequest, response: AnyResponse, stalledMs: number): void {
  const { stream } = response as Http2ServerResponse;
  if (stream === undefined) return endsSoonOnHttp1(response as ServerResponse, stalledMs);
  // One without a body is never read, and so never "complete".
  if (!stream.endAfterHeaders && !(request as Http2ServerRequest).complete) {
    discardRest(stream, Math.min(stalledMs, restMsMax));
  }
  if (!stream.destroyed && stalledMs < Infinity) {
    stream.setTimeout(stalledMs, () => cutOff(response));
  }
}

/** So long the rest of a body may take to come that nobody waits for any more. */
const restMsMax = 1_000;

/** An answer that is closed together with its request may not reach the client as a whole. */
function discardRest(stream: Http2Stream, restMs: number): void {
  stream.resume();
  const late = setTimeout(() => stream.close(constants.NGHTTP2_NO_ERROR), restMs);
  const settle = () => clearTimeout(late);
  stream.once("end", settle);
  stream.once("close", settle);
}

/** Small answers fit into buffers that the connection has anyway. */
const smallBytes = 64 * 1024;

function endsSoonOnHttp1(response: ServerResponse, stalledMs: number): void {
  if (response.writableLength < smallBytes || isGone(response)) return;
  const stop = cutOffAfter(response, stalledMs);
  response.once("finish", stop);
  response.once("close", stop);
}

/** Whoever writes to it would wait for ever. */
export function isGone(response: AnyResponse): boolean {
  const { stream } = response as Http2ServerResponse;
  return stream ? stream.destroyed || stream.closed : response.destroyed || response.closed;
}

/** Unless what is returned is called before; Infinity waits for ever. */
function cutOffAfter(response: AnyResponse, stalledMs: number): () => void {
  if (stalledMs === Infinity) return () => {};
  const late = setTimeout(() => cutOff(response), stalledMs);
  return () => clearTimeout(late);
}

function cutOff(response: AnyResponse): void {
  const { stream } = response as Http2ServerResponse;
  if (stream !== undefined) stream.close(constants.NGHTTP2_CANCEL);
  else response.destroy();
}
