import { test } from "node:test";
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { PolicyRule, Subject } from "#api/rbac/v1.ts";
import { bootstrapPolicy } from "./policy.ts";

/** What of roles and bindings the table tells. */
interface Told {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly rules?: readonly PolicyRule[] | null;
  readonly aggregationRule?: {
    readonly clusterRoleSelectors?: readonly { readonly matchLabels?: object }[];
  };
  readonly roleRef?: { readonly kind?: string; readonly name?: string };
  readonly subjects?: readonly Subject[];
}

test("the bootstrap policy is that of Kubernetes v1.36, rule by rule", async () => {
  const { clusterRoles, clusterRoleBindings, roles, roleBindings } = bootstrapPolicy();
  const all = { clusterRoles, clusterRoleBindings, roles, roleBindings } as unknown as Record<
    string,
    Told[]
  >;
  const expected = await readFile(new URL("policy-v1.36.txt", import.meta.url), "utf8");
  assert.deepEqual(describePolicy(all).split("\n"), expected.split("\n"));
});

/** One line for each object, sorted by its name, and one below for each of its rules, in order. */
function describePolicy(all: Readonly<Record<string, readonly Told[]>>): string {
  let text = "";
  for (const [kind, objects] of Object.entries(all)) {
    const sorted = objects.toSorted((left, right) => (titleOf(left) < titleOf(right) ? -1 : 1));
    for (const object of sorted) {
      text += `${kind} ${titleOf(object)}\n`;
      for (const rule of object.rules ?? []) text += `  ${describeRule(rule)}\n`;
    }
  }
  return text;
}

function titleOf({ metadata, aggregationRule, roleRef, subjects = [] }: Told): string {
  const parts = [[metadata?.namespace, metadata?.name].filter(Boolean).join("/")];
  for (const [label, value] of Object.entries(metadata?.labels ?? {})) {
    if (label !== "kubernetes.io/bootstrapping") parts.push(`${label}=${value}`);
  }
  for (const { matchLabels } of aggregationRule?.clusterRoleSelectors ?? []) {
    parts.push(`of ${JSON.stringify(matchLabels)}`);
  }
  if (roleRef) parts.push(`gives ${roleRef.kind} ${roleRef.name} to`);
  for (const { kind, namespace, name } of subjects) {
    parts.push([kind, namespace, name].filter(Boolean).join(" "), "+");
  }
  return parts.join(" ").replace(/ \+$/, "");
}

function describeRule(rule: PolicyRule): string {
  const { verbs, apiGroups = [], resources = [], resourceNames, nonResourceURLs } = rule;
  if (nonResourceURLs) return `${verbs.join(" ")} | ${nonResourceURLs.join(" ")}`;
  const groups = apiGroups.map((group) => group || "core").join(" ");
  const names = resourceNames ? ` | ${resourceNames.join(" ")}` : "";
  return `${verbs.join(" ")} | ${groups} | ${resources.join(" ")}${names}`;
}
