import { toGoYaml } from "#machinery/codec/go-yaml.ts";
import { parseSelector, SelectorError } from "#machinery/labels/selector.ts";
import { failed } from "./error.ts";
import { currentId, effectiveNamespace, parseApiVersion, writtenId } from "./ids.ts";
import type { GroupVersionKind, ResourceId } from "./ids.ts";
import { builtInScopes } from "./schema/kinds.ts";
import type { Scopes } from "./schema/kinds.ts";
import { YamlNode } from "./yaml/node.ts";
import { jsonOf } from "./yaml/write.ts";

const internal = "internal.config.kubernetes.io";

/**
 * Annotations that an object carries while it is built. They are real ones, as in the stock
 * kustomize: patches and selectors see them, and a patch that drops all annotations drops these.
 */
export const buildAnnotations = {
  previousKinds: `${internal}/previousKinds`,
  previousNames: `${internal}/previousNames`,
  previousNamespaces: `${internal}/previousNamespaces`,
  prefixes: `${internal}/prefixes`,
  suffixes: `${internal}/suffixes`,
  refBy: `${internal}/refBy`,
  behavior: `${internal}/generatorBehavior`,
  needsHash: `${internal}/needsHashSuffix`,
  allowNameChange: `${internal}/allowNameChange`,
  allowKindChange: `${internal}/allowKindChange`,
} as const;

/** All that are taken away at the end: those above, and those of other tools of the family. */
const removed: readonly string[] = [
  ...Object.values(buildAnnotations),
  `${internal}/path`,
  `${internal}/index`,
  `${internal}/seqindent`,
  `${internal}/id`,
  `${internal}/annotations-migration-resource-id`,
  "config.kubernetes.io/path",
  "config.kubernetes.io/index",
  "config.k8s.io/id",
];

export const originAnnotation = "config.kubernetes.io/origin";
export const transformationsAnnotation = "alpha.config.kubernetes.io/transformations";

const enabled = "enabled";

export type Behavior = "create" | "replace" | "merge" | "unspecified";

/** One object on its way through the build. */
export class Resource {
  /** Undefined once a patch has deleted it. */
  node: YamlNode | undefined;
  /** Names of the vars that read from it. */
  readonly varNames: string[] = [];

  readonly #scopes: Scopes;

  constructor(node: YamlNode, scopes: Scopes = builtInScopes) {
    this.node = node;
    this.#scopes = scopes;
  }

  get root(): YamlNode {
    return this.node ?? YamlNode.map();
  }

  get isEmpty(): boolean {
    return this.node === undefined || this.node.isNullOrEmpty;
  }

  get apiVersion(): string {
    return this.root.get("apiVersion")?.text ?? "";
  }

  get kind(): string {
    return this.root.get("kind")?.text ?? "";
  }

  set kind(kind: string) {
    this.root.set("kind", YamlNode.scalar(kind));
  }

  get groupVersionKind(): GroupVersionKind {
    return { ...parseApiVersion(this.apiVersion), kind: this.kind };
  }

  set groupVersionKind({ group, version, kind }: GroupVersionKind) {
    this.kind = kind;
    const apiVersion = group === "" ? version : `${group}/${version}`;
    this.root.set("apiVersion", YamlNode.scalar(apiVersion));
  }

  get name(): string {
    return this.#metaText("name");
  }

  set name(name: string) {
    this.root.mapAt("metadata").set("name", YamlNode.scalar(name));
  }

  get namespace(): string {
    return this.#metaText("namespace");
  }

  set namespace(namespace: string) {
    const metadata = this.root.field("metadata");
    if (namespace === "") metadata?.clear("namespace");
    else this.root.mapAt("metadata").set("namespace", YamlNode.scalar(namespace));
  }

  #metaText(name: string): string {
    const metadata = this.root.get("metadata");
    const value = metadata?.isNullOrEmpty ? undefined : metadata?.get(name);
    return value && !value.isNullOrEmpty ? value.text : "";
  }

  get labels(): Map<string, string> {
    return this.#metaMap("labels");
  }

  set labels(labels: ReadonlyMap<string, string>) {
    this.#setMetaMap("labels", labels);
  }

  get annotations(): Map<string, string> {
    return this.#metaMap("annotations");
  }

  set annotations(annotations: ReadonlyMap<string, string>) {
    this.#setMetaMap("annotations", annotations);
  }

  #metaMap(name: string): Map<string, string> {
    const node = this.root.get("metadata")?.get(name);
    return textMap(node);
  }

  #setMetaMap(name: string, map: ReadonlyMap<string, string>): void {
    const metadata = this.root.mapAt("metadata");
    metadata.clear(name);
    if (map.size === 0) return;
    const node = metadata.mapAt(name);
    for (const key of [...map.keys()].sort()) {
      node.set(key, YamlNode.text(map.get(key) ?? ""));
    }
  }

  setAnnotation(name: string, value: string): void {
    const node = YamlNode.text(value);
    node.quoted = true;
    const metadata = this.root.mapAt("metadata");
    if (metadata.field("annotations")?.isNullOrEmpty) metadata.clear("annotations");
    metadata.mapAt("annotations").set(name, node);
  }

  removeAnnotations(names: readonly string[]): void {
    const annotations = this.annotations;
    if (annotations.size === 0) return;
    for (const name of names) annotations.delete(name);
    this.annotations = annotations;
  }

  removeBuildAnnotations(): void {
    this.removeAnnotations(removed);
  }

  #list(name: string): string[] {
    const text = this.annotations.get(name);
    return text === undefined ? [] : text.split(",");
  }

  #append(name: string, value: string): void {
    if (value !== "") this.setAnnotation(name, [...this.#list(name), value].join(","));
  }

  get prefixes(): readonly string[] {
    return this.#list(buildAnnotations.prefixes);
  }

  get suffixes(): readonly string[] {
    return this.#list(buildAnnotations.suffixes);
  }

  addPrefix(prefix: string): void {
    this.#append(buildAnnotations.prefixes, prefix);
  }

  addSuffix(suffix: string): void {
    this.#append(buildAnnotations.suffixes, suffix);
  }

  addReferrer(id: string): void {
    this.#append(buildAnnotations.refBy, id);
  }

  get behavior(): Behavior {
    const behavior = this.annotations.get(buildAnnotations.behavior);
    if (behavior === "create" || behavior === "replace" || behavior === "merge") return behavior;
    return "unspecified";
  }

  set behavior(behavior: Behavior) {
    this.annotations = this.annotations.set(buildAnnotations.behavior, behavior);
  }

  #isEnabled(name: string): boolean {
    return this.annotations.get(name) === enabled;
  }

  get needsHash(): boolean {
    return this.#isEnabled(buildAnnotations.needsHash);
  }

  get allowsNameChange(): boolean {
    return this.#isEnabled(buildAnnotations.allowNameChange);
  }

  get allowsKindChange(): boolean {
    return this.#isEnabled(buildAnnotations.allowKindChange);
  }

  enable(name: "needsHash" | "allowNameChange" | "allowKindChange"): void {
    this.annotations = this.annotations.set(buildAnnotations[name], enabled);
  }

  get id(): ResourceId {
    return currentId(this.groupVersionKind, this.name, this.namespace, this.#scopes);
  }

  /** What it was called, the oldest first; none where it still has its first name. */
  get previousIds(): ResourceId[] {
    const annotations = this.annotations;
    const list = (name: string) => (annotations.get(name) ?? "").split(",");
    if (!annotations.has(buildAnnotations.previousNames)) return [];
    const [names, namespaces, kinds] = [
      list(buildAnnotations.previousNames),
      list(buildAnnotations.previousNamespaces),
      list(buildAnnotations.previousKinds),
    ];
    if (names.length !== namespaces.length || names.length !== kinds.length) {
      throw failed(
        "number of previous names, number of previous namespaces, " +
          "number of previous kinds not equal",
      );
    }
    const version = parseApiVersion(this.apiVersion);
    return names.map((name, at) =>
      writtenId({ ...version, kind: kinds[at] ?? "" }, name, namespaces[at] ?? ""),
    );
  }

  get originalId(): ResourceId {
    return this.previousIds[0] ?? this.id;
  }

  storePreviousId(): void {
    const id = this.id;
    this.#append(buildAnnotations.previousNames, id.name);
    this.#append(buildAnnotations.previousNamespaces, effectiveNamespace(id));
    this.#append(buildAnnotations.previousKinds, id.kind);
  }

  /** Takes on what the object that it is merged into is known by. */
  inheritFrom(other: Resource): void {
    this.labels = new Map([...other.labels, ...this.labels]);
    const own = this.annotations;
    const merged = new Map([...other.annotations, ...own]);
    const needsHash = own.has(buildAnnotations.needsHash);
    const others = other.annotations;
    for (const name of removed) {
      const value = others.get(name);
      if (value === undefined) merged.delete(name);
      else merged.set(name, value);
    }
    if (!needsHash) merged.delete(buildAnnotations.needsHash);
    this.annotations = merged;
    this.name = other.name;
    this.namespace = other.namespace;
    this.varNames.splice(0, Infinity, ...other.varNames);
  }

  matchesLabels(selector: string): boolean {
    return matches(selector, this.labels);
  }

  matchesAnnotations(selector: string): boolean {
    return matches(selector, this.annotations);
  }

  copy(): Resource {
    const copy = new Resource(this.root.copy(), this.#scopes);
    copy.varNames.push(...this.varNames);
    return copy;
  }

  get json(): unknown {
    return jsonOf(this.root);
  }

  get yaml(): string {
    return toGoYaml(this.json);
  }
}

/** Settings of tools, which are not for the cluster. */
export function isLocal(resource: Resource): boolean {
  const local = resource.annotations.get("config.kubernetes.io/local-config");
  return local !== undefined && local !== "false";
}

export function textMap(node: YamlNode | undefined): Map<string, string> {
  const entries = node?.kind === "map" ? node.entries : [];
  return new Map(entries.map(({ key, value }) => [key.text, value.text]));
}

function matches(selector: string, values: ReadonlyMap<string, string>): boolean {
  if (selector === "") return true;
  try {
    return parseSelector(selector).matches(Object.fromEntries(values));
  } catch (error) {
    throw error instanceof SelectorError ? failed(error.message) : error;
  }
}
