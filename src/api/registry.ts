import { KindRegistry } from "#schema/registry.ts";
import { kinds } from "./kinds.ts";
import { optionalKinds } from "./versions.ts";

/** Every built-in kind. */
export const builtInKinds = new KindRegistry([...kinds, ...optionalKinds]);
