import type { Secret } from "#api/core/v1.ts";
import { fromBase64, text } from "#base/bytes.ts";
import type { ImageReference } from "./reference.ts";

/** How to sign in at a registry; an empty text is "not given". */
export interface RegistryCredential {
  readonly username: string;
  readonly password: string;
  readonly identityToken: string;
  readonly registryToken: string;
}

/** Sign-ins by registry, `*.example.com` patterns and paths included: the `auths` of a config. */
export type RegistryAuths = Readonly<Record<string, RegistryCredential>>;

interface AuthEntry {
  readonly username?: unknown;
  readonly password?: unknown;
  readonly auth?: unknown;
  readonly identitytoken?: unknown;
  readonly registrytoken?: unknown;
}

/** The sign-ins of an image pull secret, of either of its two types; throws when it is no such. */
export function authsOfSecret(secret: Secret): RegistryAuths {
  const modern = secret.data?.[".dockerconfigjson"];
  const legacy = secret.data?.[".dockercfg"];
  if (modern !== undefined) {
    const config = JSON.parse(text(fromBase64(modern))) as { auths?: Record<string, AuthEntry> };
    return authsOf(config.auths ?? {});
  }
  if (legacy !== undefined) {
    return authsOf(JSON.parse(text(fromBase64(legacy))) as Record<string, AuthEntry>);
  }
  throw new Error(`secret "${secret.metadata.name}" has neither .dockerconfigjson nor .dockercfg`);
}

function authsOf(entries: Readonly<Record<string, AuthEntry>>): RegistryAuths {
  return Object.fromEntries(
    Object.entries(entries).map(([registry, entry]) => {
      const decoded = typeof entry.auth === "string" ? text(fromBase64(entry.auth.trim())) : "";
      const colon = decoded.indexOf(":");
      return [
        registry,
        {
          username: stringOf(entry.username) || decoded.slice(0, Math.max(0, colon)),
          password: stringOf(entry.password) || (colon < 0 ? "" : decoded.slice(colon + 1)),
          identityToken: stringOf(entry.identitytoken),
          registryToken: stringOf(entry.registrytoken),
        },
      ];
    }),
  );
}

function stringOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The sign-ins to try for an image, the most specific first. */
export function credentialsFor(
  reference: ImageReference,
  auths: readonly RegistryAuths[],
): readonly RegistryCredential[] {
  const found: { pattern: string; credential: RegistryCredential }[] = [];
  for (const entries of auths) {
    for (const [key, credential] of Object.entries(entries)) {
      const pattern = normalized(key);
      if (matches(pattern, reference)) found.push({ pattern, credential });
    }
  }
  found.sort((left, right) => right.pattern.length - left.pattern.length);
  return found.map(({ credential }) => credential);
}

/** "https://index.docker.io/v1/" → "docker.io": how `docker login` wrote it once. */
function normalized(key: string): string {
  const bare = key.replace(/^https?:\/\//, "").replace(/\/+$/, "");
  const [host = "", ...path] = bare.split("/");
  if (/^v[12]$/.test(path[0] ?? "")) path.shift();
  const known = /^(index\.docker\.io|registry-1\.docker\.io)$/.test(host) ? "docker.io" : host;
  return [known, ...path].join("/");
}

function matches(pattern: string, { registry, repository }: ImageReference): boolean {
  const [hostPattern = "", ...path] = pattern.split("/");
  const [host, port] = hostAndPort(registry);
  const [wantedHost, wantedPort] = hostAndPort(hostPattern);
  if (port !== wantedPort) return false;
  const parts = host.split(".");
  const wanted = wantedHost.split(".");
  // A star stands for characters of one label, never for several labels.
  if (parts.length !== wanted.length) return false;
  if (!wanted.every((glob, index) => globPattern(glob).test(parts[index] ?? ""))) return false;
  return repository.startsWith(path.join("/"));
}

function hostAndPort(registry: string): [host: string, port: string] {
  const match = /^(.*?)(?::(\d+))?$/.exec(registry);
  return [match?.[1] ?? "", match?.[2] ?? ""];
}

function globPattern(glob: string): RegExp {
  return new RegExp(`^${glob.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*")}$`);
}
