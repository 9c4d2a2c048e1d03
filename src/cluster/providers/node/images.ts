import { digestName } from "../../images/node/oci-archive.ts";
import { run } from "./run.ts";

export interface StoredImage {
  /** Normalised; with a tag or a digest. */
  readonly name: string;
  readonly digest: string;
  /** As containerd writes it: `12.3 MiB`. */
  readonly size: string;
}

/**
 * Loads an archive, in the layout of OCI or of `docker save`, so that pods can use its images: they
 * are unpacked, and known by tag and by digest. Returns the names loaded, with tags.
 */
export async function importImage(
  options: {
    readonly socket: string;
    readonly file: string;
    readonly snapshotter?: string;
    /** Keeps the images when unused ones are collected. */
    readonly pinned?: boolean;
  },
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const { socket, file, snapshotter = "overlayfs", pinned = false } = options;
  const importing = ["images", "import", "--snapshotter", snapshotter, file];
  const said = await ctr(socket, importing, signal);
  // "unpacking NAME (sha256:…)...done", and "NAME saved" from 2.0 on.
  const named = said.matchAll(/^unpacking (\S+) \(sha256:|^(\S+)\s+saved\b/gm);
  const names = new Set([...named].map(([, unpacked, saved]) => unpacked ?? saved ?? ""));
  const stored = await listImages({ socket }, signal);
  const known = new Set(stored.map((image) => image.name));
  const tagged = stored.filter((image) => names.has(image.name) && !image.name.includes("@"));
  for (const { name, digest } of tagged) {
    const byDigest = digestName(name, digest);
    if (!known.has(byDigest)) await ctr(socket, ["images", "tag", name, byDigest], signal);
    known.add(byDigest);
    if (!pinned) continue;
    await ctr(socket, ["images", "label", name, "io.cri-containerd.pinned=pinned"], signal);
  }
  return tagged.map((image) => image.name);
}

/** What the runtime has, by name. */
export async function listImages(
  options: { readonly socket: string },
  signal?: AbortSignal,
): Promise<readonly StoredImage[]> {
  const output = await ctr(options.socket, ["images", "list"], signal);
  return output
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => {
      const [name = "", , digest = "", amount = "", unit = ""] = line.split(/\s+/);
      return { name, digest, size: `${amount} ${unit}` };
    });
}

function ctr(socket: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  return run("ctr", ["--namespace", "k8s.io", "--address", socket, ...args], {}, signal);
}
