import type { FlagSpecs } from "#base/flags.ts";

/** Whose fields the server takes what is written for. */
export function fieldManagerFlag<const Name extends string>(name: Name) {
  return {
    "field-manager": {
      type: "string",
      default: name,
      usage: "Name under which the server keeps whose fields these are.",
    },
  } as const satisfies FlagSpecs;
}
