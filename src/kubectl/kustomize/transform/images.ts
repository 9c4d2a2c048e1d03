import { editFields, textSetter } from "../field-spec.ts";
import type { FieldSpec } from "../field-spec.ts";
import { PatternMistake, searchPattern } from "#machinery/re2.ts";
import type { ImageArgs } from "../kustomization.ts";
import { expectKind } from "../yaml/node.ts";
import type { YamlNode } from "../yaml/node.ts";
import type { Transformer } from "./transformer.ts";

/** Gives images another name, tag or digest, wherever containers stand. */
export function imageTransformer(image: ImageArgs, specs: readonly FieldSpec[]): Transformer {
  return {
    transform(set) {
      for (const resource of set.resources) {
        if (resource.kind === "CustomResourceDefinition") continue;
        forEachContainerImage(resource.root, (node) => setImage(node, image));
      }
      for (const resource of set.resources) {
        if (resource.kind === "CustomResourceDefinition") continue;
        editFields(resource.root, specs, { set: (node) => setImage(node, image) });
      }
      set.dropEmpty();
    },
  };
}

/** Every list called so has containers, at any depth of any kind. */
const containerLists = ["containers", "initContainers"];

function forEachContainerImage(node: YamlNode, visit: (image: YamlNode) => void): void {
  if (node.kind === "list") {
    for (const item of node.items) forEachContainerImage(item, visit);
    return;
  }
  for (const { key, value } of node.entries) {
    forEachContainerImage(value, visit);
    if (!containerLists.includes(key.text) || value.kind !== "list") continue;
    for (const container of value.items) {
      const image = container.field("image");
      if (image) visit(image);
    }
  }
}

function setImage(node: YamlNode, image: ImageArgs): void {
  expectKind(node, "scalar");
  if (!isImage(node.text, image.name ?? "")) return;
  const parts = splitImage(node.text);
  const { newTag, digest, tagSuffix } = image;
  if (newTag || digest) {
    parts.tag = newTag ?? "";
    parts.digest = digest ?? "";
  } else if (tagSuffix) {
    parts.tag += tagSuffix;
    parts.digest = "";
  }
  const name = image.newName || parts.name;
  const tag = parts.tag === "" ? "" : `:${parts.tag}`;
  textSetter(name + tag + (parts.digest === "" ? "" : `@${parts.digest}`), "")(node);
}

/** The name is a pattern, as it always was. */
function isImage(text: string, name: string): boolean {
  const pattern = searchPattern(`^${name}(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$`);
  return !(pattern instanceof PatternMistake) && pattern.test(text);
}

interface ImageParts {
  readonly name: string;
  tag: string;
  digest: string;
}

/** `[host[:port]/]name[:tag][@digest]` */
export function splitImage(image: string): ImageParts {
  const slash = Math.max(image.indexOf("/"), 0);
  const digestAt = image.indexOf("@", slash);
  const tagAt = image.indexOf(":", slash);
  if (digestAt < 0 && tagAt < 0) return { name: image, tag: "", digest: "" };
  if (digestAt >= 0 && (digestAt < tagAt || tagAt < 0)) {
    return { name: image.slice(0, digestAt), tag: "", digest: image.slice(digestAt + 1) };
  }
  const end = digestAt < 0 ? image.length : digestAt;
  return {
    name: image.slice(0, tagAt),
    tag: image.slice(tagAt + 1, end),
    digest: image.slice(end + 1),
  };
}
