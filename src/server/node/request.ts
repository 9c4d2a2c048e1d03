import type { Bytes } from "#base/bytes.ts";
import type { ApiRequest, RequestBody } from "#client/transport.ts";
import { badRequest, requestEntityTooLarge, timeout } from "#machinery/status.ts";
import { isListHeader } from "../authn/header-values.ts";
import { withoutWatchPrefix } from "../pipeline/request-info.ts";
import type { AnyRequest } from "./respond.ts";

/** Upstream's limit for what one request may bring. */
export const bodyBytesMax = 3 * 1024 * 1024;

/** Undefined for a path that cannot be decoded. Who takes longer for the body is refused. */
export function apiRequestOf(request: AnyRequest, bodyMsMax: number): ApiRequest | undefined {
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  const path = decodePath(mark < 0 ? url : url.slice(0, mark));
  if (path === undefined) return undefined;
  return withoutWatchPrefix({
    method: (request.method ?? "GET") as ApiRequest["method"],
    path,
    query: new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1)),
    headers: headersOf(request),
    body: bodyOf(request, bodyMsMax),
  });
}

function decodePath(path: string): string | undefined {
  if (!path.includes("%")) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function headersOf(request: AnyRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || name.startsWith(":")) continue;
    if (isListHeader(name)) headers[name] = rawValues(request, name).join("\n");
    else headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return headers;
}

/** Each as it was sent: joined by commas they could not be told apart any more. */
function rawValues({ rawHeaders }: AnyRequest, name: string): string[] {
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === name) values.push(rawHeaders[at + 1] ?? "");
  }
  return values;
}

function bodyOf(request: AnyRequest, bodyMsMax: number): RequestBody {
  const { method, headers } = request;
  if (method === "GET" || method === "HEAD" || headers["content-length"] === "0") {
    return { kind: "none" };
  }
  let content: Promise<Bytes> | undefined;
  return {
    kind: "bytes",
    contentType: headers["content-type"] ?? "",
    read: () => (content ??= readAll(request, bodyMsMax)),
  };
}

/** Rejects with 413 as soon as there is too much; the rest is then thrown away. */
function readAll(request: AnyRequest, bodyMsMax: number): Promise<Bytes> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    let isWhole = false;
    const late = setTimeout(() => fail(timeout("the request's body did not come")), bodyMsMax);
    const fail = (error: Error) => {
      clearTimeout(late);
      request.removeAllListeners("data");
      request.resume();
      reject(error);
    };
    const announced = Number(request.headers["content-length"] ?? 0);
    if (announced > bodyBytesMax) return fail(tooLarge());
    request.on("data", (chunk: Uint8Array) => {
      size += chunk.length;
      if (size > bodyBytesMax) return fail(tooLarge());
      chunks.push(chunk);
    });
    request.on("end", () => {
      clearTimeout(late);
      isWhole = true;
      resolve(joined(chunks, size));
    });
    request.on("error", fail);
    request.on("close", () => {
      if (!isWhole) fail(badRequest("the request ended before its body did"));
    });
  });
}

const tooLarge = () => requestEntityTooLarge(`limit is ${bodyBytesMax}`);

function joined(chunks: readonly Uint8Array[], size: number): Bytes {
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
