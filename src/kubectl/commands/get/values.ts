import type { FileQuery } from "../../resources/manifests.ts";

/** The flags of `get` that its parts need. */
export interface GetValues {
  readonly output: string;
  readonly template: string;
  readonly "allow-missing-template-keys": boolean;
  readonly "show-managed-fields": boolean;
  readonly "all-namespaces": boolean;
  readonly "chunk-size": number;
  readonly "field-selector": string;
  readonly "ignore-not-found": boolean;
  readonly "label-columns": readonly string[];
  readonly "no-headers": boolean;
  readonly "output-watch-events": boolean;
  readonly selector: string;
  readonly "server-print": boolean;
  readonly "show-kind": boolean;
  readonly "show-labels": boolean;
  readonly "sort-by": string;
  readonly subresource: string;
  readonly watch: boolean;
  readonly "watch-only": boolean;
}

export interface GetTarget {
  readonly args: readonly string[];
  readonly files: FileQuery;
}

export const tableAccept =
  "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";
