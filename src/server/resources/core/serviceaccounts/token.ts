import { TokenRequest } from "#api/authentication/v1.ts";
import { ServiceAccount } from "#api/core/v1.ts";
import { badRequest, conflict, invalid } from "#machinery/status.ts";
import { invalid as invalidField } from "#machinery/validation/field-error.ts";
import type { Subresource } from "../../../registry/resource.ts";
import { objectAnswer } from "../../common/answers.ts";
import type { ResourceDependencies } from "../../dependencies.ts";

const kind = { group: "authentication.k8s.io", kind: "TokenRequest" };

/** `serviceaccounts/x/token`: a signed token that expires. */
export function tokenSubresource(dependencies: ResourceDependencies): Subresource {
  return {
    kind: { ...kind, version: "v1" },
    verbs: ["create"],
    async handle(context) {
      const { namespace, name } = context.info;
      const request = await dependencies.bodies.read(context, TokenRequest);
      const { metadata } = request;
      if (metadata.namespace && metadata.namespace !== namespace) {
        throw badRequest(
          "the namespace of the provided object does not match the namespace sent on the request",
        );
      }
      if (metadata.name && metadata.name !== name) {
        const problem = "must match the service account name if specified";
        throw invalid(kind, name, [invalidField("metadata.name", metadata.name, problem)]);
      }
      const account = await dependencies.objects.get(ServiceAccount, { namespace, name });
      const { uid } = account.metadata;
      if (metadata.uid && metadata.uid !== uid) {
        const problem =
          `the UID in the token request (${metadata.uid}) does not match the UID of the service ` +
          `account (${uid})`;
        throw conflict({ group: kind.group, resource: kind.kind }, name, problem);
      }
      return objectAnswer(201, await dependencies.tokenIssuer.issue(account, request));
    },
  };
}
