import { KindRegistry } from "#schema/registry.ts";
import { kinds } from "./kinds.ts";
import { earlierKinds } from "./versions.ts";

/** Every built-in kind. */
export const builtInKinds = new KindRegistry([...kinds, ...earlierKinds]);
