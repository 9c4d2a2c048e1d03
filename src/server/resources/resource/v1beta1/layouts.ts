import { ResourceClaim, ResourceClaimTemplate, ResourceSlice } from "#api/resource/v1.ts";
import { derivedFromV1 } from "#api/resource/v1beta1.ts";
import type { KindType } from "#schema/message.ts";
import { claims, slices, templates } from "./conversion.ts";
import type { Layout } from "../../served-as.ts";

/** The kinds of v1beta1 that are laid out in another way than those of v1. */
export const otherLayouts: ReadonlyMap<KindType, Layout> = new Map<KindType, Layout>([
  [derivedFromV1.kind(ResourceClaim), claims],
  [derivedFromV1.kind(ResourceClaimTemplate), templates],
  [derivedFromV1.kind(ResourceSlice), slices],
]);
