import { createHash } from "node:crypto";
import { existsSync, lstatSync } from "node:fs";
import {
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { sleep } from "#base/clock.ts";
import { required } from "#base/invariant.ts";
import { systemClock } from "#base/node/system-clock.ts";
import { normalizeImageName, writeOciArchive } from "../../src/cluster/images/node/oci-archive.ts";
import type { ImageLayer } from "../../src/cluster/images/node/oci-archive.ts";
import { createTar } from "../../src/cluster/images/node/tar.ts";
import { findBinary, installPackages } from "../../src/cluster/providers/node/host.ts";
import { run } from "../../src/cluster/providers/node/run.ts";
import { families } from "./recipes.ts";
import type { Family } from "./recipes.ts";

/** An archive that is ready to be loaded, and all the images in it. */
export interface BuiltArchive {
  readonly file: string;
  /** Normalised. */
  readonly names: readonly string[];
}

export interface BuildOptions {
  readonly announce?: (message: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Archives that have exactly the images named, built where the cache lacks them: one for all
 * images that share a file system. Throws on a name that has no recipe.
 */
export async function ensureImages(
  names: readonly string[],
  options: BuildOptions = {},
): Promise<readonly BuiltArchive[]> {
  const wanted = new Set(names.map(normalizeImageName));
  const families = new Set([...wanted].map(familyOf));
  const archives: BuiltArchive[] = [];
  for (const family of families) {
    const images = family.images.flatMap((image) => {
      const kept = image.names.map(normalizeImageName).filter((name) => wanted.has(name));
      return kept.length > 0 ? [{ ...image, names: kept }] : [];
    });
    archives.push(await ensureArchive({ ...family, images }, options));
  }
  return archives;
}

/** The archive that has one image. */
export async function buildImage(name: string, options: BuildOptions = {}): Promise<BuiltArchive> {
  const [archive] = await ensureImages([name], options);
  return required(archive, "one name gives one archive");
}

/** All names that have a recipe, normalised. */
export function imageNames(): readonly string[] {
  return allFamilies.flatMap(namesOf);
}

const allFamilies = families();
const cacheFolder = join(import.meta.dirname, "../../.cache/images");
const clock = systemClock();
/** Raised when this program builds the same recipe differently. */
const builderVersion = 1;
const archivesKeptMax = 12;

function namesOf(family: Family): readonly string[] {
  return family.images.flatMap((image) => image.names.map(normalizeImageName));
}

function familyOf(name: string): Family {
  const normalized = normalizeImageName(name);
  const family = allFamilies.find((candidate) => namesOf(candidate).includes(normalized));
  if (!family) throw new Error(`there is no recipe for the image ${normalized}`);
  return family;
}

async function ensureArchive(family: Family, options: BuildOptions): Promise<BuiltArchive> {
  const architecture = ({ x64: "amd64", arm64: "arm64" } as const)[process.arch as string];
  if (!architecture) throw new Error(`no images for the architecture ${process.arch}`);
  const { name, packages, removed, applets, files, images } = family;
  const suite = await debianSuite();
  const layer = join(
    cacheFolder,
    `${name}-${hashOf({ builderVersion, suite, architecture, packages, removed, applets })}`,
  );
  const archive = { file: `${layer}-${hashOf({ files, images })}.tar`, names: namesOf(family) };
  if (existsSync(archive.file)) {
    await utimes(archive.file, clock.now() / 1000, clock.now() / 1000); // in use: not to be removed
    return archive;
  }
  await mkdir(cacheFolder, { recursive: true });
  await withLock(`${layer}.lock`, options.signal, async () => {
    if (existsSync(archive.file)) return;
    if (!existsSync(`${layer}.layer`)) {
      options.announce?.(`unpacking ${packages.join(" ")} for the ${name} images`);
      await buildLayer({ ...options, family, suite, file: `${layer}.layer` });
    }
    const common: ImageLayer[] = [{ file: `${layer}.layer` }, { bytes: createTar(files) }];
    const complete = images.map((image) => ({
      names: image.names,
      config: { ...image.config, architecture },
      layers: image.files ? [...common, { bytes: createTar(image.files) }] : common,
    }));
    await writeOciArchive({ file: archive.file, images: complete }, options.signal);
    await removeOlder({ family, layer });
  });
  return archive;
}

/** The packages' files as a tar. */
async function buildLayer(
  options: BuildOptions & {
    readonly family: Family;
    readonly suite: string;
    readonly file: string;
  },
): Promise<void> {
  const { family, file, signal } = options;
  const folder = `${file}.${process.pid}.work`;
  try {
    const root = join(folder, "root");
    await mkdir(folder, { recursive: true });
    await unpackPackages({ ...options, root });
    for (const path of family.removed) await rm(join(root, path), { recursive: true, force: true });
    if (family.applets !== "none") await linkApplets(root, family.applets);
    if (!isPresent(join(root, "bin/sh"))) await symlink("dash", join(root, "bin/sh"));
    const layer = join(folder, "layer.tar");
    const reproducible = ["--sort=name", "--mtime=@0", "--numeric-owner", "--exclude=./dev/*"];
    await run("tar", [...reproducible, "-cf", layer, "-C", root, "."], {}, signal);
    await rename(layer, file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Only unpacks, so that it takes seconds, runs nothing of the packages, and needs no chroot. */
async function unpackPackages(
  options: BuildOptions & {
    readonly family: Family;
    readonly suite: string;
    readonly root: string;
  },
): Promise<void> {
  const { family, suite, root, signal, announce = () => {} } = options;
  if (!findBinary("mmdebstrap", process.env["PATH"] ?? "")) {
    await installPackages({ packages: ["mmdebstrap"], announce }, signal);
  }
  const include = `--include=${family.packages.join(",")}`;
  await run("mmdebstrap", ["--quiet", "--variant=extract", include, suite, root], {}, signal);
}

async function linkApplets(root: string, which: "all" | "missing"): Promise<void> {
  const list = await run(join(root, "bin/busybox"), ["--list-full"]);
  for (const applet of list.split("\n").filter(Boolean)) {
    const name = applet.slice(applet.lastIndexOf("/") + 1);
    const places = ["bin", "usr/bin", "sbin", "usr/sbin"].map((folder) => `${folder}/${name}`);
    const present = places.some((place) => isPresent(join(root, place)));
    if (name === "busybox" || (which === "missing" && present)) continue;
    // The official image has all of them in one folder.
    const place = join(root, which === "all" ? `bin/${name}` : applet);
    await mkdir(dirname(place), { recursive: true });
    await symlink("/bin/busybox", place);
  }
}

/** Also a link whose target exists inside of the image alone. */
function isPresent(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** The release of this machine, whose package lists and mirrors it knows. */
async function debianSuite(): Promise<string> {
  const release = await readFile("/etc/os-release", "utf8");
  const suite = /^VERSION_CODENAME="?([a-z]+)/m.exec(release)?.[1];
  if (!suite)
    throw new Error("test images are built on Debian or Ubuntu: no release in os-release");
  return suite;
}

function hashOf(value: unknown): string {
  const content = JSON.stringify(value, (_, part: unknown) =>
    part instanceof Uint8Array ? Buffer.from(part).toString("hex") : part,
  );
  return createHash("sha256").update(content).digest("hex").slice(0, 12);
}

/** Several test processes may ask for the same archive: one builds, the others wait for it. */
async function withLock(
  file: string,
  signal: AbortSignal | undefined,
  work: () => Promise<void>,
): Promise<void> {
  for (;;) {
    try {
      await writeFile(file, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = Number(await readFile(file, "utf8").catch(() => "")); // gone: try again at once
    if (owner > 0 && !existsSync(`/proc/${owner}`)) await rm(file, { force: true });
    await sleep(clock, 50, signal);
  }
  try {
    await work();
  } finally {
    await rm(file, { force: true });
  }
}

/** What was built for former packages, archives long unused, and what a killed build left. */
async function removeOlder(options: {
  readonly family: Family;
  readonly layer: string;
}): Promise<void> {
  const { family, layer } = options;
  const archives: { readonly path: string; readonly usedMs: number }[] = [];
  for (const name of await readdir(cacheFolder)) {
    const path = join(cacheFolder, name);
    if (!name.startsWith(`${family.name}-`)) continue;
    if (!path.startsWith(layer) || name.endsWith(".work") || name.endsWith(".partial")) {
      await rm(path, { recursive: true, force: true });
    } else if (name.endsWith(".tar")) {
      archives.push({ path, usedMs: (await stat(path)).mtimeMs });
    }
  }
  archives.sort((left, right) => right.usedMs - left.usedMs);
  for (const { path } of archives.slice(archivesKeptMax)) await rm(path, { force: true });
}

/** Builds the images named, or all, and says what they took. */
async function main(names: readonly string[]): Promise<void> {
  const wanted = names.length > 0 ? names : imageNames();
  for (const family of new Set(wanted.map(familyOf))) {
    const start = clock.monotonic();
    const own = wanted.filter((name) => familyOf(name) === family);
    for (const archive of await ensureImages(own)) {
      const seconds = ((clock.monotonic() - start) / 1000).toFixed(1);
      const megabytes = ((await stat(archive.file)).size / 1e6).toFixed(1);
      const lines = [`${archive.file}: ${megabytes} MB, ${seconds} s`, ...archive.names];
      process.stdout.write(`${lines.join("\n  ")}\n`);
    }
  }
}

if (import.meta.main) await main(process.argv.slice(2));
