import type { Row } from "#machinery/json.ts";
import { StatusError } from "#machinery/status.ts";
import { defineCommand } from "../../command.ts";
import { qualifiedName } from "../../discovery/api-resource.ts";
import type { ApiResource } from "../../discovery/api-resource.ts";
import { CommandError, ExitError } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import { splitGroupVersion } from "../../objects.ts";
import type { ExplainedResource } from "./openapi-v3.ts";

export default defineCommand({
  usage:
    "explain TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] [-o|--output=plaintext|plaintext-openapiv2]",
  description:
    "Explain a resource and its fields.\n\n" +
    "Fields are named by their path:\n\n" +
    "        <type>.<fieldName>[.<fieldName>]\n\n" +
    "What is said of them comes from the server, as OpenAPI.\n\n" +
    'Use "kubectl api-resources" for a complete list of supported resources.',
  examples: [
    { about: "Explain a resource and its fields", command: "kubectl explain pods" },
    { about: "List all the fields below it", command: "kubectl explain pods --recursive" },
    {
      about: "Explain deployments in one of their versions",
      command: "kubectl explain deployments --api-version=apps/v1",
    },
    {
      about: "Explain one field",
      command: "kubectl explain pods.spec.containers",
    },
    {
      about: "Explain it in the older form",
      command: "kubectl explain deployment --output=plaintext-openapiv2",
    },
  ],
  flags: {
    "api-version": {
      type: "string",
      default: "",
      usage: "The version to explain (group/version), in place of the preferred one",
    },
    output: {
      type: "string",
      default: "plaintext",
      usage: "The form: (plaintext, plaintext-openapiv2).",
    },
    recursive: {
      type: "bool",
      usage: "List the names of all fields below, without what they are.",
    },
  },
  async run(kubectl, { values, args }) {
    const [what] = args;
    if (what === undefined) {
      throw new CommandError(
        'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.',
      );
    }
    if (args.length > 1) throw new CommandError("We accept only this format: explain RESOURCE");
    const { output, recursive } = values;
    const { resource: found, fields } = await find(kubectl, what);
    const version = values["api-version"];
    const resource = version ? { ...found, ...splitGroupVersion(version) } : found;
    const paths = output === "plaintext-openapiv2" ? undefined : await pathsV3(kubectl);
    if (output === "plaintext-openapiv2" || (output === "plaintext" && !paths)) {
      const [{ explainV2 }, document] = await Promise.all([
        import("./openapi-v2.ts"),
        read(kubectl, "/openapi/v2"),
      ]);
      const { group, version: own, kind } = resource;
      kubectl.print(
        explainV2(document, { kind: { group, version: own, kind }, fields, recursive }),
      );
      return;
    }
    const document = await documentV3(kubectl, paths ?? {}, resource);
    if (output !== "plaintext") throw new CommandError(`unrecognized format: ${output}`);
    const { explainV3 } = await import("./openapi-v3.ts");
    explainV3(document, { resource, fields, recursive }, (text) => kubectl.print(text));
  },
});

interface Explained {
  readonly resource: ApiResource;
  readonly fields: readonly string[];
}

/** "pods.spec", and "deployments.apps.spec", where the group belongs to the resource. */
async function find(kubectl: Kubectl, what: string): Promise<Explained> {
  const [type = "", ...path] = what.replace(/\.$/, "").split(".");
  const resource = await kubectl.mapper.find(type);
  if (!resource) {
    kubectl.tell(`the server doesn't have a resource type "${type}"`);
    throw new ExitError(1);
  }
  const word = type.toLowerCase();
  const candidates = (await kubectl.mapper.all()).filter(
    (one) => one.resource === word && one.group !== "" && what.startsWith(qualifiedName(one)),
  );
  const [named] = candidates;
  if (!named) return { resource, fields: path };
  const rest = what.slice(qualifiedName(named).length).split(".");
  return { resource: named, fields: rest.filter(Boolean) };
}

type PathsV3 = Readonly<Record<string, { readonly serverRelativeURL: string }>>;

/** Undefined where the server does not speak OpenAPI v3. */
async function pathsV3(kubectl: Kubectl): Promise<PathsV3 | undefined> {
  try {
    return (await read(kubectl, "/openapi/v3")).paths as PathsV3;
  } catch (error) {
    if (error instanceof StatusError) return undefined;
    throw error;
  }
}

async function documentV3(
  kubectl: Kubectl,
  paths: PathsV3,
  { group, version, resource }: ExplainedResource,
): Promise<Row> {
  const path = paths[group ? `apis/${group}/${version}` : `api/${version}`];
  if (!path) {
    throw new CommandError(
      `couldn't find resource for "${group}/${version}, Resource=${resource}"`,
    );
  }
  return await read(kubectl, path.serverRelativeURL);
}

async function read(kubectl: Kubectl, location: string): Promise<Row> {
  const { pathname, searchParams } = new URL(location, "http://server");
  const rest = await kubectl.rest();
  return await rest.json<Row>({ path: pathname, query: Object.fromEntries(searchParams) });
}
