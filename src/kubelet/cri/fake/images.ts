import { parseImageReference } from "../../images/reference.ts";
import { RuntimeError } from "../runtime.ts";
import type { Runtime } from "../runtime.ts";
import type { Image } from "../v1.ts";

const imageBytes = 50_000_000;

/** The images of a fake runtime: every name can be pulled, except those of "missing/". */
export class FakeImages {
  readonly #images = new Map<string, Image>();

  pull(name: string): string {
    const canonical = canonicalName(name);
    const repository = parseImageReference(name)?.repository ?? "";
    if (repository.startsWith("missing/")) {
      const message =
        `failed to pull and unpack image "${canonical}": failed to resolve reference ` +
        `"${canonical}": ${canonical}: not found`;
      throw new RuntimeError("NOT_FOUND", message);
    }
    const id = idOf(canonical);
    this.#images.set(id, {
      id,
      repoTags: [canonical],
      repoDigests: [`${canonical.slice(0, canonical.lastIndexOf(":"))}@${id}`],
      size: imageBytes,
      username: "",
      pinned: false,
    });
    return id;
  }

  calls(): Pick<Runtime, "listImages" | "imageStatus" | "pullImage" | "removeImage"> {
    return {
      listImages: async () => ({ images: [...this.#images.values()] }),
      imageStatus: async ({ image }) => {
        const found = this.#find(image?.image ?? "");
        return { info: {}, ...(found && { image: found }) };
      },
      pullImage: async ({ image }) => ({ imageRef: this.pull(image?.image ?? "") }),
      removeImage: async ({ image }) => {
        const found = this.#find(image?.image ?? "");
        if (found) this.#images.delete(found.id);
        return {};
      },
    };
  }

  #find(name: string): Image | undefined {
    return this.#images.get(name) ?? this.#images.get(idOf(canonicalName(name)));
  }
}

function canonicalName(name: string): string {
  const reference = parseImageReference(name);
  if (!reference) {
    throw new RuntimeError("INVALID_ARGUMENT", `"${name}": invalid reference format`);
  }
  const { registry, repository, tag, digest } = reference;
  const version = digest === undefined ? `:${tag ?? "latest"}` : `@${digest}`;
  return `${registry}/${repository}${version}`;
}

/** Looks like a digest, is the same for the same name, and means nothing else. */
function idOf(canonical: string): string {
  let hex = "";
  for (let part = 0; part < 8; part++) {
    let hash = 0x811c9dc5 ^ part;
    for (let index = 0; index < canonical.length; index++) {
      hash = Math.imul(hash ^ canonical.charCodeAt(index), 0x01000193);
    }
    hex += (hash >>> 0).toString(16).padStart(8, "0");
  }
  return `sha256:${hex}`;
}
