import { text as utf8Text, toBase64, utf8 } from "#base/bytes.ts";
import { failed, withinAsync } from "./error.ts";
import type { GeneratorArgs, GeneratorOptions } from "./kustomization.ts";
import { baseName } from "./load/files.ts";
import type { Loader } from "./load/loader.ts";
import { Resource } from "./resource.ts";
import type { Behavior } from "./resource.ts";
import { YamlNode } from "./yaml/node.ts";
import { tags } from "./yaml/scalar.ts";

/** Makes a ConfigMap or a Secret out of files, lines and literals. */
export async function generate(
  kind: "ConfigMap" | "Secret",
  args: GeneratorArgs,
  loader: Loader,
): Promise<Resource> {
  const { name = "", namespace = "", options = {} } = args;
  if (name === "") throw failed("a configmap must have a name");
  const root = YamlNode.map();
  root.set("apiVersion", YamlNode.text("v1"));
  root.set("kind", YamlNode.text(kind));
  const metadata = root.mapAt("metadata");
  metadata.set("name", YamlNode.text(name));
  if (namespace !== "") metadata.set("namespace", YamlNode.text(namespace));
  if (kind === "Secret") root.set("type", YamlNode.text(args.type || "Opaque"));
  const pairs = await withinAsync("loading KV pairs", () => loadPairs(args, loader));
  setData(root, kind, uniquePairs(pairs, name));
  const resource = new Resource(root);
  setMetadata(metadata, "labels", options.labels);
  setMetadata(metadata, "annotations", options.annotations);
  if (options.immutable) root.set("immutable", YamlNode.scalar("true", tags.bool));
  if (!options.disableNameSuffixHash) resource.enable("needsHash");
  resource.behavior = behaviorOf(args.behavior);
  return resource;
}

function behaviorOf(text: string | undefined): Behavior {
  return text === "create" || text === "merge" || text === "replace" ? text : "unspecified";
}

/** What is said for all generators counts where one does not say it itself. */
export function withGlobalOptions(
  args: GeneratorArgs,
  globals: GeneratorOptions | undefined,
): GeneratorArgs {
  if (!globals) return args;
  const { options: own = {} } = args;
  return {
    ...args,
    options: {
      labels: { ...globals.labels, ...own.labels },
      annotations: { ...globals.annotations, ...own.annotations },
      disableNameSuffixHash: globals.disableNameSuffixHash || own.disableNameSuffixHash,
      immutable: globals.immutable || own.immutable,
    },
  };
}

type Pair = readonly [key: string, value: Uint8Array];

async function loadPairs(args: GeneratorArgs, loader: Loader): Promise<Pair[]> {
  const { envs = [], literals = [], files = [] } = args;
  const pairs: Pair[] = [];
  await withinAsync(`env source files: [${envs.join(" ")}]`, async () => {
    for (const path of envs) pairs.push(...envPairs(await loader.read(path)));
  });
  await withinAsync(`literal sources [${literals.join(" ")}]`, async () => {
    for (const literal of literals) pairs.push(literalPair(literal));
  });
  await withinAsync(`file sources: [${files.join(" ")}]`, async () => {
    for (const source of files) {
      const [key, path] = fileSource(source);
      pairs.push([key, await loader.read(path)]);
    }
  });
  return pairs;
}

function envPairs(content: Uint8Array): Pair[] {
  const lines = utf8Lines(content);
  return lines.flatMap((line, at): Pair[] => {
    const trimmed = (at === 0 ? line.replace(/^\ufeff/, "") : line).trimStart();
    if (trimmed === "" || trimmed.startsWith("#")) return [];
    const equals = trimmed.indexOf("=");
    if (equals < 0) return [[trimmed, utf8("")]];
    return [[trimmed.slice(0, equals), utf8(trimmed.slice(equals + 1))]];
  });
}

function utf8Lines(content: Uint8Array): string[] {
  const decoded = validText(content);
  if (decoded === undefined) {
    const line = utf8Text(content)
      .split("\n")
      .find((candidate) => candidate.includes("\ufffd"));
    throw failed(`line ${line ?? ""} has invalid utf8 bytes : ${line ?? ""}`);
  }
  return decoded.split("\n").map((line) => line.replace(/\r$/, ""));
}

function literalPair(source: string): Pair {
  const equals = source.indexOf("=");
  if (equals <= 0) throw failed(`invalid literal source ${source}, expected key=value`);
  return [source.slice(0, equals), utf8(withoutQuotes(source.slice(equals + 1)))];
}

function withoutQuotes(text: string): string {
  const quoted = text.length >= 2 && text.at(0) === text.at(-1) && /^["']/.test(text);
  return quoted ? text.slice(1, -1) : text;
}

function fileSource(source: string): readonly [key: string, path: string] {
  const parts = source.split("=");
  const [key = "", path] = parts;
  if (path === undefined) return [baseName(source), source];
  if (parts.length > 2) throw failed(`source ${quote(source)} key name or file path contains '='`);
  if (key === "") {
    throw failed(`missing key name for file path ${quote(path)} in source ${quote(source)}`);
  }
  if (path === "") {
    throw failed(`missing file path for key name ${quote(key)} in source ${quote(source)}`);
  }
  return [key, path];
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function uniquePairs(pairs: readonly Pair[], name: string): ReadonlyMap<string, Uint8Array> {
  const known = new Map<string, Uint8Array>();
  for (const [key, value] of pairs) {
    if (known.has(key)) throw failed(`configmap ${name} illegally repeats the key \`${key}\``);
    known.set(key, value);
  }
  return known;
}

function setData(
  root: YamlNode,
  kind: "ConfigMap" | "Secret",
  values: ReadonlyMap<string, Uint8Array>,
): void {
  if (kind === "Secret") root.mapAt("data");
  for (const key of [...values.keys()].sort()) {
    const bytes = values.get(key) ?? new Uint8Array();
    const plain = kind === "Secret" ? undefined : validText(bytes);
    const field = kind === "Secret" || plain !== undefined ? "data" : "binaryData";
    const value = YamlNode.text(plain ?? base64Lines(bytes));
    value.quoted = value.text.includes("\n");
    root.mapAt(field).set(key, value);
  }
}

/** Undefined for what is no UTF-8. */
function validText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const base64Width = 70;

/** Long ones are broken into lines, each of which ends. */
function base64Lines(bytes: Uint8Array): string {
  const encoded = toBase64(bytes);
  if (encoded.length < base64Width) return encoded;
  const lines = encoded.match(new RegExp(`.{1,${base64Width}}`, "g")) ?? [];
  return lines.map((line) => `${line}\n`).join("");
}

function setMetadata(
  metadata: YamlNode,
  field: string,
  values: Readonly<Record<string, string>> | undefined,
): void {
  for (const key of Object.keys(values ?? {}).sort()) {
    const value = YamlNode.text(values?.[key] ?? "");
    value.quoted = true;
    metadata.mapAt(field).set(key, value);
  }
}
