import { builtInKinds } from "#api/registry.ts";
import { DeleteOptions, Patch, Status, WatchEvent } from "#api/meta/v1.ts";
import type { KindType } from "#schema/message.ts";
import { returnsDeleted } from "../registry/delete.ts";
import type { ServedResource, ServedSubresource, ServedVersion } from "../discovery/groups.ts";
import { capital, groupName } from "./operation-names.ts";
import { connectOperation, operation, patchesOf } from "./operation.ts";
import type { Context, OperationParts } from "./operation.ts";
import {
  deleteParameters,
  listParameters,
  logParameters,
  optionParameters,
  patchParameters,
  pretty,
  watchParameters,
  writeParameters,
} from "./parameters.ts";
import type { Schema } from "./schema.ts";

/** The paths of one group version, and what can be done there. */
export function versionPaths(version: ServedVersion, context: Context): Record<string, Schema> {
  const base = version.group
    ? `/apis/${version.group}/${version.version}`
    : `/api/${version.version}`;
  const paths: Record<string, Schema> = {};
  for (const resource of version.resources) {
    const one = new ResourcePaths(resource, version, context);
    const place = resource.namespaced ? "/namespaces/{namespace}" : "";
    const collection = `${place}/${resource.name}`;
    const add = (path: string, operations: Schema, isConnection = false) =>
      addItem(paths, base + path, operations, context, isConnection);
    add(collection, one.collection());
    if (resource.namespaced) add(`/${resource.name}`, one.everywhere());
    add(`${collection}/{name}`, one.single());
    for (const [path, operations] of one.watches(collection)) add(path, operations);
    for (const subresource of resource.subresources) {
      const path = `${collection}/{name}/${subresource.name}`;
      const isConnection = subresource.kind.kind.endsWith("Options");
      add(path, one.subresource(subresource), isConnection);
      if (subresource.name !== "proxy") continue;
      add(`${path}/{path}`, one.subresource(subresource, "WithPath"), isConnection);
    }
  }
  return paths;
}

function addItem(
  paths: Record<string, Schema>,
  path: string,
  operations: Schema,
  { dialect }: Context,
  isConnection: boolean,
): void {
  if (Object.keys(operations).length === 0) return;
  const form = { type: "string", uniqueItems: true };
  const typed = dialect === "v3" ? { schema: form } : form;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    ...typed,
  }));
  // What is connected to answers as it likes.
  const inQuery = isConnection ? [] : pretty.map(({ name }) => ({ name, in: "query", ...typed }));
  const parameters = [...inPath, ...inQuery];
  paths[path] = { ...operations, ...(parameters.length > 0 && { parameters }) };
}

const connectMethods = ["delete", "get", "head", "options", "patch", "post", "put"] as const;
const methodOfVerb: Readonly<Record<string, string>> = {
  create: "post",
  get: "get",
  patch: "patch",
  update: "put",
};

/** The operations of one resource. */
class ResourcePaths {
  readonly #resource: ServedResource;
  readonly #type: KindType;
  readonly #context: Context;
  readonly #version: ServedVersion;
  /** "CoreV1" and "NamespacedPod": what the names of operations are made of. */
  readonly #group: string;
  readonly #name: string;

  constructor(resource: ServedResource, version: ServedVersion, context: Context) {
    this.#resource = resource;
    this.#type = resource.definition.type;
    this.#context = context;
    this.#version = version;
    this.#group = groupName(version);
    this.#name = `${resource.namespaced ? "Namespaced" : ""}${resource.kind}`;
  }

  collection(): Schema {
    const { collector } = this.#context;
    const item = collector.reference(this.#type);
    const operations: Schema = {};
    if (this.#serves("list")) {
      operations["get"] = this.#list(`list${this.#group}${this.#name}`);
    }
    if (this.#serves("create")) {
      operations["post"] = this.#operation("post", {
        id: `create${this.#group}${this.#name}`,
        parameters: writeParameters,
        body: item,
        answer: item,
        codes: ["200", "201", "202"],
      });
    }
    if (this.#serves("deletecollection")) {
      operations["delete"] = this.#operation("deletecollection", {
        id: `delete${this.#group}Collection${this.#name}`,
        parameters: unique([...listParameters, ...deleteParameters]),
        body: collector.reference(DeleteOptions),
        isBodyOptional: true,
        answer: collector.reference(Status),
      });
    }
    return operations;
  }

  /** All namespaces at once can only be listed. */
  everywhere(): Schema {
    if (!this.#serves("list")) return {};
    return { get: this.#list(`list${this.#group}${this.#resource.kind}ForAllNamespaces`) };
  }

  #list(id: string): Schema {
    const builtIn = builtInKinds.listOf(this.#type);
    const answer = this.#context.collector.listReference(this.#type, builtIn);
    return this.#operation("list", { id, parameters: watchParameters, answer });
  }

  single(): Schema {
    const { collector } = this.#context;
    const item = collector.reference(this.#type);
    const operations: Schema = {};
    if (this.#serves("get")) {
      const id = `read${this.#group}${this.#name}`;
      operations["get"] = this.#operation("get", { id, parameters: [], answer: item });
    }
    if (this.#serves("update")) operations["put"] = this.#put(item);
    if (this.#serves("patch")) operations["patch"] = this.#patch(item);
    if (this.#serves("delete")) {
      const isReturned = returnsDeleted(this.#type.info);
      operations["delete"] = this.#operation("delete", {
        id: `delete${this.#group}${this.#name}`,
        parameters: deleteParameters,
        body: collector.reference(DeleteOptions),
        isBodyOptional: true,
        answer: isReturned ? item : collector.reference(Status),
        codes: ["200", "202"],
      });
    }
    return operations;
  }

  #put(item: Schema, suffix = "", kind?: OperationParts["kind"]): Schema {
    return this.#operation("put", {
      id: `replace${this.#group}${this.#name}${suffix}`,
      parameters: writeParameters,
      body: item,
      answer: item,
      codes: ["200", "201"],
      ...(kind && { kind }),
    });
  }

  #patch(item: Schema, suffix = "", kind?: OperationParts["kind"]): Schema {
    return this.#operation("patch", {
      id: `patch${this.#group}${this.#name}${suffix}`,
      parameters: patchParameters,
      body: this.#context.collector.reference(Patch),
      bodyTypes: patchesOf(this.#type),
      answer: item,
      codes: ["200", "201"],
      ...(kind && { kind }),
    });
  }

  /** The older way to watch, by paths of its own. */
  watches(collection: string): [path: string, operations: Schema][] {
    if (!this.#serves("watch")) return [];
    const { kind, name, namespaced } = this.#resource;
    const watch = (action: string, id: string) => ({
      get: this.#operation(action, {
        id: `watch${this.#group}${id}`,
        parameters: watchParameters,
        answer: this.#context.collector.reference(WatchEvent),
      }),
    });
    const all: [string, Schema][] = [
      [`/watch${collection}`, watch("watchlist", `${this.#name}List`)],
      [`/watch${collection}/{name}`, watch("watch", this.#name)],
    ];
    if (!namespaced) return all;
    return [...all, [`/watch/${name}`, watch("watchlist", `${kind}ListForAllNamespaces`)]];
  }

  subresource(subresource: ServedSubresource, suffix = ""): Schema {
    const { kind, name, verbs } = subresource;
    const end = capital(name) + suffix;
    const options = optionParameters[kind.kind];
    if (options) {
      const methods = verbs.includes("delete")
        ? connectMethods
        : verbs.map((verb) => methodOfVerb[verb] ?? verb);
      return Object.fromEntries(
        methods.map((method) => [
          method,
          connectOperation(this.#version, this.#context, {
            id: `connect${this.#group}${capital(method)}${this.#name}${end}`,
            parameters: options,
            kind,
          }),
        ]),
      );
    }
    const apiVersion = kind.group ? `${kind.group}/${kind.version}` : kind.version;
    const type = builtInKinds.byKind(apiVersion, kind.kind) ?? this.#type;
    const isLog = name === "log";
    const item = isLog ? { type: "string" } : this.#context.collector.reference(type);
    const operations: Schema = {};
    if (verbs.includes("get")) {
      operations["get"] = this.#operation("get", {
        id: `read${this.#group}${this.#name}${end}`,
        parameters: isLog ? logParameters : [],
        answer: item,
        kind,
      });
    }
    if (verbs.includes("create")) {
      operations["post"] = this.#operation("post", {
        id: `create${this.#group}${this.#name}${end}`,
        parameters: writeParameters,
        body: item,
        answer: item,
        codes: ["200", "201", "202"],
        kind,
      });
    }
    if (verbs.includes("update")) operations["put"] = this.#put(item, end, kind);
    if (verbs.includes("patch")) operations["patch"] = this.#patch(item, end, kind);
    return operations;
  }

  #serves(verb: string): boolean {
    return this.#resource.verbs.includes(verb);
  }

  #operation(
    action: string,
    parts: Omit<OperationParts, "kind"> & Partial<OperationParts>,
  ): Schema {
    const isDynamic = this.#type.dynamic !== undefined;
    const kind = this.#type.info;
    return operation(action, this.#version, this.#context, { kind, isDynamic, ...parts });
  }
}

function unique<T extends { readonly name: string }>(parameters: readonly T[]): T[] {
  return [...new Map(parameters.map((parameter) => [parameter.name, parameter])).values()];
}
