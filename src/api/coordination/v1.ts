import { int32, list, microTime, object, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

export abstract class Lease extends kind(
  "io.k8s.api.coordination.v1.Lease",
  {
    group: "coordination.k8s.io",
    version: "v1",
    kind: "Lease",
    resource: "leases",
    singular: "lease",
    namespaced: true,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    spec: object(2, () => LeaseSpec).default({}),
  },
) {}

export abstract class LeaseSpec extends message("io.k8s.api.coordination.v1.LeaseSpec", {
  holderIdentity: string(1).optional(),
  leaseDurationSeconds: int32(2).optional(),
  acquireTime: microTime(3).optional(),
  renewTime: microTime(4).optional(),
  leaseTransitions: int32(5).optional(),
  strategy: string(6).optional(),
  preferredHolder: string(7).optional(),
}) {}

export abstract class LeaseList extends kind(
  "io.k8s.api.coordination.v1.LeaseList",
  { group: "coordination.k8s.io", version: "v1", kind: "LeaseList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => Lease),
  },
) {}
