import type { FileQuery } from "./manifests.ts";
import type { ResourceQuery } from "./find.ts";

export interface Selection {
  readonly args: readonly string[];
  readonly files?: FileQuery;
  readonly all?: boolean;
  readonly allNamespaces?: boolean;
  readonly local?: boolean;
  readonly selector?: string;
  readonly fieldSelector?: string;
}

/**
 * What commands that change objects act on: each object as the server has it now. `all` only means
 * something for a type alone: beside names and selectors it is not looked at.
 */
export function selected(selection: Selection): ResourceQuery {
  const { args, files, selector, fieldSelector, local = false } = selection;
  const alone = args.length === 1 && args[0]?.includes("/") === false;
  const query = { lists: "items", latest: true, requireNames: true, args } as const;
  if (local) return { ...query, local, latest: false, ...(files && { files }) };
  return {
    ...query,
    ...(files && { files }),
    all: Boolean(selection.all) && alone && !selector && !fieldSelector,
    allNamespaces: selection.allNamespaces ?? false,
    labelSelector: selector,
    fieldSelector,
  };
}

/** One object was named, whether it is there or not. */
export function namesOne({ args, files }: Selection): boolean {
  if (files && (files.filenames.length > 0 || files.kustomize)) {
    const [only = "", ...more] = files.filenames;
    return more.length === 0 && !files.kustomize && only !== "-" && !only.endsWith("/");
  }
  return args[0]?.includes("/") ? args.length === 1 : args.length === 2;
}

export function namesFiles({ files }: Pick<Selection, "files">): boolean {
  return Boolean(files && (files.filenames.length > 0 || files.kustomize));
}
