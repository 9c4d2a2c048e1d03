import { utf8 } from "#base/bytes.ts";
import { sha256Base64Url } from "#pki/digest.ts";
import { StatusError } from "#machinery/status.ts";
import { clientVersion } from "../../client-version.ts";
import type { ApiResource } from "../../discovery/api-resource.ts";
import { qualifiedName } from "../../discovery/api-resource.ts";
import { CommandError, during, messageOf, throwAll } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import { joinGroupVersion } from "../../objects.ts";
import { printerOf } from "../../printers/print-flags.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { resourcePath } from "../../rest/paths.ts";
import { requestDeletion } from "../../writes/deletion.ts";
import { dryRunQuery, operationText } from "../../writes/dry-run.ts";
import type { ApplyOptions } from "./options.ts";

const annotations = {
  tooling: "applyset.kubernetes.io/tooling",
  namespaces: "applyset.kubernetes.io/additional-namespaces",
  kinds: "applyset.kubernetes.io/contains-group-kinds",
  /** Of a first version of the format. */
  resources: "applyset.kubernetes.io/contains-group-resources",
};
const idLabel = "applyset.kubernetes.io/id";
const memberLabel = "applyset.kubernetes.io/part-of";
const parentTypeLabel = "applyset.kubernetes.io/is-parent-type";

const tool = "kubectl";

/** The object that remembers what is applied together. */
interface Parent {
  readonly resource: ApiResource;
  /** "" where none was named. */
  readonly namespace: string;
  readonly name: string;
}

/** Where members of a set may be. */
interface Extent {
  /** "Deployment.apps" */
  readonly kinds: ReadonlyMap<string, ApiResource>;
  readonly namespaces: ReadonlySet<string>;
}

const nowhere: Extent = { kinds: new Map(), namespaces: new Set() };

/**
 * What is applied together, by a label on each object and a parent that knows where to look for
 * them: what has the label and is not applied any more is deleted.
 */
export class ApplySet {
  readonly #kubectl: Kubectl;
  readonly #options: ApplyOptions;
  readonly #parent: Parent;
  readonly id: string;
  /** As the parent has it. */
  #before: Extent = nowhere;
  #now: Extent = nowhere;

  private constructor(kubectl: Kubectl, options: ApplyOptions, parent: Parent, id: string) {
    this.#kubectl = kubectl;
    this.#options = options;
    this.#parent = parent;
    this.id = id;
  }

  /** By what --applyset says: [RESOURCE][.GROUP]/NAME, or the name of a secret. */
  static async open(kubectl: Kubectl, options: ApplyOptions, text: string): Promise<ApplySet> {
    const parent = await parentOf(kubectl, text);
    await checkParent(kubectl, parent);
    const { kind, group } = parent.resource;
    const plain = [parent.name, parent.namespace, kind, group].join(".");
    const id = `applyset-${await sha256Base64Url(utf8(plain))}-v1`;
    return new ApplySet(kubectl, options, parent, id);
  }

  label(object: KubeObject): void {
    const { labels } = object.metadata;
    if (labels && Object.hasOwn(labels, memberLabel)) {
      throw new CommandError(`ApplySet label "${memberLabel}" already set in input data`);
    }
    object.metadata = { ...object.metadata, labels: { ...labels, [memberLabel]: this.id } };
  }

  /** The parent knows of all places before anything is there, so that nothing is ever lost. */
  async begin(infos: readonly ResourceInfo[]): Promise<void> {
    this.#before = await this.#read();
    this.#now = {
      kinds: new Map(infos.map(({ resource }) => [groupKind(resource), resource])),
      namespaces: new Set(infos.flatMap(({ namespace }) => namespace || [])),
    };
    await this.#write({
      kinds: new Map([...this.#before.kinds, ...this.#now.kinds]),
      namespaces: new Set([...this.#before.namespaces, ...this.#now.namespaces]),
    });
  }

  /** Deletes members that were not applied, and lets the parent know only of what is left. */
  async prune(applied: readonly KubeObject[]): Promise<void> {
    const kept = new Set(applied.map(({ metadata }) => metadata.uid));
    const { deletion, dryRun, print } = this.#options;
    const printer = await printerOf(this.#kubectl, print, operationText("pruned", dryRun));
    for (const { resource, object } of await this.#members()) {
      const { uid, namespace, name = "" } = object.metadata;
      if (kept.has(uid)) continue;
      if (dryRun !== "client") {
        const target = { resource, namespace, name };
        try {
          await requestDeletion(this.#kubectl, target, deletion, dryRunQuery(dryRun));
        } catch (error) {
          const place = namespace ? `${namespace}/${name}` : name;
          throw wrapped(`pruning ${groupKind(resource)} ${place}`, error);
        }
      }
      this.#kubectl.print(printer.print(object));
    }
    try {
      await this.#write(this.#now);
    } catch (error) {
      throw wrapped("apply and prune succeeded, but ApplySet update failed", error);
    }
  }

  async #members(): Promise<{ resource: ApiResource; object: KubeObject }[]> {
    const rest = await this.#kubectl.rest();
    const labelSelector = `${memberLabel}=${this.id}`;
    const found: { resource: ApiResource; object: KubeObject }[] = [];
    for (const resource of this.#before.kinds.values()) {
      const namespaces = resource.namespaced ? this.#before.namespaces : [undefined];
      for (const namespace of namespaces) {
        const path = resourcePath(resource, { namespace });
        const { items, apiVersion } = await rest.list({ path, query: { labelSelector } }, 500);
        for (const item of items) {
          found.push({ resource, object: { ...item, apiVersion, kind: resource.kind } });
        }
      }
    }
    return found;
  }

  async #read(): Promise<Extent> {
    const { resource, namespace } = this.#parent;
    const shown = JSON.stringify(shownParent(this.#parent));
    const rest = await this.#kubectl.rest();
    let object: KubeObject;
    try {
      object = await rest.json({ path: resourcePath(resource, this.#parent) });
    } catch (error) {
      if (!(error instanceof StatusError && error.reason === "NotFound")) {
        throw wrapped(`failed to fetch ApplySet parent object ${shown}`, error);
      }
      if (isBuiltIn(resource)) return nowhere;
      throw new CommandError("custom resource ApplySet parents cannot be created automatically");
    }
    this.#checkOwn(object, shown);
    const listed = object.metadata.annotations?.[annotations.namespaces] ?? "";
    const namespaces = new Set(listed.split(",").filter((name) => name !== ""));
    if (resource.namespaced) namespaces.add(namespace);
    try {
      return { kinds: await kindsIn(this.#kubectl, object), namespaces };
    } catch (error) {
      throw wrapped(`parsing ApplySet annotation on ${shown}`, error);
    }
  }

  #checkOwn({ metadata }: KubeObject, shown: string): void {
    const parent = `ApplySet parent object ${shown}`;
    const tooling = metadata.annotations?.[annotations.tooling];
    if (tooling === undefined) {
      throw new CommandError(
        `${parent} already exists and is missing required annotation "${annotations.tooling}"`,
      );
    }
    const manager = tooling.includes("/") ? tooling.replace(/\/[^/]*$/, "") : tooling;
    if (manager !== tool) {
      throw new CommandError(
        `${parent} already exists and is managed by tooling "${manager}" instead of "${tool}"`,
      );
    }
    const id = metadata.labels?.[idLabel];
    if (id === undefined) {
      throw new CommandError(`${parent} exists and does not have required label ${idLabel}`);
    }
    if (id !== this.id) {
      throw new CommandError(
        `${parent} exists and has incorrect value for label "${idLabel}" (got: ${id}, want: ${this.id})`,
      );
    }
  }

  async #write(extent: Extent): Promise<void> {
    const { dryRun, fieldValidation } = this.#options;
    if (dryRun === "client") return;
    const { resource, namespace, name } = this.#parent;
    const body = {
      apiVersion: joinGroupVersion(resource.group, resource.version),
      kind: resource.kind,
      metadata: {
        name,
        ...(namespace && { namespace }),
        labels: { [idLabel]: this.id },
        annotations: {
          [annotations.tooling]: `${tool}/${clientVersion(this.#kubectl.host.platform).gitVersion}`,
          [annotations.kinds]: [...extent.kinds.keys()].toSorted().join(","),
          [annotations.namespaces]: [...extent.namespaces]
            .filter((other) => other !== namespace)
            .toSorted()
            .join(","),
        },
      },
    };
    const send = async (force: boolean) => {
      const rest = await this.#kubectl.rest();
      await rest.json({
        method: "PATCH",
        path: resourcePath(resource, this.#parent),
        query: { fieldManager: `${tool}-applyset`, fieldValidation, force, ...dryRunQuery(dryRun) },
        contentType: "application/apply-patch+yaml",
        body,
      });
    };
    try {
      try {
        await send(false);
      } catch (error) {
        if (!(error instanceof StatusError && error.reason === "Conflict")) throw error;
        this.#kubectl.tell(
          `WARNING: failed to update ApplySet: ${messageOf(error)}\n` +
            `ApplySet field manager ${tool}-applyset should own these fields. Retrying with conflicts forced.`,
        );
        await send(true);
      }
    } catch (error) {
      throw wrapped("failed to update ApplySet", error);
    }
  }
}

/** Told as a mistake of this program, whoever made it. */
function wrapped(doing: string, error: unknown): unknown {
  return error instanceof StatusError
    ? new CommandError(`${doing}: ${error.message}`, { cause: error })
    : during(doing, error);
}

function groupKind({ kind, group }: ApiResource): string {
  return group ? `${kind}.${group}` : kind;
}

function shownParent({ resource, name }: Parent): string {
  return `${resource.resource}.${resource.group}/${name}`;
}

function isBuiltIn(resource: ApiResource): boolean {
  return ["secrets", "configmaps"].includes(qualifiedName(resource));
}

async function parentOf(kubectl: Kubectl, text: string): Promise<Parent> {
  const invalid = (why: string) =>
    new CommandError(`invalid parent reference ${JSON.stringify(text)}: ${why}`);
  const slash = text.indexOf("/");
  const type = slash < 0 ? "secrets" : text.slice(0, slash);
  const name = text.slice(slash + 1);
  if (name === "") throw invalid("name cannot be blank");
  const resource = await kubectl.mapper.find(type);
  if (!resource) {
    const [word = "", ...group] = type.split(".");
    throw invalid(`no matches for ${group.join(".")}/, Resource=${word}`);
  }
  const given = await kubectl.namespace();
  const namespace = given.explicit && resource.namespaced ? given.name : "";
  return { resource, namespace, name };
}

async function checkParent(kubectl: Kubectl, { resource, namespace }: Parent): Promise<void> {
  const errors: unknown[] = [];
  if (resource.namespaced && namespace === "") {
    errors.push(new CommandError("namespace is required to use namespace-scoped ApplySet"));
  }
  if (!isBuiltIn(resource)) {
    const rest = await kubectl.rest();
    const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    const query = { labelSelector: parentTypeLabel };
    const { items } = await rest.list({ path, query }, 500);
    if (!items.some(({ metadata }) => metadata.name === qualifiedName(resource))) {
      const { group, version, resource: word } = resource;
      errors.push(
        new CommandError(
          `resource "${group}/${version}, Resource=${word}" is not permitted as an ApplySet parent`,
        ),
      );
    }
  }
  throwAll(errors);
}

/** The kinds that the parent's annotation names. */
async function kindsIn(
  kubectl: Kubectl,
  { metadata }: KubeObject,
): Promise<ReadonlyMap<string, ApiResource>> {
  const found = new Map<string, ApiResource>();
  const kinds = metadata.annotations?.[annotations.kinds];
  const resources = metadata.annotations?.[annotations.resources];
  if (kinds === undefined && !resources) {
    throw new CommandError(
      `kubectl requires the "${annotations.kinds}" annotation to be set on all ApplySet parent objects`,
    );
  }
  for (const entry of (kinds ?? resources ?? "").split(",").filter((text) => text !== "")) {
    const dot = entry.indexOf(".");
    const [kind, group] = dot < 0 ? [entry, ""] : [entry.slice(0, dot), entry.slice(dot + 1)];
    const resource =
      kinds === undefined
        ? await kubectl.mapper.find(entry)
        : await kubectl.mapper.byGroupKind(group, kind);
    if (!resource) {
      throw new CommandError(
        `could not find mapping for kind in "${annotations.kinds}" annotation: no matches for kind "${kind}" in group "${group}"`,
      );
    }
    found.set(groupKind(resource), resource);
  }
  return found;
}
