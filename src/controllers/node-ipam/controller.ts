import { Node } from "#api/core/v1.ts";
import { attempt, defineController } from "#component/controller.ts";
import type { Controller } from "#component/controller.ts";
import type { ReconcileContext } from "#component/context.ts";
import { Occupation } from "./plan.ts";
import { CidrRange } from "./ranges.ts";

export interface NodeIpamOptions {
  /** What the nodes' pods get their addresses from: a network, or one of each family. */
  readonly clusterCidrs: readonly string[];
  /** How long the prefix of one node's network is, for each of those. */
  readonly nodePrefixes: readonly number[];
  /** Networks of Services: no node gets a part of them. */
  readonly serviceCidrs?: readonly string[];
}

/** Gives each node a part of the cluster's network for its pods. */
export function nodeIpamController(options: NodeIpamOptions): Controller {
  const ranges = options.clusterCidrs.map((cidr, index) => {
    const range = new CidrRange(cidr, options.nodePrefixes[index] ?? 24);
    return new Occupation(range, options.serviceCidrs);
  });
  /** What all nodes have is known before any node gets something. */
  let isFilled = false;

  function occupy({ metadata, spec }: Node): void {
    for (const [index, cidr] of podCidrsOf(spec).entries()) {
      const range = ranges[index];
      if (!range?.occupy(metadata.name, cidr)) {
        throw new Error(`node ${metadata.name} has ${cidr}, which is no part of the pods' network`);
      }
    }
  }

  async function allocate(node: Node, ctx: ReconcileContext<Node>): Promise<void> {
    const { name, uid } = node.metadata;
    const podCIDRs: string[] = [];
    for (const [index, range] of ranges.entries()) {
      const cidr = range.allocate(name);
      if (cidr === undefined) {
        release(name);
        ctx.event("Normal", "CIDRNotAvailable", `Node ${name} status is now: CIDRNotAvailable`);
        throw new Error(`failed to allocate cidr from cluster cidr at idx:${index}`);
      }
      podCIDRs.push(cidr);
    }
    const patch = { metadata: { uid }, spec: { podCIDR: podCIDRs[0], podCIDRs } };
    const failure = await attempt(() => ctx.patch(Node, { name }, { type: "strategic", patch }));
    if (!failure) return;
    // Perhaps it was written, and only the answer is missing: the next pass sees.
    const current = await ctx.client.find(Node, { name }, ctx.signal);
    if (current && podCidrsOf(current.spec).length > 0) return;
    release(name);
    const reason = "CIDRAssignmentFailed";
    ctx.event("Normal", reason, `Node ${name} status is now: ${reason}`);
    throw failure;
  }

  function release(name: string): void {
    for (const range of ranges) range.release(name);
  }

  return defineController({
    name: "node-ipam-controller",
    eventSource: "cidrAllocator",
    for: Node,
    // One after the other: two nodes must not be given the same.
    concurrency: 1,

    async reconcileKey({ name }, ctx) {
      if (!isFilled) {
        for (const node of ctx.list(Node)) await attempt(async () => occupy(node));
        isFilled = true;
      }
      const node = ctx.object;
      if (!node) return release(name);
      if (podCidrsOf(node.spec).length > 0) return occupy(node);
      if (!node.metadata.deletionTimestamp) await allocate(node, ctx);
    },
  });
}

function podCidrsOf({ podCIDR, podCIDRs }: Node["spec"]): readonly string[] {
  return podCIDRs?.length ? podCIDRs : podCIDR ? [podCIDR] : [];
}
