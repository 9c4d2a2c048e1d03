import { Namespace } from "#api/core/v1.ts";
import { StatusError, forbidden, notFound } from "#machinery/status.ts";
import type { AdmissionEnvironment, AdmissionPlugin } from "../admission.ts";
import { refusal } from "../refusal.ts";

const immortal = ["default", "kube-system", "kube-public"];
const namespaces = { group: "", resource: "namespaces" };

/** Nothing is made in namespaces that do not exist, or that end. */
export function namespaceLifecycle({ client }: AdmissionEnvironment): AdmissionPlugin {
  return {
    name: "NamespaceLifecycle",
    async mutate(request) {
      const isNamespace = request.resourceGroup === "" && request.resource === "namespaces";
      if (isNamespace) {
        if (request.operation === "DELETE" && immortal.includes(request.name)) {
          throw forbidden(namespaces, request.name, "this namespace may not be deleted");
        }
        return;
      }
      if (!request.namespace || request.operation === "DELETE") return;
      if (request.resource === "localsubjectaccessreviews") return;

      const namespace = await client.find(Namespace, { name: request.namespace });
      if (!namespace) throw notFound(namespaces, request.namespace);
      if (request.operation !== "CREATE" || namespace.status.phase !== "Terminating") return;
      const { status } = refusal(
        request,
        `unable to create new content in namespace ${request.namespace} because it is being ` +
          "terminated",
      );
      const cause = {
        reason: "NamespaceTerminating",
        message: `namespace ${request.namespace} is being terminated`,
        field: "metadata.namespace",
      };
      throw new StatusError({ ...status, details: { ...status.details, causes: [cause] } });
    },
  };
}
