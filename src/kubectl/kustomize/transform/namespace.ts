import { goJson } from "../go-json.ts";
import { causeOf, failed, KustomizeError, within } from "../error.ts";
import { editField, editFields, textSetter } from "../field-spec.ts";
import type { FieldEdit, FieldSpec, SetNode } from "../field-spec.ts";
import { anyKind, idKey } from "../ids.ts";
import type { Resource } from "../resource.ts";
import { WrongKindError, YamlNode } from "../yaml/node.ts";
import { tags } from "../yaml/scalar.ts";
import type { Transformer } from "./transformer.ts";

export const subjectModes = ["defaultOnly", "none", "allServiceAccounts"] as const;
export type SubjectMode = (typeof subjectModes)[number];

export interface NamespaceOptions {
  readonly namespace: string;
  readonly specs: readonly FieldSpec[];
  /** Whether a namespace that is there stays. */
  readonly unsetOnly: boolean;
  /** Which subjects of bindings follow. */
  readonly subjects: SubjectMode;
}

/** Moves all objects into a namespace. */
export function namespaceTransformer(options: NamespaceOptions): Transformer {
  return {
    transform(set) {
      if (options.namespace === "") return;
      const counts = new Map<string, number>();
      const count = (key: string, change: number) => {
        const now = (counts.get(key) ?? 0) + change;
        counts.set(key, now);
        return now;
      };
      for (const { id } of set.resources) count(idKey(id), 1);
      for (const resource of set.resources) {
        if (resource.isEmpty) continue;
        resource.storePreviousId();
        count(idKey(resource.id), -1);
        setNamespace(resource, options);
        const { id } = resource;
        if (count(idKey(id), 1) === 1) continue;
        const matches = set.withCurrentId(id);
        const shown = matches.map((match) => goJson(match.json)).join(" ");
        throw failed(`namespace transformation produces ID conflict: [${shown}]`);
      }
    },
  };
}

export function setNamespace(resource: Resource, options: NamespaceOptions): void {
  const set = setter(options);
  const edit: FieldEdit = { set, createKind: "scalar" };
  const { kind } = resource;
  const isBinding = bindings.includes(kind);
  const specs = options.specs.filter(({ path, kind: of }) => {
    if (path === "metadata/namespace") return false;
    if (path === "metadata/name" && resource.apiVersion !== "v1") return false;
    return !(isBinding && bindings.includes(of) && path === "subjects/namespace");
  });
  if (!resource.id.clusterScoped) {
    editField(resource.root, { ...anyKind, path: "metadata/namespace", create: true }, edit);
  }
  if (isBinding) setSubjects(resource.root, options.subjects, set);
  try {
    editFields(resource.root, specs, { ...edit, createTag: tags.text });
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error;
    const wrongKind = causeOf(error, WrongKindError);
    const reason =
      wrongKind && wrongKind.found !== "scalar"
        ? "namespace field specs must target scalar nodes"
        : "namespace transformation failed";
    throw failed(`${reason}: ${error.message}`);
  }
}

const bindings = ["RoleBinding", "ClusterRoleBinding"];

function setter({ namespace, unsetOnly }: NamespaceOptions): SetNode {
  const set = textSetter(namespace);
  if (!unsetOnly) return set;
  return (node) => {
    if (node.isNullOrEmpty || node.text === "") set(node);
  };
}

function setSubjects(root: YamlNode, mode: SubjectMode, set: SetNode): void {
  if (mode === "none") return;
  const subjects = root.field("subjects");
  if (!subjects || subjects.isNull) return;
  within("setting namespace on (cluster)role binding subjects", () => {
    for (const subject of subjects.elements()) {
      const [field, wanted] =
        mode === "defaultOnly"
          ? (["name", "default"] as const)
          : (["kind", "ServiceAccount"] as const);
      if (subject.field(field)?.text !== wanted) continue;
      const namespace = subject.field("namespace") ?? subject.set("namespace", YamlNode.scalar(""));
      set(namespace);
    }
  });
}
