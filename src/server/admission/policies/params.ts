import type { ParamKind, ParamRef } from "#api/admissionregistration/v1.ts";
import type { Client } from "#client/client.ts";
import { matchesLabelSelector } from "#machinery/labels/label-selector.ts";
import type { KindType } from "#schema/message.ts";
import { metadataOf } from "../refusal.ts";

export type Param = Readonly<Record<string, unknown>>;

/** Finds the kind that a policy's parameters have; undefined where the server has no such kind. */
export type KindFinder = (apiVersion: string, kind: string) => KindType | undefined;

/** Throws for a kind that is not served. */
export function paramTypeOf(
  { apiVersion = "", kind = "" }: ParamKind,
  kinds: KindFinder,
): KindType {
  const found = kinds(apiVersion, kind);
  if (found) return found;
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  const version = apiVersion.slice(slash + 1);
  throw new Error(
    `failed to find resource referenced by paramKind: '${group}/${version}, Kind=${kind}'`,
  );
}

/**
 * The objects that a binding gives to its policy, one evaluation each; `undefined` stands for an
 * evaluation without one. Throws what is wrong with the reference.
 */
export async function paramsOf(
  client: Client,
  type: KindType | undefined,
  reference: ParamRef | undefined,
  requestNamespace: string,
): Promise<(Param | undefined)[]> {
  if (!type || !reference) return [undefined];
  const { name, selector, parameterNotFoundAction } = reference;
  const namespace = namespaceIn(type, reference, requestNamespace);
  let params: Param[];
  if (name) {
    if (selector) throw new Error("paramRef.name and paramRef.selector are mutually exclusive");
    const found = await client.find(type as KindType<Param>, { namespace, name });
    params = found ? [found] : [];
  } else if (selector) {
    const { items } = await client.list(type as KindType<Param>, { namespace });
    params = items.filter((item) => matchesLabelSelector(selector, metadataOf(item).labels));
  } else {
    throw new Error("one of name or selector must be provided");
  }
  if (params.length === 0 && parameterNotFoundAction === "Deny") {
    throw new Error("no params found for policy binding with `Deny` parameterNotFoundAction");
  }
  return params;
}

function namespaceIn(
  { info }: KindType,
  { namespace }: ParamRef,
  requestNamespace: string,
): string | undefined {
  if (!info.namespaced) {
    if (!namespace) return undefined;
    throw new Error("paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
  }
  if (namespace || requestNamespace) return namespace || requestNamespace;
  throw new Error(
    "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources",
  );
}
