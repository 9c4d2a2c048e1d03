import assert from "node:assert/strict";
import type { Loose } from "#testkit/requests.ts";
import { quickly } from "./row.ts";
import type { Row } from "./row.ts";

export const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** Keeps whatever is in an object. */
export const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

export interface DefinitionOptions {
  readonly schema?: object;
  /** Ends in "s". */
  readonly plural?: string;
  /** The first one is stored. */
  readonly versions?: readonly string[];
  /** Before ".example.com"; the row's own when missing. */
  readonly group?: string;
  /** Fields of each version. */
  readonly more?: object;
}

/** A definition of custom resources, and the paths of it and of its objects. */
export interface Defined {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly path: string;
  /** Of the first version. */
  readonly objects: string;
  readonly definition: Loose;
  at(version: string): string;
  /** Its name in documents of OpenAPI. */
  schemaName(version: string): string;
}

export function defined(row: Row, options: DefinitionOptions = {}): Defined {
  const { schema = open, plural = "notes", versions = ["v1"], more = {} } = options;
  const group = `${options.group ?? row.namespace}.example.com`;
  const singular = plural.slice(0, -1);
  const kind = singular.slice(0, 1).toUpperCase() + singular.slice(1);
  const name = `${plural}.${group}`;
  const at = (version: string) => `/apis/${group}/${version}/namespaces/${row.namespace}/${plural}`;
  return {
    group,
    kind,
    plural,
    path: `${definitions}/${name}`,
    objects: at(versions[0] ?? ""),
    at,
    schemaName: (version) => `${group.split(".").reverse().join(".")}.${version}.${kind}`,
    definition: {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name, labels: { row: row.namespace } },
      spec: {
        group,
        scope: "Namespaced",
        names: { plural, singular, kind, listKind: `${kind}List` },
        versions: versions.map((version, index) => ({
          name: version,
          served: true,
          storage: index === 0,
          schema: { openAPIV3Schema: schema },
          ...more,
        })),
      },
    },
  };
}

/** Creates the definition, until its objects are served. */
export async function establish(row: Row, one: Defined): Promise<void> {
  await row.create(definitions, one.definition);
  await row.until(one.path, ({ status }) =>
    assert.ok(
      status?.conditions?.some(
        ({ type, status: value }: Loose) => type === "Established" && value === "True",
      ),
    ),
  );
  await quickly(() => row.get(one.objects));
}
