import { StatusError } from "#machinery/status.ts";
import { CommandError } from "../../../errors.ts";
import type { Kubectl } from "../../../kubectl.ts";
import type { KubeObject } from "../../../objects.ts";
import { reconcileBinding, reconcileRole } from "./rules.ts";
import type { BindingObject, Reconciled } from "./rules.ts";

export interface ReconcileOptions {
  readonly dryRun: boolean;
  readonly removeExtraPermissions: boolean;
  readonly removeExtraSubjects: boolean;
}

const group = "/apis/rbac.authorization.k8s.io/v1";
const plurals: Readonly<Record<string, string>> = {
  Role: "roles",
  ClusterRole: "clusterroles",
  RoleBinding: "rolebindings",
  ClusterRoleBinding: "clusterrolebindings",
};

const triesMax = 3;

/** Undefined for objects of other kinds, which are left alone. */
export async function reconcile(
  kubectl: Kubectl,
  expected: KubeObject,
  options: ReconcileOptions,
): Promise<Reconciled | undefined> {
  const [apiGroup, version] = expected.apiVersion.split("/");
  const plural = plurals[expected.kind];
  if (apiGroup !== "rbac.authorization.k8s.io" || !plural) return undefined;
  if (version !== "v1") {
    throw new CommandError(
      `only rbac.authorization.k8s.io/v1 is supported: not *${version ?? ""}.${expected.kind}`,
    );
  }
  for (let tries = 1; ; tries++) {
    try {
      return await reconcileOnce(kubectl, expected, plural, options);
    } catch (error) {
      // Somebody else was faster: what is there is looked at again.
      const again =
        error instanceof StatusError &&
        (error.reason === "Conflict" || error.reason === "AlreadyExists");
      if (!again || tries >= triesMax) throw error;
    }
  }
}

async function reconcileOnce(
  kubectl: Kubectl,
  expected: KubeObject,
  plural: string,
  { dryRun, removeExtraPermissions, removeExtraSubjects }: ReconcileOptions,
): Promise<Reconciled> {
  const rest = await kubectl.rest();
  const isNamespaced = !expected.kind.startsWith("Cluster");
  const { name = "", namespace = "" } = expected.metadata;
  const place = isNamespaced && namespace ? `/namespaces/${namespace}` : "";
  const path = `${group}${place}/${plural}`;
  const existing = await read(`${path}/${name}`);
  const result = expected.kind.endsWith("Binding")
    ? reconcileBinding(
        existing as BindingObject | undefined,
        expected as BindingObject,
        removeExtraSubjects,
      )
    : reconcileRole(existing, expected, removeExtraPermissions);
  if (result.isProtected || dryRun || result.operation === "none") return result;
  return { ...result, object: await write() };

  async function read(at: string): Promise<KubeObject | undefined> {
    try {
      return await rest.json({ path: at });
    } catch (error) {
      if (error instanceof StatusError && error.reason === "NotFound") return undefined;
      throw error;
    }
  }

  async function write(): Promise<KubeObject> {
    const { rules } = result.object;
    // No rules at all are none to the server, as the stock program sends them.
    const isEmpty = Array.isArray(rules) && rules.length === 0;
    const sent = isEmpty ? { ...result.object, rules: null } : result.object;
    if (result.operation === "update") {
      return await rest.json({ method: "PUT", path: `${path}/${name}`, body: sent });
    }
    if (result.operation === "recreate") {
      const { uid } = existing?.metadata ?? {};
      const body = { kind: "DeleteOptions", apiVersion: "v1", preconditions: { uid } };
      await rest.send({ method: "DELETE", path: `${path}/${name}`, body });
    } else if (isNamespaced) await ensureNamespace(namespace);
    return await rest.json({ method: "POST", path, body: sent });
  }

  async function ensureNamespace(wanted: string): Promise<void> {
    if (wanted === "") throw new CommandError("resource name may not be empty");
    if (await read(`/api/v1/namespaces/${wanted}`)) return;
    const body = { apiVersion: "v1", kind: "Namespace", metadata: { name: wanted } };
    await rest.send({ method: "POST", path: "/api/v1/namespaces", body });
  }
}
