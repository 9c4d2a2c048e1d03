import { list, microTime, object, string } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/** Stands for election to a Lease, where the control plane chooses the holder. */
export abstract class LeaseCandidate extends kind(
  "io.k8s.api.coordination.v1beta1.LeaseCandidate",
  {
    group: "coordination.k8s.io",
    version: "v1beta1",
    kind: "LeaseCandidate",
    resource: "leasecandidates",
    singular: "leasecandidate",
    namespaced: true,
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    /** What it stands for, and what it is. */
    spec: object(2, () => LeaseCandidateSpec),
  },
) {}

/** What a candidate stands for, and what it is. */
export abstract class LeaseCandidateSpec extends message(
  "io.k8s.api.coordination.v1beta1.LeaseCandidateSpec",
  {
    /** The Lease in the same namespace. Cannot be changed. */
    leaseName: string(1),
    /** When the server last asked whether the candidate is there. It answers by renewTime. */
    pingTime: microTime(2).explicit().optional(),
    /** When the candidate last said that it is there. Those that are silent for hours are removed. */
    renewTime: microTime(3).explicit().optional(),
    /** The version of its program, as semver.org has it and without a v: 1.36.0. */
    binaryVersion: string(4),
    /**
     * The version that it behaves as; no later than binaryVersion. Required by the strategy
     * OldestEmulationVersion.
     */
    emulationVersion: string(5).optional(),
    /**
     * How the holder is chosen: OldestEmulationVersion, for one. Of candidates that differ, that of
     * the latest binaryVersion counts.
     */
    strategy: string(6),
  },
) {}

export abstract class LeaseCandidateList extends kind(
  "io.k8s.api.coordination.v1beta1.LeaseCandidateList",
  { group: "coordination.k8s.io", version: "v1beta1", kind: "LeaseCandidateList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => LeaseCandidate),
  },
) {}
