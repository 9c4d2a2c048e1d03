import { APIGroup, APIGroupList, APIResourceList, APIVersions } from "#api/meta/v1.ts";
import { Info } from "#api/meta/version.ts";
import type { ServedVersion } from "../discovery/groups.ts";
import { clientGroup, groupName, tagOf } from "./operation-names.ts";
import { plainOperation } from "./operation.ts";
import type { Context } from "./operation.ts";
import type { Schema } from "./schema.ts";

/** The discovery document of one group version. */
export function discoveryPath(version: ServedVersion, context: Context): Record<string, Schema> {
  const { group, groupVersion } = version;
  const path = group ? `/apis/${groupVersion}/` : `/api/${groupVersion}/`;
  const answer = context.collector.reference(APIResourceList);
  const id = `get${groupName(version)}APIResources`;
  return { [path]: plainOperation(id, tagOf(version), context, answer) };
}

/** Paths that belong to no group version: the lists of groups, keys for tokens, the release. */
export function serverPaths(
  versions: readonly ServedVersion[],
  context: Context,
): Record<string, Schema> {
  const { collector } = context;
  const text = { type: "string" };
  const named = new Set(versions.map(({ group }) => group).filter((group) => group !== ""));
  const groups = [...named].map((group) => {
    const id = `get${clientGroup(group)}APIGroup`;
    const tag = group.replace(/\.k8s\.io$/, "");
    return [`/apis/${group}/`, plainOperation(id, tag, context, collector.reference(APIGroup))];
  });
  return {
    "/api/": plainOperation(
      "getCoreAPIVersions",
      "core",
      context,
      collector.reference(APIVersions),
    ),
    "/apis/": plainOperation("getAPIVersions", "apis", context, collector.reference(APIGroupList)),
    ...Object.fromEntries(groups),
    "/.well-known/openid-configuration/": plainOperation(
      "getServiceAccountIssuerOpenIDConfiguration",
      "WellKnown",
      context,
      text,
      ["application/json"],
    ),
    "/openid/v1/jwks/": plainOperation(
      "getServiceAccountIssuerOpenIDKeyset",
      "openid",
      context,
      text,
      ["application/jwk-set+json"],
    ),
    "/version/": plainOperation("getCodeVersion", "version", context, collector.reference(Info), [
      "application/json",
    ]),
  };
}
