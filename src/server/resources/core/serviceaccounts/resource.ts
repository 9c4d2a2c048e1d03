import { ServiceAccount } from "#api/core/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import type { ResourceDependencies } from "../../dependencies.ts";
import { tokenSubresource } from "./token.ts";

export function serviceAccounts(dependencies: ResourceDependencies): ResourceDefinition {
  return defineResource<ServiceAccount>({
    type: ServiceAccount,
    columns: [
      nameColumn(),
      column("Secrets", (account) => account.secrets?.length ?? 0),
      ageColumn(),
    ],
    subresources: { token: tokenSubresource(dependencies) },
  });
}
