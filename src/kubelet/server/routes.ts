import type { CommandStreams } from "#streaming/remote-command.ts";

/** What a request to the kubelet means; the same words in the path as upstream's kubelet has. */
export type KubeletRequest =
  | { readonly kind: "healthz" | "pods" | "metrics" | "resourceMetrics" | "stats" | "configz" }
  | {
      readonly kind: "logs" | "exec" | "attach";
      readonly namespace: string;
      readonly pod: string;
      readonly container: string;
    }
  | { readonly kind: "portForward"; readonly namespace: string; readonly pod: string }
  /** Ours alone: a volume that was made for a claim as a folder of this node. */
  | { readonly kind: "volume"; readonly name: string };

/** Undefined for a path that the kubelet does not serve. */
export function parseKubeletPath(path: string): KubeletRequest | undefined {
  const [first = "", ...rest] = path
    .replace(/^\/|\/$/g, "")
    .split("/")
    .map(decodeURIComponent);
  switch (first) {
    case "metrics":
      if (rest.join("/") === "resource") return { kind: "resourceMetrics" };
      return rest.length === 0 ? { kind: first } : undefined;
    case "healthz":
    case "pods":
    case "configz":
      return rest.length === 0 ? { kind: first } : undefined;
    case "stats":
      return rest[0] === "summary" ? { kind: "stats" } : undefined;
    case "containerLogs":
      return container("logs", rest);
    case "exec":
    case "attach":
      return container(first, rest);
    case "portForward": {
      const [namespace, pod] = rest;
      return namespace && pod ? { kind: "portForward", namespace, pod } : undefined;
    }
    case "volumes":
      return rest[0] && rest.length === 1 ? { kind: "volume", name: rest[0] } : undefined;
    default:
      return undefined;
  }
}

function container(
  kind: "logs" | "exec" | "attach",
  parts: readonly string[],
): KubeletRequest | undefined {
  // Upstream also takes /exec/<namespace>/<pod>/<uid>/<container>.
  const [namespace, pod] = parts;
  const name = parts.length === 4 ? parts[3] : parts[2];
  return namespace && pod && name ? { kind, namespace, pod, container: name } : undefined;
}

/** The permission that a request needs, as a subresource of the node. */
export function permissionOf(
  request: KubeletRequest,
  method: string,
): {
  readonly verb: string;
  readonly subresource: string;
} {
  const verbs: Readonly<Record<string, string>> = { GET: "get", HEAD: "get", POST: "create" };
  const verb = verbs[method] ?? method.toLowerCase();
  switch (request.kind) {
    case "metrics":
    case "resourceMetrics":
      return { verb, subresource: "metrics" };
    case "stats":
      return { verb, subresource: "stats" };
    case "healthz":
      return { verb, subresource: "healthz" };
    case "pods":
      return { verb, subresource: "pods" };
    case "configz":
      return { verb, subresource: "configz" };
    case "logs":
    case "exec":
    case "attach":
    case "portForward":
    case "volume":
      return { verb, subresource: "proxy" };
    default:
      return request satisfies never;
  }
}

/** The streams that exec and attach ask for, under the kubelet's own names for them. */
export function commandStreams(query: URLSearchParams): CommandStreams {
  const on = (name: string) => ["1", "true"].includes(query.get(name) ?? "");
  const tty = on("tty");
  // A terminal has no error stream of its own.
  return { stdin: on("input"), stdout: on("output"), stderr: on("error") && !tty, tty };
}
