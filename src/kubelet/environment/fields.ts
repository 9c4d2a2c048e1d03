import type { Container, Pod } from "#api/core/v1.ts";
import { parseQuantity } from "#schema/quantity.ts";

/** What a pod may ask about the node that it runs on. */
export interface NodeFacts {
  readonly addresses: readonly string[];
  /** What containers without limits may use at most, as quantities: cpu, memory, … */
  readonly allocatable: Readonly<Record<string, string>>;
}

/** A field of the pod as text; throws for a path that has none. */
export function podFieldValue(
  pod: Pod,
  path: string,
  around: { readonly node: NodeFacts; readonly addresses: readonly string[] },
): string {
  const { metadata, spec, status } = pod;
  const entry = /^metadata\.(labels|annotations)\['(.*)'\]$/s.exec(path);
  if (entry) return metadata[entry[1] as "labels" | "annotations"]?.[entry[2] ?? ""] ?? "";
  const hosts = around.node.addresses;
  const addresses = spec.hostNetwork
    ? hosts
    : around.addresses.length > 0
      ? around.addresses
      : (status.podIPs ?? []).map(({ ip }) => ip);
  switch (path) {
    case "metadata.name":
      return metadata.name;
    case "metadata.namespace":
      return metadata.namespace ?? "";
    case "metadata.uid":
      return metadata.uid;
    case "metadata.labels":
      return mapText(metadata.labels ?? {});
    case "metadata.annotations":
      return mapText(metadata.annotations ?? {});
    case "spec.nodeName":
      return spec.nodeName ?? "";
    case "spec.serviceAccountName":
      return spec.serviceAccountName ?? "";
    case "status.hostIP":
      return hosts[0] ?? "";
    case "status.hostIPs":
      return hosts.join(",");
    case "status.podIP":
      return addresses[0] ?? "";
    case "status.podIPs":
      return addresses.join(",");
    default:
      throw new Error(`unsupported fieldPath: ${path}`);
  }
}

/** One `key="value"` per line, sorted, quoted as upstream does. */
function mapText(entries: Readonly<Record<string, string>>): string {
  return Object.keys(entries)
    .sort()
    .map((key) => `${key}=${quoted(entries[key] ?? "")}`)
    .join("\n");
}

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

/** Go's quoting: it differs from JSON's in control characters. */
function quoted(value: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  const inner = value.replace(/["\\\u0000-\u001f\u007f]/g, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(2, "0");
    return escapes[character] ?? `\\x${code}`;
  });
  return `"${inner}"`;
}

/** A request or limit as a whole number of its divisor, rounded up. */
export function resourceFieldValue(
  pod: Pod,
  container: Container,
  selector: {
    readonly containerName?: string | undefined;
    readonly resource: string;
    readonly divisor?: string | undefined;
  },
  node: NodeFacts,
): string {
  const target = selector.containerName
    ? [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find(
        ({ name }) => name === selector.containerName,
      )
    : container;
  if (!target) throw new Error(`container ${selector.containerName} not found`);
  const [kind = "", ...rest] = selector.resource.split(".");
  const name = rest.join(".");
  const known = name.startsWith("hugepages-") || /^(cpu|memory|ephemeral-storage)$/.test(name);
  if ((kind !== "limits" && kind !== "requests") || !known) {
    throw new Error(`unsupported container resource : ${selector.resource}`);
  }
  const { requests = {}, limits = {} } = target.resources;
  // No limit means: all that the node has to give.
  const amount = kind === "requests" ? requests[name] : (limits[name] ?? node.allocatable[name]);
  const value = parseQuantity(amount ?? "0")?.nanos ?? 0n;
  const divisor = parseQuantity(selector.divisor ?? "1")?.nanos || nanosPerUnit;
  return String((value + divisor - 1n) / divisor);
}

const nanosPerUnit = 1_000_000_000n;
