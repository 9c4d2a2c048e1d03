import { decodeAs, list, struct, text } from "../decode.ts";
import type { Decoded } from "../decode.ts";
import { failed, within } from "../error.ts";
import type { FieldSpec } from "../field-spec.ts";
import { isKindSelected, sameKind } from "../ids.ts";
import type { GroupVersionKind } from "../ids.ts";
import { fieldSpecShape, parsedYaml } from "../kustomization.ts";
import { defaultOrder } from "../transform/sort-order.ts";

/** A kind, and where others name objects of it. */
export interface BackReference extends GroupVersionKind {
  readonly referrers: readonly FieldSpec[];
}

/** Where transformers look. */
export interface TransformerConfig {
  readonly namePrefix: readonly FieldSpec[];
  readonly nameSuffix: readonly FieldSpec[];
  readonly namespace: readonly FieldSpec[];
  readonly commonLabels: readonly FieldSpec[];
  readonly labels: readonly FieldSpec[];
  readonly templateLabels: readonly FieldSpec[];
  readonly commonAnnotations: readonly FieldSpec[];
  readonly nameReference: readonly BackReference[];
  readonly varReference: readonly FieldSpec[];
  readonly images: readonly FieldSpec[];
  readonly replicas: readonly FieldSpec[];
}

const specLists = [
  "namePrefix",
  "nameSuffix",
  "namespace",
  "commonAnnotations",
  "commonLabels",
  "labels",
  "templateLabels",
  "varReference",
  "images",
  "replicas",
] as const;

export const emptyConfig: TransformerConfig = {
  namePrefix: [],
  nameSuffix: [],
  namespace: [],
  commonLabels: [],
  labels: [],
  templateLabels: [],
  commonAnnotations: [],
  nameReference: [],
  varReference: [],
  images: [],
  replicas: [],
};

export function mergeConfigs(one: TransformerConfig, other: TransformerConfig): TransformerConfig {
  const merged: Record<string, unknown> = {};
  for (const name of specLists) {
    const shown = name === "namespace" ? "NameSpace" : capitalized(name);
    merged[name] = within(`failed to merge ${shown} fieldSpec`, () =>
      mergeSpecs(one[name], other[name]).toSorted(compareKinds),
    );
  }
  merged["nameReference"] = within("failed to merge NameReference fieldSpec", () =>
    mergeReferences(one.nameReference, other.nameReference).toSorted(compareKinds),
  );
  return merged as unknown as TransformerConfig;
}

function capitalized(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

/** Adds places that are not there yet. */
export function mergeSpecs(
  specs: readonly FieldSpec[],
  added: readonly FieldSpec[],
): readonly FieldSpec[] {
  const merged = [...specs];
  for (const spec of added) {
    const same = merged.find((known) => isKindSelected(known, spec) && known.path === spec.path);
    if (!same) merged.push(spec);
    else if (same.create !== spec.create) throw failed("conflicting fieldspecs");
  }
  return merged;
}

function mergeReferences(
  references: readonly BackReference[],
  added: readonly BackReference[],
): readonly BackReference[] {
  let merged = [...references];
  for (const reference of added) {
    if (!merged.some((known) => sameKind(known, reference))) {
      merged.push(reference);
      continue;
    }
    merged = merged.map((known) =>
      sameKind(known, reference)
        ? { ...known, referrers: mergeSpecs(known.referrers, reference.referrers) }
        : known,
    );
  }
  return merged;
}

/** Kinds that others depend on come first. */
function compareKinds(left: GroupVersionKind, right: GroupVersionKind): number {
  const rank = ({ kind }: GroupVersionKind) => defaultOrder.get(kind) ?? 0;
  if (rank(left) !== rank(right)) return rank(left) - rank(right);
  const text = ({ group, version, kind }: GroupVersionKind) =>
    `${group || "~G"}_${version || "~V"}_${kind || "~K"}`;
  return text(left) < text(right) ? -1 : text(left) > text(right) ? 1 : 0;
}

const specsShape = list(fieldSpecShape, {});

const configShape = struct(
  "TransformerConfig",
  {
    namePrefix: specsShape,
    nameSuffix: specsShape,
    namespace: specsShape,
    commonLabels: specsShape,
    labels: specsShape,
    templateLabels: specsShape,
    commonAnnotations: specsShape,
    nameReference: list(
      struct(
        "NameBackReferences",
        { group: text, version: text, kind: text, fieldSpecs: specsShape },
        { package: "builtinconfig", embedded: { group: "Gvk", version: "Gvk", kind: "Gvk" } },
      ),
      {},
    ),
    varReference: specsShape,
    images: specsShape,
    replicas: specsShape,
  },
  { package: "builtinconfig" },
);

/** Reads a file of `configurations`. */
export function readConfig(content: string): TransformerConfig {
  const value = within("error converting YAML to JSON", () => parsedYaml(content));
  const decoded = within(
    "error unmarshaling JSON: while decoding JSON",
    () => decodeAs(configShape, value, { strict: true, lenient: true }) ?? {},
  );
  const config: Record<string, unknown> = {};
  for (const name of specLists) config[name] = fieldSpecs(decoded[name]).toSorted(compareKinds);
  config["nameReference"] = (decoded.nameReference ?? [])
    .map(({ group = "", version = "", kind = "", fieldSpecs: referrers }) => ({
      group,
      version,
      kind,
      referrers: fieldSpecs(referrers),
    }))
    .toSorted(compareKinds);
  return config as unknown as TransformerConfig;
}

export function fieldSpecs(
  specs: readonly Decoded<typeof fieldSpecShape>[] | undefined,
): FieldSpec[] {
  return (specs ?? []).map(
    ({ group = "", version = "", kind = "", path = "", create = false }) => ({
      group,
      version,
      kind,
      path,
      create,
    }),
  );
}
