import { TokenRequest } from "#api/authentication/v1.ts";
import { ServiceAccount } from "#api/core/v1.ts";
import { badRequest } from "#machinery/status.ts";
import type { Subresource } from "../../../registry/resource.ts";
import { objectAnswer } from "../../common/answers.ts";
import type { ResourceDependencies } from "../../dependencies.ts";

/** `serviceaccounts/x/token`: a signed token that expires. */
export function tokenSubresource(dependencies: ResourceDependencies): Subresource {
  return {
    kind: { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest" },
    verbs: ["create"],
    async handle(context) {
      const { namespace, name } = context.info;
      const request = await dependencies.bodies.read(context, TokenRequest);
      if (request.metadata.name && request.metadata.name !== name) {
        throw badRequest("name in URL does not match name in TokenRequest object");
      }
      if (request.metadata.namespace && request.metadata.namespace !== namespace) {
        throw badRequest("namespace in URL does not match namespace in TokenRequest object");
      }
      const account = await dependencies.objects.get(ServiceAccount, { namespace, name });
      return objectAnswer(201, await dependencies.tokenIssuer.issue(account, request));
    },
  };
}
