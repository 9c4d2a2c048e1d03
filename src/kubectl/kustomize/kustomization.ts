import { parseYamlDocument, YamlError } from "#machinery/codec/yaml.ts";
import {
  anything,
  decodeAs,
  flag,
  integer,
  list,
  mapOf,
  struct,
  text,
  textMapShape,
  texts,
} from "./decode.ts";
import type { Decoded } from "./decode.ts";
import { failed, within } from "./error.ts";

/** The file format: every field of a kustomization.yaml. */

const idFields = { group: text, version: text, kind: text, name: text, namespace: text };
const idEmbedded = {
  group: "ResId.Gvk",
  version: "ResId.Gvk",
  kind: "ResId.Gvk",
  name: "ResId",
  namespace: "ResId",
};

export const selectorShape = struct(
  "Selector",
  { ...idFields, annotationSelector: text, labelSelector: text },
  { embedded: idEmbedded },
);

const kindEmbedded = { group: "Gvk", version: "Gvk", kind: "Gvk" };

export const fieldSpecShape = struct(
  "FieldSpec",
  { group: text, version: text, kind: text, path: text, create: flag },
  { embedded: kindEmbedded },
);

export const generatorOptionsShape = struct("GeneratorOptions", {
  labels: textMapShape,
  annotations: textMapShape,
  disableNameSuffixHash: flag,
  immutable: flag,
});

const generatorFields = {
  namespace: text,
  name: text,
  behavior: text,
  literals: texts,
  files: texts,
  envs: texts,
  env: text,
  options: generatorOptionsShape,
};

const generatorEmbedded = {
  namespace: "GeneratorArgs",
  name: "GeneratorArgs",
  behavior: "GeneratorArgs",
  options: "GeneratorArgs",
  literals: "GeneratorArgs.KvPairSources",
  files: "GeneratorArgs.KvPairSources",
  envs: "GeneratorArgs.KvPairSources",
  env: "GeneratorArgs.KvPairSources",
};

export const configMapArgsShape = struct("ConfigMapArgs", generatorFields, {
  embedded: generatorEmbedded,
});

export const secretArgsShape = struct(
  "SecretArgs",
  { ...generatorFields, type: text },
  { embedded: generatorEmbedded },
);

const optionsShape = mapOf(flag, false);

export const patchShape = struct("Patch", {
  path: text,
  patch: text,
  target: selectorShape,
  options: optionsShape,
});

export const imageShape = struct("Image", {
  name: text,
  newName: text,
  tagSuffix: text,
  newTag: text,
  digest: text,
});

export const replicaShape = struct("Replica", { name: text, count: integer("int64") });

const fieldOptionsShape = struct("FieldOptions", {
  delimiter: text,
  index: integer("int"),
  encoding: text,
  create: flag,
});

const sourceShape = struct(
  "SourceSelector",
  { ...idFields, fieldPath: text, options: fieldOptionsShape },
  { embedded: idEmbedded },
);

const targetShape = struct("TargetSelector", {
  select: selectorShape,
  reject: list(selectorShape, {}),
  fieldPaths: texts,
  options: fieldOptionsShape,
});

const replacementFields = { source: sourceShape, targets: list(targetShape, {}) };

/** What a file of replacements holds. */
export const replacementShape = struct("Replacement", replacementFields);

export const replacementFieldShape = struct(
  "ReplacementField",
  { ...replacementFields, path: text },
  { embedded: { source: "Replacement", targets: "Replacement" } },
);

export const labelShape = struct("Label", {
  pairs: textMapShape,
  includeSelectors: flag,
  includeTemplates: flag,
  fields: list(fieldSpecShape, {}),
});

export const varShape = struct("Var", {
  name: text,
  objref: struct(
    "Target",
    { apiVersion: text, group: text, version: text, kind: text, name: text, namespace: text },
    { embedded: kindEmbedded },
  ),
  fieldref: struct("FieldSelector", { fieldPath: text }),
});

export const sortOptionsShape = struct("SortOptions", {
  order: text,
  legacySortOptions: struct("LegacySortOptions", { orderFirst: texts, orderLast: texts }),
});

export const helmGlobalsFields = { chartHome: text, configHome: text };

export const helmChartFields = {
  name: text,
  version: text,
  repo: text,
  releaseName: text,
  namespace: text,
  additionalValuesFiles: texts,
  valuesFile: text,
  valuesInline: mapOf(anything, null),
  valuesMerge: text,
  includeCRDs: flag,
  skipHooks: flag,
  apiVersions: texts,
  kubeVersion: text,
  nameTemplate: text,
  skipTests: flag,
  debug: flag,
};

const helmChartArgsShape = struct("HelmChartArgs", {
  chartName: text,
  chartVersion: text,
  chartRepoUrl: text,
  chartHome: text,
  chartRepoName: text,
  helmBin: text,
  helmHome: text,
  values: text,
  valuesLocal: mapOf(anything, null),
  valuesMerge: text,
  releaseName: text,
  releaseNamespace: text,
  extraArgs: texts,
});

const objectMetaShape = struct("ObjectMeta", {
  name: text,
  namespace: text,
  labels: textMapShape,
  annotations: textMapShape,
});

const kustomizationShape = struct(
  "Kustomization",
  {
    kind: text,
    apiVersion: text,
    metadata: objectMetaShape,
    openapi: textMapShape,
    namePrefix: text,
    nameSuffix: text,
    namespace: text,
    commonLabels: textMapShape,
    labels: list(labelShape, {}),
    commonAnnotations: textMapShape,
    patchesStrategicMerge: texts,
    patchesJson6902: list(patchShape, {}),
    patches: list(patchShape, {}),
    images: list(imageShape, {}),
    imageTags: list(imageShape, {}),
    replacements: list(replacementFieldShape, {}),
    replicas: list(replicaShape, {}),
    vars: list(varShape, {}),
    sortOptions: sortOptionsShape,
    resources: texts,
    components: texts,
    crds: texts,
    bases: texts,
    configMapGenerator: list(configMapArgsShape, {}),
    secretGenerator: list(secretArgsShape, {}),
    helmGlobals: struct("HelmGlobals", helmGlobalsFields),
    helmCharts: list(struct("HelmChart", helmChartFields), {}),
    helmChartInflationGenerator: list(helmChartArgsShape, {}),
    generatorOptions: generatorOptionsShape,
    configurations: texts,
    generators: texts,
    transformers: texts,
    validators: texts,
    buildMetadata: texts,
  },
  { embedded: { kind: "TypeMeta", apiVersion: "TypeMeta" } },
);

export type Kustomization = Decoded<typeof kustomizationShape>;
export type SelectorArgs = Decoded<typeof selectorShape>;
export type GeneratorArgs = Decoded<typeof secretArgsShape>;
export type GeneratorOptions = Decoded<typeof generatorOptionsShape>;
export type PatchArgs = Decoded<typeof patchShape>;
export type ImageArgs = Decoded<typeof imageShape>;
export type ReplicaArgs = Decoded<typeof replicaShape>;
export type Replacement = Decoded<typeof replacementShape>;
export type ReplacementTarget = Decoded<typeof targetShape>;
export type FieldOptions = Decoded<typeof fieldOptionsShape>;
export type LabelArgs = Decoded<typeof labelShape>;
export type VarArgs = Decoded<typeof varShape>;
export type SortOptions = Decoded<typeof sortOptionsShape>;
export type HelmChart = NonNullable<Kustomization["helmCharts"]>[number];
export type HelmGlobals = NonNullable<Kustomization["helmGlobals"]>;

export const componentKind = "Component";
const kustomizationKind = "Kustomization";

/** Reads a kustomization.yaml. Old fields are moved to where they belong now; `warn` is told. */
export function readKustomization(
  content: string,
  root: string,
  warn: (line: string) => void,
): Kustomization {
  const raw = within("invalid Kustomization", () => {
    const value = parsedYaml(content);
    return decodeAs(kustomizationShape, value, { strict: true }) ?? {};
  });
  for (const line of deprecations(raw)) warn(line);
  const fields = Object.keys(raw).filter((name) => name !== "kind" && name !== "apiVersion");
  const kustomization = modernized(raw);
  if (fields.length === 0) throw failed("kustomization.yaml is empty");
  const { kind = "", apiVersion = "" } = kustomization;
  const problems: string[] = [];
  if (kind !== kustomizationKind && kind !== componentKind) {
    problems.push(`kind should be ${kustomizationKind} or ${componentKind}`);
  }
  const wanted = versionOf(kind);
  if (apiVersion !== wanted) problems.push(`apiVersion for ${kind} should be ${wanted}`);
  if (problems.length > 0) {
    throw failed(`Failed to read kustomization file under ${root}:\n${problems.join("\n")}`);
  }
  return kustomization;
}

/** The first document of a text, as JSON. */
export function parsedYaml(content: string): unknown {
  try {
    return parseYamlDocument(content)?.value;
  } catch (error) {
    if (error instanceof YamlError) throw failed(error.message);
    throw error;
  }
}

function versionOf(kind: string): string {
  return `kustomize.config.k8s.io/${kind === componentKind ? "v1alpha1" : "v1beta1"}`;
}

function* deprecations(file: Kustomization): Iterable<string> {
  const fix = "Run 'kustomize edit fix' to update your Kustomization automatically.";
  const warning = (old: string, now: string, note = "") =>
    `# Warning: '${old}' is deprecated. Please use '${now}' instead. ${note}${fix}`;
  if (file.bases) yield warning("bases", "resources");
  if (file.commonLabels) yield warning("commonLabels", "labels");
  if (file.imageTags) yield warning("imageTags", "images");
  if (file.patchesJson6902) yield warning("patchesJson6902", "patches");
  if (file.patchesStrategicMerge) yield warning("patchesStrategicMerge", "patches");
  if (file.vars) yield warning("vars", "replacements", "[EXPERIMENTAL] ");
}

function modernized(file: Kustomization): Kustomization {
  const { bases, imageTags, helmChartInflationGenerator: charts = [], ...rest } = file;
  const kind = file.kind || kustomizationKind;
  const oldGlobals = oldHelmGlobals(charts);
  return {
    ...rest,
    kind,
    apiVersion: file.apiVersion || versionOf(kind),
    resources: [...(file.resources ?? []), ...(bases ?? [])],
    images: [...(file.images ?? []), ...(imageTags ?? [])],
    configMapGenerator: file.configMapGenerator?.map(withEnvs),
    secretGenerator: file.secretGenerator?.map(withEnvs),
    helmGlobals: file.helmGlobals ?? oldGlobals,
    helmCharts: [
      ...(file.helmCharts ?? []),
      ...charts.map((chart) => ({
        name: chart.chartName,
        version: chart.chartVersion,
        repo: chart.chartRepoUrl,
        valuesFile: chart.values,
        valuesInline: chart.valuesLocal,
        valuesMerge: chart.valuesMerge,
        releaseName: chart.releaseName,
      })),
    ],
  };
}

function withEnvs(args: GeneratorArgs): GeneratorArgs {
  const { env, ...rest } = args;
  return env ? { ...rest, envs: [...(args.envs ?? []), env] } : args;
}

function oldHelmGlobals(
  charts: NonNullable<Kustomization["helmChartInflationGenerator"]>,
): HelmGlobals | undefined {
  const configHome = charts.findLast(({ helmHome }) => helmHome)?.helmHome;
  const chartHome = charts.findLast((chart) => chart.chartHome)?.chartHome;
  return configHome || chartHome ? { configHome, chartHome } : undefined;
}
