import { KindRegistry } from "#schema/registry.ts";
import { kinds } from "./kinds.ts";

/** Every built-in kind. */
export const builtInKinds = new KindRegistry(kinds);
