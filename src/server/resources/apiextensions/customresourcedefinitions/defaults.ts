import type { CustomResourceDefinition } from "#api/apiextensions/v1.ts";
import type { Draft } from "#schema/message.ts";

/** What was left out counts as empty, and is told by the rules together with all else. */
export function completeDefinition(crd: Draft<CustomResourceDefinition>): void {
  const spec: Partial<typeof crd.spec> = (crd.spec ??= {} as typeof crd.spec);
  spec.group ??= "";
  spec.scope ??= "";
  spec.versions ??= [];
  const names: Partial<typeof crd.spec.names> = (spec.names ??= {} as typeof crd.spec.names);
  names.plural ??= "";
  names.kind ??= "";
  if (names.kind) {
    names.singular ||= names.kind.toLowerCase();
    names.listKind ||= `${names.kind}List`;
  }
  for (const version of spec.versions) completeVersion(version);
  spec.conversion ??= { strategy: "None" };
  spec.conversion.strategy ??= "";
  const { webhook } = spec.conversion;
  if (webhook) webhook.conversionReviewVersions ??= [];
  const { service } = webhook?.clientConfig ?? {};
  if (service) {
    service.namespace ??= "";
    service.name ??= "";
  }
}

type Version = Draft<CustomResourceDefinition>["spec"]["versions"][number];

function completeVersion(version: Partial<Version>): void {
  version.name ??= "";
  version.served ??= false;
  version.storage ??= false;
  for (const column of version.additionalPrinterColumns ?? []) {
    column.name ??= "";
    column.type ??= "";
    column.jsonPath ??= "";
  }
  for (const field of version.selectableFields ?? []) field.jsonPath ??= "";
  const { scale } = version.subresources ?? {};
  if (!scale) return;
  scale.specReplicasPath ??= "";
  scale.statusReplicasPath ??= "";
}
