import { int32, list, microTime, object, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/** Says who holds something, such as leadership, and for how long; or that a node lives. */
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
    /** Who holds it, and until when. */
    spec: object(2, () => LeaseSpec).default({}),
  },
) {}

/** Who holds a lease, and until when. */
export abstract class LeaseSpec extends message("io.k8s.api.coordination.v1.LeaseSpec", {
  /** Who holds it. Empty: nobody. With the strategy of coordinated election: who was elected. */
  holderIdentity: string(1).explicit().optional(),
  /** Seconds after renewTime for which others must leave it alone. More than 0. */
  leaseDurationSeconds: int32(2).optional(),
  /** When it was taken by its holder. */
  acquireTime: microTime(3).explicit().optional(),
  /** When its holder last renewed it. */
  renewTime: microTime(4).explicit().optional(),
  /** How often the holder changed. */
  leaseTransitions: int32(5).optional(),
  /**
   * How the holder is elected, in coordinated leader election: OldestEmulationVersion, for one.
   * Missing: it is not used. Part of a feature that is off by default.
   */
  strategy: string(6).explicit().optional(),
  /**
   * Who should hold it: the present holder hands it over as soon as it can. Only with a strategy.
   */
  preferredHolder: string(7).explicit().optional(),
}) {}

export abstract class LeaseList extends kind(
  "io.k8s.api.coordination.v1.LeaseList",
  { group: "coordination.k8s.io", version: "v1", kind: "LeaseList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => Lease),
  },
) {}
