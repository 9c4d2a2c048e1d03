import type {
  ClusterRole,
  ClusterRoleBinding,
  Role,
  RoleBinding,
  RoleRef,
  Subject,
} from "#api/rbac/v1.ts";
import type { UserInfo } from "../../pipeline/request.ts";
import { parseServiceAccountUserName } from "../../authn/identity.ts";
import type { Rule } from "./rules.ts";

/** A binding as the authorizer needs it. */
export interface Grant {
  readonly kind: "ClusterRoleBinding" | "RoleBinding";
  readonly name: string;
  /** Empty for a ClusterRoleBinding. */
  readonly namespace: string;
  readonly roleRef: Readonly<RoleRef>;
  /** Through which of its subjects the user is meant. */
  readonly subject: Readonly<Subject>;
}

/** Roles and bindings as they are now, found by subject. */
export interface RbacSource {
  /** Grows with every change; what was decided at another number is void. */
  readonly version: number;
  /** Bindings that mean this user: of the cluster (namespace "") or of one namespace. */
  grantsFor(user: UserInfo, namespace: string): Iterable<Grant>;
  /** Undefined when the role does not exist. `namespace` is the binding's. */
  rulesOf(roleRef: Readonly<RoleRef>, namespace: string): readonly Rule[] | undefined;
}

type Binding = ClusterRoleBinding | RoleBinding;

/** The change of one object, as watches tell it; fed by informers. */
export type RbacObject = ClusterRole | Role | ClusterRoleBinding | RoleBinding;

/**
 * Keeps what is fed to it. `put` and `remove` in the order of the events of each object; objects
 * are kept as they are, not copied.
 */
export class RbacStore implements RbacSource {
  #version = 0;
  readonly #roles = new Map<string, readonly Rule[]>();
  readonly #bindings = new Map<string, Binding>();
  /** By namespace ("" for the cluster), then subject, then the binding's key. */
  readonly #grants = new Map<string, Map<string, Map<string, Grant>>>();

  get version(): number {
    return this.#version;
  }

  put(object: RbacObject): void {
    this.#version++;
    const key = keyOf(object);
    if (object.kind === "ClusterRole" || object.kind === "Role") {
      this.#roles.set(key, object.rules ?? []);
      return;
    }
    this.#unlink(key);
    this.#bindings.set(key, object);
    this.#link(key, object);
  }

  remove(object: RbacObject): void {
    this.#version++;
    const key = keyOf(object);
    this.#roles.delete(key);
    this.#unlink(key);
  }

  /** What a list says: objects of the kind that it does not have are gone. */
  replace(kind: RbacObject["kind"], objects: readonly RbacObject[]): void {
    const kept = new Set(objects.map(keyOf));
    for (const key of this.#roles.keys()) {
      if (key.startsWith(`${kind} `) && !kept.has(key)) this.#roles.delete(key);
    }
    for (const key of this.#bindings.keys()) {
      if (key.startsWith(`${kind} `) && !kept.has(key)) this.#unlink(key);
    }
    this.#version++;
    for (const object of objects) this.put(object);
  }

  *grantsFor(user: UserInfo, namespace: string): Iterable<Grant> {
    const bySubject = this.#grants.get(namespace);
    if (!bySubject) return;
    yield* bySubject.get(`User ${user.name}`)?.values() ?? [];
    for (const group of user.groups) yield* bySubject.get(`Group ${group}`)?.values() ?? [];
    const account = parseServiceAccountUserName(user.name);
    if (!account) return;
    const subject = `ServiceAccount ${account.namespace}/${account.name}`;
    yield* bySubject.get(subject)?.values() ?? [];
  }

  rulesOf(roleRef: Readonly<RoleRef>, namespace: string): readonly Rule[] | undefined {
    const scope = roleRef.kind === "Role" ? `${namespace}/` : "/";
    return this.#roles.get(`${roleRef.kind} ${scope}${roleRef.name}`);
  }

  #link(key: string, binding: Binding): void {
    const namespace = binding.metadata.namespace ?? "";
    for (const subject of binding.subjects ?? []) {
      const subjectKey = subjectKeyOf(subject, namespace);
      if (subjectKey === undefined) continue;
      const bySubject = getOrMake(this.#grants, namespace, () => new Map());
      getOrMake(bySubject, subjectKey, () => new Map<string, Grant>()).set(key, {
        kind: binding.kind,
        name: binding.metadata.name,
        namespace,
        roleRef: binding.roleRef,
        subject,
      });
    }
  }

  #unlink(key: string): void {
    const binding = this.#bindings.get(key);
    if (!binding) return;
    this.#bindings.delete(key);
    const namespace = binding.metadata.namespace ?? "";
    const bySubject = this.#grants.get(namespace);
    for (const subject of binding.subjects ?? []) {
      const subjectKey = subjectKeyOf(subject, namespace);
      const grants = subjectKey === undefined ? undefined : bySubject?.get(subjectKey);
      grants?.delete(key);
      if (grants?.size === 0 && subjectKey !== undefined) bySubject?.delete(subjectKey);
    }
    if (bySubject?.size === 0) this.#grants.delete(namespace);
  }
}

function keyOf({ kind, metadata }: RbacObject): string {
  return `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
}

/** Undefined for a service account without a namespace in a ClusterRoleBinding: it is nobody. */
function subjectKeyOf(subject: Subject, bindingNamespace: string): string | undefined {
  if (subject.kind !== "ServiceAccount") return `${subject.kind} ${subject.name}`;
  const namespace = subject.namespace || bindingNamespace;
  return namespace ? `ServiceAccount ${namespace}/${subject.name}` : undefined;
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
