import type { ApiRequest } from "#client/transport.ts";
import { escapeFieldValue, parseFieldSelector } from "#machinery/fields/selector.ts";
import { SelectorError } from "#machinery/labels/selector.ts";
import type { RequestInfo } from "./request.ts";

const verbs: Readonly<Record<string, string>> = {
  POST: "create",
  GET: "get",
  HEAD: "get",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

/** Verbs that stood in paths before they became queries and subresources: `/api/v1/watch/pods`. */
const prefixVerbs = new Set(["proxy", "watch"]);

/** These follow a namespace's name without being resources in it. */
const namespaceSubresources = new Set(["status", "finalize"]);

/** Reads a path and method the way upstream does: other parts decide by its outcome alone. */
export function requestInfoOf({
  method,
  path,
  query,
}: Pick<ApiRequest, "method" | "path" | "query">): RequestInfo {
  const other: RequestInfo = {
    isResource: false,
    verb: method.toLowerCase(),
    path,
    group: "",
    version: "",
    resource: "",
    subresource: "",
    namespace: "",
    name: "",
    rest: "",
  };
  const segments = segmentsOf(path);
  const [root] = segments;
  if (root?.text !== "api" && root?.text !== "apis") return other;
  const grouped = root.text === "apis";
  const start = grouped ? 3 : 2;
  const verb = prefixVerbs.has(segments[start]?.text ?? "") ? segments[start]?.text : undefined;
  if (verb !== undefined) segments.splice(start, 1);
  if (segments.length <= start) return other;
  const group = grouped ? (segments[1]?.text ?? "") : "";
  const version = segments[start - 1]?.text ?? "";

  let parts = segments.slice(start);
  // The older way to watch: a path of its own, rather than a parameter.
  const isWatch = parts[0]?.text === "watch" && parts.length > 1;
  if (isWatch) parts = parts.slice(1);
  let namespace = "";
  if (parts[0]?.text === "namespaces" && parts.length > 1) {
    namespace = parts[1]?.text ?? "";
    if (parts.length > 2 && !namespaceSubresources.has(parts[2]?.text ?? "")) {
      parts = parts.slice(2);
    }
  }
  const [resource, name, ...others] = parts;
  const [subresource, after] = verb === "proxy" ? [] : others;
  const info: RequestInfo = {
    ...other,
    isResource: true,
    verb: verb ?? verbs[method] ?? "",
    group,
    version,
    namespace,
    resource: resource?.text ?? "",
    name: name?.text ?? "",
    subresource: subresource?.text ?? "",
    rest: after ? path.slice(after.start) : restOf(path, subresource),
  };
  if (isWatch) return { ...info, verb: "watch" };
  return info.name ? info : collectionInfo(info, query);
}

function collectionInfo(info: RequestInfo, query: URLSearchParams): RequestInfo {
  if (info.verb === "delete") return { ...info, verb: "deletecollection" };
  if (info.verb !== "get") return info;
  const verb = isTrue(query.get("watch")) ? "watch" : "list";
  // So that a role which names objects lets its holder watch them one by one.
  return { ...info, verb, name: selectedName(query.get("fieldSelector")) };
}

/** What cannot be read selects nothing here; the handler says what is wrong with it. */
function selectedName(fieldSelector: string | null): string {
  if (!fieldSelector) return "";
  try {
    const name = parseFieldSelector(fieldSelector).exactly("metadata.name") ?? "";
    return name === "." || name === ".." || /[/%]/.test(name) ? "" : name;
  } catch (error) {
    if (error instanceof SelectorError) return "";
    throw error;
  }
}

/** `GET /api/v1/watch/pods` is `GET /api/v1/pods?watch=true`, as it was written in earlier days. */
export function withoutWatchPrefix(request: ApiRequest): ApiRequest {
  if (request.method !== "GET") return request;
  const match = /^(\/api\/[^/]+|\/apis\/[^/]+\/[^/]+)\/watch(\/.+)$/.exec(request.path);
  if (!match) return request;
  const [, prefix = "", rest = ""] = match;
  const query = new URLSearchParams(request.query);
  query.set("watch", "true");
  const plain = requestInfoOf({ method: "GET", path: prefix + rest, query });
  if (!plain.name || plain.verb === "watch") return { ...request, path: prefix + rest, query };
  query.set("fieldSelector", `metadata.name=${escapeFieldValue(plain.name)}`);
  const collection = rest.replace(/\/[^/]+\/?$/, "");
  return { ...request, path: prefix + collection, query };
}

/** Flags in queries: present without a value counts, and Python's clients write `False`. */
export function isTrue(value: string | null): boolean {
  return value !== null && value.toLowerCase() !== "false" && value !== "0";
}

interface Segment {
  readonly text: string;
  readonly start: number;
}

function segmentsOf(path: string): Segment[] {
  const segments: Segment[] = [];
  let start = 0;
  while (start < path.length) {
    const slash = path.indexOf("/", start);
    const end = slash < 0 ? path.length : slash;
    if (end > start) segments.push({ text: path.slice(start, end), start });
    start = end + 1;
  }
  return segments;
}

/** `pods/x/proxy/` has a rest of "/"; `pods/x/proxy` has none. */
function restOf(path: string, subresource: Segment | undefined): string {
  return subresource ? path.slice(subresource.start + subresource.text.length) : "";
}
