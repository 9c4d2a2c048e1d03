import { Accumulator } from "./accumulator.ts";
import { within } from "./error.ts";
import { effectiveNamespace } from "./ids.ts";
import { Loader } from "./load/loader.ts";
import type { LoadRestriction, RemoteFiles } from "./load/loader.ts";
import type { Files } from "./load/files.ts";
import type { HelmRunner } from "./plugins/helm.ts";
import { checkMetadata } from "./read-resources.ts";
import { isLocal, originAnnotation, transformationsAnnotation } from "./resource.ts";
import type { Resource } from "./resource.ts";
import { BuildSchemas } from "./schema/custom-schema.ts";
import { Target } from "./target.ts";
import { addHashes } from "./transform/hash.ts";
import { mapTransformer } from "./transform/labels.ts";
import { fixNameReferences } from "./transform/name-references.ts";
import { sortTransformer } from "./transform/sort-order.ts";
import { resolveVars } from "./transform/vars.ts";
import { goSyntax } from "./yaml/go-syntax.ts";

/** What the command line says, and what the machine offers. All of it may be left out. */
export interface KustomizeOptions {
  readonly loadRestriction?: LoadRestriction;
  readonly enableHelm?: boolean;
  readonly helmCommand?: string;
  readonly helmApiVersions?: readonly string[];
  readonly helmKubeVersion?: string;
  readonly helmDebug?: boolean;
  readonly enableAlphaPlugins?: boolean;
  /** The order of what is written out, where the kustomization does not say it: legacy if missing. */
  readonly reorder?: "legacy" | "none";
  readonly addManagedByLabel?: boolean;
  /** Without it, charts are refused. */
  readonly helm?: HelmRunner;
  /** Without it, URLs are refused. */
  readonly remote?: RemoteFiles;
  /** Is told of deprecated fields, line by line. */
  readonly warn?: (line: string) => void;
  /** Is told what upstream writes to its log. */
  readonly log?: (message: string) => void;
}

/** Builds a directory with a kustomization.yaml into a stream of YAML documents. */
export async function kustomize(
  files: Files,
  directory: string,
  options: KustomizeOptions,
  signal: AbortSignal,
): Promise<string> {
  const resources = await build(files, directory, options, signal);
  return resources.map(documentOf).join("---\n");
}

function documentOf(resource: Resource): string {
  return within(
    () => goSyntax(resource.root),
    () => resource.yaml,
  );
}

/** As `kustomize`, but a document per file. Namespaces are told in the names if there are more. */
export async function kustomizeFiles(
  files: Files,
  directory: string,
  options: KustomizeOptions,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const resources = await build(files, directory, options, signal);
  const namespaces = new Set(
    resources.filter(({ id }) => !id.clusterScoped).map(({ id }) => effectiveNamespace(id)),
  );
  const named = resources.map((resource) => {
    const { id } = resource;
    const kind = [id.group, id.version, id.kind].filter((part) => part !== "").join("_");
    const prefix = namespaces.size > 1 && !id.clusterScoped ? `${effectiveNamespace(id)}_` : "";
    return [`${prefix}${kind}_${id.name}.yaml`.toLowerCase(), documentOf(resource)] as const;
  });
  return new Map(named);
}

/** As `kustomize`, but returns the objects. Integers beyond a double's are `bigint`s. */
export async function kustomizeObjects(
  files: Files,
  directory: string,
  options: KustomizeOptions,
  signal: AbortSignal,
): Promise<unknown[]> {
  const resources = await build(files, directory, options, signal);
  return resources.map((resource) => resource.json);
}

async function build(
  files: Files,
  directory: string,
  options: KustomizeOptions,
  signal: AbortSignal,
): Promise<readonly Resource[]> {
  await using copies = new AsyncDisposableStack();
  const { loadRestriction = "LoadRestrictionsRootOnly", remote } = options;
  const loader = await Loader.open(directory, {
    files,
    remote,
    restriction: loadRestriction,
    copies,
    signal,
  });
  const target = await Target.root(loader, {
    schemas: new BuildSchemas(),
    helm: {
      enabled: options.enableHelm ?? false,
      command: options.helmCommand ?? "helm",
      apiVersions: options.helmApiVersions ?? [],
      kubeVersion: options.helmKubeVersion ?? "",
      debug: options.helmDebug ?? false,
      runner: options.helm,
    },
    alphaPlugins: options.enableAlphaPlugins ?? false,
    warn: options.warn ?? (() => {}),
    signal,
  });
  const gathered = await target.accumulate(new Accumulator());
  await finish(gathered, target, options);
  return gathered.set.resources;
}

/** What is done once, when everything is together. */
async function finish(
  { set, config, vars }: Accumulator,
  { kustomization }: Target,
  { log, reorder, addManagedByLabel }: KustomizeOptions,
): Promise<void> {
  await addHashes(set);
  fixNameReferences(set, config.nameReference);
  const unused = resolveVars(set, vars.sorted, config.varReference);
  if (unused.length > 0) {
    log?.(`well-defined vars that were never replaced: ${unused.join(",")}`);
  }
  for (const { root } of set.resources) checkMetadata(root);
  set.keep((resource) => !isLocal(resource));
  const { sortOptions } = kustomization;
  if (sortOptions && reorder) {
    log?.(
      "Warning: Sorting order is set both in 'kustomization.yaml' ('sortOptions') and in a CLI " +
        "flag ('--reorder'). Using the kustomization file over the CLI flag.",
    );
  }
  if (sortOptions || reorder !== "none") {
    await sortTransformer(sortOptions ?? { order: "legacy" }).transform(set);
  }
  const metadata = new Set(kustomization.buildMetadata ?? []);
  if (addManagedByLabel || metadata.has("managedByLabel")) await managedBy.transform(set);
  for (const resource of set.resources) {
    resource.removeBuildAnnotations();
    const annotations = resource.annotations;
    if (!metadata.has("originAnnotations")) annotations.delete(originAnnotation);
    if (!metadata.has("transformerAnnotations")) annotations.delete(transformationsAnnotation);
    resource.annotations = annotations;
  }
}

/** The stock kubectl does not know the version of the kustomize in it. */
const managedBy = mapTransformer({ "app.kubernetes.io/managed-by": "kustomize-(devel)" }, [
  { group: "", version: "", kind: "", path: "metadata/labels", create: true },
]);
