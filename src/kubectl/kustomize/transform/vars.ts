import { failed } from "../error.ts";
import { editField, splitDottedPath } from "../field-spec.ts";
import type { FieldSpec } from "../field-spec.ts";
import { currentId, kindText, sameId, sameKindAndName } from "../ids.ts";
import type { GroupVersionKind, ResourceId } from "../ids.ts";
import type { VarArgs } from "../kustomization.ts";
import type { ResourceSet } from "../resource-set.ts";
import { builtInScopes } from "../schema/kinds.ts";
import { lookup } from "../yaml/lookup.ts";
import type { YamlNode } from "../yaml/node.ts";
import { tags } from "../yaml/scalar.ts";

/** A name for the value of a field, written "$(NAME)" where it is wanted. */
export interface Var {
  readonly name: string;
  readonly target: ResourceId;
  readonly fieldPath: string;
  /** As it was written, for messages. */
  readonly written: VarArgs;
}

export function varOf(written: VarArgs): Var {
  const { name = "", objref = {}, fieldref = {} } = written;
  const { apiVersion = "", name: objectName = "", namespace = "" } = objref;
  const kind = {
    group: objref.group ?? "",
    version: objref.version ?? "",
    kind: objref.kind ?? "",
  };
  const [first = "", second] = apiVersion.split("/");
  if (second !== undefined) Object.assign(kind, { group: first, version: second });
  else if (apiVersion !== "") kind.version = first;
  return {
    name,
    target: currentId(kind, objectName, namespace, builtInScopes),
    fieldPath: fieldref.fieldPath || "metadata.name",
    written,
  };
}

/** The vars of a build by their names. */
export class VarSet {
  readonly #vars = new Map<string, Var>();

  get sorted(): readonly Var[] {
    return [...this.#vars.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  add(vars: Iterable<Var>): void {
    for (const item of vars) {
      if (this.#vars.has(item.name)) throw failed(`var '${item.name}' already encountered`);
      this.#vars.set(item.name, item);
    }
  }
}

/** Notes at the objects which vars read from them. */
export function bindVars(set: ResourceSet, vars: readonly Var[]): void {
  for (const item of vars) {
    const { target } = item;
    const exact = target.namespace !== "" || target.clusterScoped;
    const matches = set.withAnyId((id) =>
      exact ? sameId(target, id) : sameKindAndName(target, id),
    );
    if (matches.length > 1) {
      throw failed(
        `found ${matches.length} resId matches for var ` +
          `${goText(item.name, target, item.written.fieldref?.fieldPath ?? "")} (unable to disambiguate)`,
      );
    }
    matches[0]?.varNames.push(item.name);
  }
}

/** As Go prints a var with %v. */
function goText(name: string, kind: GroupVersionKind, fieldPath: string): string {
  return `{${name} ${kindText(kind)} {${fieldPath}}}`;
}

/** Vars as they were written. */
export function varsText(vars: readonly Var[]): string {
  const shown = vars.map(({ name, written: { objref = {}, fieldref = {} } }) => {
    const { group = "", version = "", kind = "" } = objref;
    return goText(name, { group, version, kind }, fieldref.fieldPath ?? "");
  });
  return `[${shown.join(" ")}]`;
}

type VarValue = string | number | boolean;

/** Puts the vars' values where they are mentioned. Returns the names of those that nobody does. */
export function resolveVars(
  set: ResourceSet,
  vars: readonly Var[],
  specs: readonly FieldSpec[],
): readonly string[] {
  const values = new Map(vars.map((item) => [item.name, valueOf(set, item)]));
  if (values.size === 0) return [];
  const used = new Set<string>();
  const expand = (text: string) =>
    expandText(text, (name) => {
      const value = values.get(name);
      if (value === undefined) return `$(${name})`;
      used.add(name);
      return value;
    });
  for (const resource of set.resources) {
    for (const spec of specs) {
      editField(resource.root, spec, { set: (node) => expandNode(node, expand) });
    }
  }
  return [...values.keys()].filter((name) => !used.has(name));
}

/** Undefined for what is no single value: it is left as it is. */
function valueOf(set: ResourceSet, item: Var): VarValue | undefined {
  const shown = goText(item.name, item.target, item.fieldPath);
  const source = set.resources.find(({ varNames }) => varNames.includes(item.name));
  if (!source) {
    throw failed(`var '${shown}' cannot be mapped to a field in the set of known resources`);
  }
  const node = lookup(source.root, withIndexes(splitDottedPath(item.fieldPath)));
  if (!node) {
    throw failed(`field specified in var '${shown}' not found in corresponding resource`);
  }
  if (node.kind !== "scalar") return undefined;
  const typed: readonly string[] = [tags.int, tags.float, tags.bool];
  if (!typed.includes(node.tag)) return node.text;
  const value = node.tag === tags.bool ? /^t/i.test(node.text) : Number(node.text);
  if (!Number.isNaN(value)) return value;
  throw failed(`field specified in var '${shown}' not found in corresponding resource`);
}

/** "containers[0]" is two steps. */
function withIndexes(path: readonly string[]): string[] {
  return path.flatMap((step) => {
    const [, name = "", index = ""] = /^(.*)\[(\d+)\]$/.exec(step) ?? [];
    if (index === "") return [step];
    return name === "" ? [index] : [name, index];
  });
}

function expandNode(node: YamlNode, expand: (text: string) => VarValue): void {
  if (node.isNull) return;
  if (node.kind === "scalar") {
    if (node.isText) setValue(node, expand(node.text));
    return;
  }
  for (const item of node.items) {
    if (!item.isText) throw failed("invalid value type expect a string");
    setValue(item, expand(item.text));
  }
  for (const { key, value } of node.entries) {
    if (!key.isText) {
      throw failed(`invalid map key: value='${key.text}', tag='${key.tag}'`);
    }
    if (value.isText) setValue(value, expand(value.text));
  }
}

function setValue(node: YamlNode, value: VarValue): void {
  node.quoted = false;
  node.tagged = false;
  node.text = String(value);
  if (typeof value === "string") node.tag = tags.text;
  else if (typeof value === "boolean") node.tag = tags.bool;
  else node.tag = Number.isInteger(value) ? tags.int : tags.float;
}

/** "$$" is a dollar; what is only a mention keeps the value's type. */
export function expandText(input: string, valueFor: (name: string) => VarValue): VarValue {
  let text = "";
  let at = 0;
  while (at < input.length) {
    const next = input.indexOf("$", at);
    if (next < 0 || next === input.length - 1) break;
    text += input.slice(at, next);
    const following = input.charAt(next + 1);
    if (following === "$") {
      text += "$";
      at = next + 2;
      continue;
    }
    const end = following === "(" ? input.indexOf(")", next + 2) : -1;
    if (end < 0) {
      text += `$${following}`;
      at = next + 2;
      continue;
    }
    const name = input.slice(next + 2, end);
    const value = valueFor(name);
    if (input === `$(${name})`) return value;
    text += String(value);
    at = end + 1;
  }
  return text + input.slice(at);
}
