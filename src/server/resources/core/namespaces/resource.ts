import type { Draft } from "#schema/message.ts";
import { Namespace } from "#api/core/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import { validateFinalizers, validateNamespaceStatusUpdate } from "./validation.ts";

const nameLabel = "kubernetes.io/metadata.name";
/** Held by the namespace controller until everything in the namespace is gone. */
const contentFinalizer = "kubernetes";

export const namespaces: ResourceDefinition = defineResource<Namespace>({
  type: Namespace,
  verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
  nameRule: "dnsLabel",
  hasGeneration: false,
  columns: [nameColumn(), column("Status", ({ status }) => status.phase ?? ""), ageColumn()],
  selectableFields: { "status.phase": ({ status }) => status.phase ?? "" },
  applyDefaults: labelWithName,
  prepareForCreate(namespace) {
    labelWithName(namespace);
    namespace.status = { phase: "Active" };
    const finalizers = namespace.spec.finalizers ?? [];
    namespace.spec.finalizers = finalizers.includes(contentFinalizer)
      ? finalizers
      : [...finalizers, contentFinalizer];
  },
  prepareForUpdate(namespace, old) {
    namespace.spec = old.spec;
    namespace.status = old.status;
  },
  validate: validateFinalizers,
  holdsDeletion: (namespace) => (namespace.spec.finalizers?.length ?? 0) > 0,
  markDeleted(namespace) {
    namespace.status = { ...namespace.status, phase: "Terminating" };
  },
  status: { validateUpdate: validateNamespaceStatusUpdate },
  views: {
    finalize: {
      verbs: ["update"],
      prepareForUpdate(namespace, old) {
        namespace.status = old.status;
      },
    },
  },
});

function labelWithName(namespace: Draft<Namespace>): void {
  const name = namespace.metadata?.name;
  if (!namespace.metadata || !name) return;
  namespace.metadata.labels = { ...namespace.metadata.labels, [nameLabel]: name };
}
