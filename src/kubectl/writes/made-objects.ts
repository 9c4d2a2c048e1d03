import { CommandError, messageOf } from "../errors.ts";
import type { Kubectl } from "../kubectl.ts";
import { splitGroupVersion } from "../objects.ts";
import type { KubeObject } from "../objects.ts";
import { resourcePath } from "../rest/paths.ts";
import { withLastApplied } from "./last-applied.ts";

/** Commands that know the type of what they print write it in the type's own form. */
export async function printed(
  object: KubeObject,
  { output, template }: { readonly output: string; readonly template: string },
): Promise<KubeObject> {
  if ((output === "" || output === "name") && template === "") return object;
  const { typedForm } = await import("./typed-form.ts");
  return typedForm(object);
}

export async function remembering(object: KubeObject, saveConfig: boolean): Promise<KubeObject> {
  if (!saveConfig) return object;
  const { typedForm } = await import("./typed-form.ts");
  return withLastApplied(typedForm(object));
}

export interface CreateOptions {
  readonly resource: string;
  readonly failure?: string;
  readonly namespace: string | undefined;
  readonly query: Readonly<Record<string, string | undefined>>;
}

export async function createObject(
  kubectl: Kubectl,
  object: KubeObject,
  { resource, failure, namespace, query }: CreateOptions,
): Promise<KubeObject> {
  const rest = await kubectl.rest();
  try {
    const place = { ...splitGroupVersion(object.apiVersion), resource, namespaced: true };
    const path = resourcePath(place, { namespace });
    return await rest.json({ method: "POST", path, query, body: object });
  } catch (error) {
    if (failure === undefined) throw error;
    throw new CommandError(`${failure} ${messageOf(error)}`, { cause: error });
  }
}
