import { Node } from "#api/core/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { defineResource } from "../../define.ts";
import type { ResourceDependencies } from "../../dependencies.ts";
import { nodeColumns } from "./columns.ts";
import { nodeProxy } from "./proxy.ts";
import { validateNode, validateNodeUpdate } from "./validation.ts";

export function nodes(dependencies: ResourceDependencies): ResourceDefinition {
  return defineResource<Node>({
    type: Node,
    hasGeneration: false,
    columns: nodeColumns,
    selectableFields: {
      "spec.unschedulable": ({ spec }) => String(spec.unschedulable ?? false),
    },
    applyDefaults({ spec, status }) {
      // The older field of one network and the list of networks say the same.
      if (spec?.podCIDR && !spec.podCIDRs?.length) spec.podCIDRs = [spec.podCIDR];
      const [first] = spec?.podCIDRs ?? [];
      if (spec && first) spec.podCIDR ||= first;
      if (status?.capacity && !status.allocatable) status.allocatable = { ...status.capacity };
    },
    // A kubelet registers its node together with its status, so a create keeps it.
    prepareForUpdate(node, old) {
      node.status = old.status;
    },
    validate: validateNode,
    validateUpdate: validateNodeUpdate,
    status: {},
    subresources: { proxy: nodeProxy(dependencies) },
  });
}
