import { StatusError } from "#machinery/status.ts";
import { CommandError } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { resourcePath } from "../../rest/paths.ts";
import { dryRunQuery } from "../../writes/dry-run.ts";
import type { Applied } from "./apply.ts";
import { tellDeletion } from "./client-side.ts";
import type { ApplyOptions } from "./options.ts";

/** Sends the file as it is; the server knows whose each field is. */
export async function applyOnServer(
  kubectl: Kubectl,
  info: ResourceInfo,
  options: ApplyOptions,
): Promise<Applied> {
  const applied = await send(kubectl, info, options);
  const { migrate } = await import("./migration.ts");
  const object = await migrate(kubectl, info, applied, options, () =>
    request(kubectl, info, options),
  );
  tellDeletion(kubectl, info, object);
  return { object, operation: "serverside-applied" };
}

async function request(
  kubectl: Kubectl,
  info: ResourceInfo,
  { fieldManager, fieldValidation, subresource, forceConflicts, dryRun }: ApplyOptions,
): Promise<KubeObject> {
  const { object } = info;
  if (!object) throw new Error("a file's object is read with the file");
  const rest = await kubectl.rest();
  return await rest.json({
    method: "PATCH",
    path: resourcePath(info.resource, { ...info, subresource }),
    query: { fieldManager, fieldValidation, force: forceConflicts, ...dryRunQuery(dryRun) },
    contentType: "application/apply-patch+yaml",
    body: object,
  });
}

async function send(
  kubectl: Kubectl,
  info: ResourceInfo,
  options: ApplyOptions,
): Promise<KubeObject> {
  try {
    return await request(kubectl, info, options);
  } catch (error) {
    if (error instanceof StatusError && error.reason === "Conflict") {
      throw new CommandError(`${error.message}\n${howToResolve}`, { cause: error });
    }
    if (error instanceof StatusError && error.code === 415) {
      throw new CommandError(
        "Server-side apply not available on the server: (may have it disabled)",
      );
    }
    throw error;
  }
}

/** The sentences are the ones that people find when they search for the error. */
const howToResolve = `Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`;
