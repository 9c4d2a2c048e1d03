import { Binding } from "#api/core/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { defineResource } from "../../define.ts";
import type { ResourceDependencies } from "../../dependencies.ts";
import { bind } from "../pods/binding.ts";

/** The older way to bind a pod: its name is in the body. */
export function bindings(dependencies: ResourceDependencies): ResourceDefinition {
  return defineResource<Binding>({
    type: Binding,
    verbs: ["create"],
    virtual: { handle: (context) => bind(dependencies, context) },
  });
}
