import { ClusterRole } from "#api/rbac/v1.ts";
import { semanticEqual } from "#machinery/deep-equal.ts";
import { defineController, watch } from "#component/controller.ts";
import { aggregatedRules } from "./rules.ts";

/** Keeps the rules of roles that are made of other roles: admin, edit and view among them. */
export const clusterRoleAggregationController = defineController({
  name: "clusterrole-aggregation-controller",
  for: ClusterRole,
  watches: [
    // Any role may have come into, or fallen out of, any selector.
    watch(ClusterRole, (_role, cache) =>
      cache
        .list(ClusterRole)
        .filter(({ aggregationRule }) => aggregationRule)
        .map(({ metadata: { name } }) => ({ name })),
    ),
  ],

  async reconcile(role, ctx) {
    const rules = aggregatedRules(role, ctx.list(ClusterRole));
    if (!rules || semanticEqual(rules, role.rules ?? [])) return;
    const { name } = role.metadata;
    const { apiVersion, kind } = role;
    await ctx.patch(
      ClusterRole,
      { name },
      { type: "apply", object: { apiVersion, kind, metadata: { name }, rules }, force: true },
      { fieldManager: "clusterrole-aggregation-controller" },
    );
  },
});
