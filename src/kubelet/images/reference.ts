/** The parts of an image's name, with what its writer left out. */
export interface ImageReference {
  /** "docker.io", "ghcr.io", "localhost:5000". */
  readonly registry: string;
  /** "library/nginx". */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
  /** What the runtime is asked for: as it was written, but never without a tag or digest. */
  readonly text: string;
}

const registryPattern =
  /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/;
const componentPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagPattern = /^\w[\w.-]{0,127}$/;
const digestPattern = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/** Undefined when the text names no image. */
export function parseImageReference(image: string): ImageReference | undefined {
  const [beforeDigest = "", digest, ...more] = image.split("@");
  if (more.length > 0) return undefined;
  if (digest !== undefined && !digestPattern.test(digest)) return undefined;
  const slash = beforeDigest.lastIndexOf("/");
  const colon = beforeDigest.indexOf(":", slash + 1);
  const name = colon < 0 ? beforeDigest : beforeDigest.slice(0, colon);
  const tag = colon < 0 ? undefined : beforeDigest.slice(colon + 1);
  if (tag !== undefined && !tagPattern.test(tag)) return undefined;
  const { registry, path } = splitName(name);
  if (!registryPattern.test(registry)) return undefined;
  if (path.length > 255 || !path.split("/").every((part) => componentPattern.test(part))) {
    return undefined;
  }
  return {
    registry,
    repository: registry === defaultRegistry && !path.includes("/") ? `library/${path}` : path,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
    text: tag === undefined && digest === undefined ? `${image}:latest` : image,
  };
}

const defaultRegistry = "docker.io";

/** The first part is a registry when it could not be a repository's: a dot, a port, localhost. */
function splitName(name: string): { registry: string; path: string } {
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(0, slash));
  const isRegistry = /[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase();
  if (slash < 0 || !isRegistry) return { registry: defaultRegistry, path: name };
  const registry = first === "index.docker.io" ? defaultRegistry : first;
  return { registry, path: name.slice(slash + 1) };
}

/** Where a registry listens; docker.io is a name only. */
export function registryEndpoint(registry: string): string {
  return registry === defaultRegistry ? "registry-1.docker.io" : registry;
}

/**
 * The policy of containers that name none: the API server has filled it in for pods from there,
 * not for those from files.
 */
export function pullPolicyOf(
  container: { readonly imagePullPolicy?: "Always" | "IfNotPresent" | "Never" | undefined },
  reference: ImageReference,
): "Always" | "IfNotPresent" | "Never" {
  if (container.imagePullPolicy) return container.imagePullPolicy;
  const latest = reference.digest === undefined && (reference.tag ?? "latest") === "latest";
  return latest ? "Always" : "IfNotPresent";
}
