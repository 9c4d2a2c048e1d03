import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { utf8 } from "#base/bytes.ts";
import { tarEnd, tarFileHeader, tarPadding } from "./tar.ts";

export type ImageArchitecture = "amd64" | "arm64";

/** What a container of the image runs, where its pod does not say otherwise. */
export interface ImageConfig {
  readonly architecture: ImageArchitecture;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  /** `KEY=value`. */
  readonly environment?: readonly string[];
  readonly workingDirectory?: string;
  /** `80/tcp`. */
  readonly exposedPorts?: readonly string[];
  readonly user?: string;
  readonly stopSignal?: string;
  readonly volumes?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}

/** An uncompressed tar: nothing is gained by compressing what never crosses a network. */
export type ImageLayer = { readonly bytes: Uint8Array } | { readonly file: string };

export interface ArchiveImage {
  /** As a user writes them; the archive has the normalised ones, and one by digest beside each. */
  readonly names: readonly string[];
  readonly config: ImageConfig;
  /** Lowest first. */
  readonly layers: readonly ImageLayer[];
}

export interface WrittenImage {
  readonly names: readonly string[];
  /** Of the manifest: what `name@sha256:…` refers to. */
  readonly digest: string;
}

/**
 * Writes an OCI image layout as a tar file. Images of one archive share the layers that they have
 * in common. The file appears whole or not at all; the same input gives the same bytes.
 */
export async function writeOciArchive(
  options: { readonly file: string; readonly images: readonly ArchiveImage[] },
  signal?: AbortSignal,
): Promise<readonly WrittenImage[]> {
  const { file, images } = options;
  await mkdir(dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}.partial`;
  const handle = await open(partial, "w");
  try {
    const written = await writeArchive(new ArchiveWriter(handle), images, signal);
    await handle.close();
    await rename(partial, file);
    return written;
  } catch (error) {
    await handle.close().catch(() => {}); // the first failure is the one to report
    await rm(partial, { force: true });
    throw error;
  }
}

/** The full form of an image's name: `nginx` is `docker.io/library/nginx:latest`. */
export function normalizeImageName(name: string): string {
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const hasRegistry = first.includes(".") || first.includes(":") || first === "localhost";
  let registry = hasRegistry ? first : "docker.io";
  let rest = hasRegistry ? name.slice(slash + 1) : name;
  if (registry === "index.docker.io") registry = "docker.io";
  if (registry === "docker.io" && !rest.includes("/")) rest = `library/${rest}`;
  const tagged = rest.includes("@") || rest.slice(rest.lastIndexOf("/") + 1).includes(":");
  return `${registry}/${rest}${tagged ? "" : ":latest"}`;
}

/** `docker.io/library/nginx:latest` and a digest give `docker.io/library/nginx@sha256:…`. */
export function digestName(normalizedName: string, digest: string): string {
  const tag = normalizedName.indexOf(":", normalizedName.lastIndexOf("/"));
  return `${tag < 0 ? normalizedName : normalizedName.slice(0, tag)}@${digest}`;
}

const mediaType = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
};

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

async function writeArchive(
  writer: ArchiveWriter,
  images: readonly ArchiveImage[],
  signal: AbortSignal | undefined,
): Promise<readonly WrittenImage[]> {
  const written: WrittenImage[] = [];
  const entries: unknown[] = [];
  const layerDescriptors = new Map<string, Descriptor>();
  await writer.file("oci-layout", json({ imageLayoutVersion: "1.0.0" }));
  for (const { names, config, layers } of images) {
    const descriptors: Descriptor[] = [];
    for (const layer of layers) {
      signal?.throwIfAborted();
      const known = "file" in layer ? layerDescriptors.get(layer.file) : undefined;
      const descriptor = known ?? (await writer.layer(layer));
      if ("file" in layer) layerDescriptors.set(layer.file, descriptor);
      descriptors.push(descriptor);
    }
    const configDescriptor = await writer.blob(
      mediaType.config,
      json(configDocument(config, descriptors)),
    );
    const manifest = await writer.blob(
      mediaType.manifest,
      json({
        schemaVersion: 2,
        mediaType: mediaType.manifest,
        config: configDescriptor,
        layers: descriptors,
      }),
    );
    const normalized = names.map(normalizeImageName);
    written.push({ names: normalized, digest: manifest.digest });
    const all = new Set(normalized.flatMap((name) => [name, digestName(name, manifest.digest)]));
    for (const name of all) entries.push(indexEntry(manifest, config.architecture, name));
  }
  const index = { schemaVersion: 2, mediaType: mediaType.index, manifests: entries };
  await writer.file("index.json", json(index));
  await writer.end();
  return written;
}

function indexEntry(manifest: Descriptor, architecture: ImageArchitecture, name: string): unknown {
  return {
    ...manifest,
    platform: { architecture, os: "linux" },
    annotations: {
      "io.containerd.image.name": name,
      "org.opencontainers.image.ref.name": name.slice(name.lastIndexOf("/") + 1),
    },
  };
}

function configDocument(config: ImageConfig, layers: readonly Descriptor[]): unknown {
  const set = (names: readonly string[] | undefined) =>
    names && Object.fromEntries(names.map((name) => [name, {}]));
  return {
    created: "1970-01-01T00:00:00Z",
    architecture: config.architecture,
    os: "linux",
    config: {
      User: config.user,
      ExposedPorts: set(config.exposedPorts),
      Env: config.environment,
      Entrypoint: config.entrypoint,
      Cmd: config.command,
      Volumes: set(config.volumes),
      WorkingDir: config.workingDirectory,
      Labels: config.labels,
      StopSignal: config.stopSignal,
    },
    rootfs: { type: "layers", diff_ids: layers.map((layer) => layer.digest) },
  };
}

/** Appends blobs to a tar file, each digest once. */
class ArchiveWriter {
  readonly #handle: FileHandle;
  readonly #digests = new Set<string>();

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async layer(layer: ImageLayer): Promise<Descriptor> {
    if ("bytes" in layer) return this.blob(mediaType.layer, layer.bytes);
    const { size } = await stat(layer.file);
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(layer.file)) hash.update(chunk as Uint8Array);
    const descriptor = { mediaType: mediaType.layer, digest: `sha256:${hash.digest("hex")}`, size };
    if (this.#digests.has(descriptor.digest)) return descriptor;
    this.#digests.add(descriptor.digest);
    await this.#write(tarFileHeader(blobPath(descriptor.digest), size));
    for await (const chunk of createReadStream(layer.file)) await this.#write(chunk as Uint8Array);
    await this.#write(tarPadding(size));
    return descriptor;
  }

  async blob(type: string, bytes: Uint8Array): Promise<Descriptor> {
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    if (!this.#digests.has(digest)) await this.file(blobPath(digest), bytes);
    this.#digests.add(digest);
    return { mediaType: type, digest, size: bytes.length };
  }

  async file(path: string, bytes: Uint8Array): Promise<void> {
    await this.#write(tarFileHeader(path, bytes.length));
    await this.#write(bytes);
    await this.#write(tarPadding(bytes.length));
  }

  async end(): Promise<void> {
    await this.#write(tarEnd);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (bytes.length > 0) await this.#handle.writeFile(bytes);
  }
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(":", "/")}`;
}

function json(value: unknown): Uint8Array {
  return utf8(JSON.stringify(value));
}
