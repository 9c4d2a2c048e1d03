import type { Bytes } from "#base/bytes.ts";

/**
 * One API request, with or without a socket below it. Components inside the server's process send
 * decoded objects and skip HTTP and JSON; over a network the same request becomes HTTPS.
 */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS";
  /** Decoded path, without the query: "/api/v1/namespaces/default/pods". */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RequestBody;
}

export type RequestBody =
  | { readonly kind: "none" }
  /** Handed over: the sender does not touch the object again. */
  | { readonly kind: "object"; readonly object: unknown; readonly contentType?: string }
  | { readonly kind: "bytes"; readonly contentType: string; read(): Promise<Bytes> };

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ResponseBody;
}

export type ResponseBody =
  | { readonly kind: "none" }
  /** Frozen, or owned by the receiver; never changed by the sender afterwards. */
  | { readonly kind: "object"; readonly object: unknown }
  | { readonly kind: "bytes"; readonly contentType: string; readonly bytes: Bytes }
  /** Ends when the request's signal aborts. */
  | {
      readonly kind: "stream";
      readonly contentType: string;
      readonly chunks: AsyncIterable<Bytes>;
      /** How long all chunks together are, where that is known before. */
      readonly length?: number;
      /** May be given chunks that their receiver is done with, and whose room is then used again. */
      readonly recycle?: (chunk: Bytes) => void;
    }
  /** A watch within the process: whole events, no framing. */
  | { readonly kind: "events"; readonly events: AsyncIterable<WatchEvent<unknown>> };

export type WatchEvent<T> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: T }
  /** Only `metadata.resourceVersion` (and the initial-events annotation) are set. */
  | { readonly type: "BOOKMARK"; readonly object: T }
  /** A `Status`; the watch ends after it. */
  | { readonly type: "ERROR"; readonly object: unknown };

/** Sends a request. An answer with an error status is an answer; only a lost connection throws. */
export interface Transport {
  send(request: ApiRequest, signal?: AbortSignal): Promise<ApiResponse>;
}
