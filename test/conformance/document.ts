import { isStable } from "./reference.ts";

/** OpenAPI as far as it is compared. */
export interface OpenApiDocument {
  readonly definitions: Readonly<Record<string, Schema>>;
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly parameters?: Readonly<Record<string, Parameter>>;
}

export interface Schema {
  readonly properties?: Readonly<Record<string, Record<string, unknown>>>;
  readonly required?: readonly string[];
  readonly [extension: string]: unknown;
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly $ref?: string;
  readonly [more: string]: unknown;
}

export interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly responses?: Readonly<Record<string, { readonly schema?: unknown }>>;
  readonly [extension: string]: unknown;
}

/** "apps/v1" of "io.k8s.api.apps.v1.Deployment"; undefined for versions that are not stable. */
export function groupOfDefinition(name: string): string | undefined {
  const parts = name.split(".");
  const version = parts.at(-2) ?? "";
  if (/^v\d+(alpha|beta)/.test(version)) return undefined;
  return `${parts.at(-3) ?? ""}/${version}`;
}

/** "apps/v1" of "/apis/apps/v1/deployments". `groups` are those with a stable version. */
export function groupOfPath(path: string, groups: ReadonlySet<string>): string | undefined {
  const [root = "", group = "", version = ""] = path.split("/").slice(1);
  if (root === "api") return "v1";
  if (root !== "apis" || !group) return "other paths";
  if (!groups.has(group)) return undefined;
  if (!version) return "other paths";
  return isStable(version) ? `${group}/${version}` : undefined;
}

/** An operation's parameters and those of its path, without references, by name. */
export function parametersOf(
  document: OpenApiDocument,
  path: string,
  operation: Operation,
): Record<string, unknown> {
  const shared = (document.paths[path]?.["parameters"] ?? []) as readonly Parameter[];
  const all = [...shared, ...(operation.parameters ?? [])].map((parameter) => {
    const name = parameter.$ref?.replace("#/parameters/", "");
    return name === undefined ? parameter : (document.parameters?.[name] ?? parameter);
  });
  return Object.fromEntries(
    all.map(({ name, in: place, required, schema, type }) => [
      `${name} in ${place}`,
      {
        required: required ?? false,
        ...(type !== undefined && { type }),
        ...(schema ? { schema } : {}),
      },
    ]),
  );
}
