import { decodeAs, integer, list, struct, text } from "../decode.ts";
import type { Decoded } from "../decode.ts";
import { failed, within } from "../error.ts";
import { parsedYaml, selectorShape } from "../kustomization.ts";
import { baseName } from "../load/files.ts";
import type { Loader } from "../load/loader.ts";
import { splitPath } from "../field-spec.ts";
import type { Resource } from "../resource.ts";
import { selectResources } from "../selector.ts";
import { expectKind, YamlNode } from "../yaml/node.ts";
import { setNamespace } from "./namespace.ts";
import { selectorOf } from "./patches.ts";
import type { Transformer } from "./transformer.ts";

const targetsShape = list(
  struct("Target", {
    selector: selectorShape,
    fieldPath: text,
    filePathPosition: integer("int"),
  }),
  {},
);

export const valueAddShape = struct("ValueAddTransformerPlugin", {
  value: text,
  targets: targetsShape,
  targetFilePath: text,
});

const fileShape = struct("", { targets: targetsShape });

type ValueAddArgs = Decoded<typeof valueAddShape>;

/** Writes one value into fields of many objects, or into a place of the paths that they hold. */
export async function valueAddTransformer(
  args: ValueAddArgs,
  loader: Loader,
): Promise<Transformer> {
  const value = (args.value ?? "").trim() || baseName(loader.root);
  const targets = [...(args.targets ?? [])];
  if (args.targetFilePath) {
    const content = await loader.readText(args.targetFilePath);
    const file = within("error converting YAML to JSON", () => parsedYaml(content));
    targets.push(...(decodeAs(fileShape, file, { strict: false, lenient: true })?.targets ?? []));
  }
  if (targets.length === 0) throw failed("must specify at least one target");
  for (const { fieldPath = "", filePathPosition = 0 } of targets) {
    if (fieldPath === "") throw failed("fieldPath cannot be empty");
    if (filePathPosition >= 0) continue;
    throw failed(`value of FilePathPosition (${filePathPosition}) cannot be negative`);
  }
  return {
    transform(set) {
      for (const { selector, fieldPath = "", filePathPosition = 0 } of targets) {
        const selected = selector
          ? selectResources(set.resources, selectorOf(selector))
          : set.resources;
        for (const resource of selected) {
          addValue(resource, value, fieldPath, filePathPosition);
        }
      }
    },
  };
}

function addValue(resource: Resource, value: string, path: string, position: number): void {
  if (path === "metadata/namespace") {
    setNamespace(resource, {
      namespace: value,
      specs: [],
      unsetOnly: false,
      subjects: "defaultOnly",
    });
    return;
  }
  const steps = splitPath(path, "/");
  let node = resource.root;
  for (const [at, step] of steps.entries()) {
    const kind = at === steps.length - 1 ? "scalar" : "map";
    node = node.field(step) ?? node.set(step, new YamlNode(kind));
  }
  expectKind(node, "scalar");
  const text = position > 0 ? withPart(node.text, position - 1, value) : value;
  node.replaceScalar(YamlNode.scalar(text));
}

/** Inserts a part into a file's path; too far is the end. */
function withPart(path: string, position: number, part: string): string {
  const rooted = path.startsWith("/");
  const parts = path.split("/").filter((step) => step !== "");
  parts.splice(position, 0, part);
  return `${rooted ? "/" : ""}${parts.join("/")}`;
}
