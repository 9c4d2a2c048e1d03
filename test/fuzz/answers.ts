import { parse } from "yaml";
import { concatBytes, text } from "#base/bytes.ts";
import type { ApiRequest, ApiResponse } from "#client/transport.ts";
import { PartialObjectMetadata, PartialObjectMetadataList, Status } from "#api/meta/v1.ts";
import { decodeProtobuf } from "#schema/protobuf.ts";
import { decodeProtobufEnvelope } from "#schema/protobuf-envelope.ts";

/** What an answer says, as far as metadata goes: it is read alike in every format and shape. */
export interface Said {
  readonly kind?: string;
  readonly metadata?: Metadata;
  readonly items?: readonly { readonly metadata?: Metadata }[];
  readonly rows?: readonly { readonly object?: { readonly metadata?: Metadata } }[];
  readonly status?: unknown;
  readonly details?: { readonly uid?: string };
  readonly spec?: { readonly finalizers?: readonly string[] };
}

export interface Metadata {
  readonly uid?: string;
  readonly name?: string;
  readonly resourceVersion?: string;
  readonly continue?: string;
  readonly finalizers?: readonly string[];
  readonly deletionTimestamp?: string;
}

export interface Read {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** Of a whole answer; throws for what cannot be read. */
export function saidIn({ contentType, bytes }: Read): Said | undefined {
  switch (contentType) {
    case "application/json":
      return JSON.parse(text(bytes)) as Said;
    case "application/yaml":
      return parse(text(bytes), { maxAliasCount: 0 }) as Said;
    case "application/vnd.kubernetes.protobuf": {
      const { kind, raw } = decodeProtobufEnvelope(bytes);
      if (kind === "Status") return { ...decodeProtobuf(Status, raw), kind };
      // Metadata is the first field of every kind, and a list's items are the second.
      if (!kind.endsWith("List")) return { ...decodeProtobuf(PartialObjectMetadata, raw), kind };
      return { ...decodeProtobuf(PartialObjectMetadataList, raw), kind };
    }
    default:
      return undefined;
  }
}

/** All of a body that ends. */
export async function readWhole({ body }: ApiResponse): Promise<Read | undefined> {
  switch (body.kind) {
    case "none":
      return undefined;
    case "bytes":
      return body;
    case "stream": {
      const chunks: Uint8Array[] = [];
      for await (const chunk of body.chunks) chunks.push(chunk);
      return { contentType: body.contentType, bytes: concatBytes(chunks) };
    }
    default:
      throw new Error(`a body of kind ${body.kind} left the process`);
  }
}

/** Answers without a Status that upstream gives: its router's and its filters' own. */
const plainAnswers: Readonly<Record<number, string>> = {
  404: "404 page not found\n",
  429: "Too many requests, please try again later.\n",
};

/** The only failures that say that it is not the client's fault, as upstream means them. */
const meant: readonly ((reply: Status) => boolean)[] = [
  // The version that a client wants to see may come: it is told to ask again.
  ({ code, details }) => code === 504 && details?.causes?.[0]?.reason === "ResourceVersionTooLarge",
  // What a kubelet or a container would answer: here, nobody does.
  ({ code, message }) => code === 503 && message === "this server has no nodes",
  // Nobody is behind a Service.
  ({ code, message = "" }) =>
    code === 503 && message.startsWith("no endpoints available for service"),
  // The number that a custom resource is scaled by is not in it.
  ({ code, message = "" }) =>
    code === 500 && /the spec replicas field .* does not exist/.test(message),
  // A webhook, which somebody has asked for, is out of reach.
  ({ code, message = "" }) => code === 500 && /failed calling webhook "/.test(message),
];

/** What upstream gives no reason for: it answers these with 500, although the client is to blame. */
const withoutReason = [
  /^failed to create typed patch object/,
  /^resourceVersion should not be set on objects to be created$/,
  /strconv\.ParseUint: parsing /,
  /associative list with keys /,
  /duplicate entries for key /,
  /field not declared in schema$/,
  /expected numeric \(int or float\), got /,
  /^unknown patch type: /,
  /does not contain declared merge key/,
];

/** What is wrong with an answer that refuses; undefined for one as it should be. */
export function refusalProblem(
  { method }: ApiRequest,
  status: number,
  read: Read | undefined,
): string | undefined {
  if (!read) return method === "HEAD" ? undefined : `${status} without a body`;
  if (read.contentType.startsWith("text/plain")) {
    const expected = plainAnswers[status];
    return text(read.bytes) === expected ? undefined : `${status} in words: ${text(read.bytes)}`;
  }
  let reply: Status;
  try {
    const said = saidIn(read);
    if (!said) return `${status} in ${read.contentType}`;
    reply = said as Status;
  } catch (error) {
    return `${status} that cannot be read: ${String(error)}`;
  }
  const { kind, apiVersion, reason, message, code } = reply as Status & Record<string, unknown>;
  const isProtobuf = read.contentType.endsWith("protobuf");
  if (kind !== "Status" || (!isProtobuf && apiVersion !== "v1")) return `${status} with a ${kind}`;
  if (reply.status !== "Failure" || !message) return `no failure: ${JSON.stringify(reply)}`;
  const mayLack = code === 400 && withoutReason.some((pattern) => pattern.test(message));
  if (!reason && !mayLack) return `no reason: ${JSON.stringify(reply)}`;
  if (code !== status) return `${status} with code ${code}`;
  if (status < 500 || meant.some((holds) => holds(reply))) return undefined;
  return `${status}: ${message}`;
}
