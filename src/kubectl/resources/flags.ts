import type { FlagSpecs } from "#base/flags.ts";
import type { FileQuery } from "./manifests.ts";

/** Flags of commands that take files; each says itself what it does with them. */
export function fileFlags(usage: string) {
  return {
    filename: { type: "list", short: "f", usage },
    kustomize: {
      type: "string",
      short: "k",
      default: "",
      usage: "Directory of a kustomization. Not together with -f or -R.",
    },
    recursive: {
      type: "bool",
      short: "R",
      usage: "Also use the directories inside of those that -f names.",
    },
  } as const satisfies FlagSpecs;
}

export function fileQuery(values: {
  readonly filename: readonly string[];
  readonly kustomize: string;
  readonly recursive: boolean;
}): FileQuery {
  return {
    filenames: values.filename,
    recursive: values.recursive,
    ...(values.kustomize && { kustomize: values.kustomize }),
  };
}

export const selectorFlag = {
  selector: {
    type: "string",
    short: "l",
    default: "",
    usage:
      "Selector (label query) to filter on, supports '=', '==', '!=', 'in', 'notin'. " +
      "(e.g. -l key1=value1,key2=value2,key3 in (value3)). Objects have to meet all of it.",
  },
} as const satisfies FlagSpecs;

export const fieldSelectorFlag = {
  "field-selector": {
    type: "string",
    default: "",
    usage:
      "Selector (field query) to filter on, supports '=', '==', and '!='. " +
      "(e.g. --field-selector key1=value1,key2=value2). Each kind has only a few such fields.",
  },
} as const satisfies FlagSpecs;

export const allNamespacesFlag = {
  "all-namespaces": {
    type: "bool",
    short: "A",
    usage: "Of all namespaces, whatever --namespace and the context say.",
  },
} as const satisfies FlagSpecs;

export const chunkSizeFlag = {
  "chunk-size": {
    type: "int",
    default: 500,
    usage: "Ask for long lists in pieces of this size; 0 asks for them whole.",
  },
} as const satisfies FlagSpecs;
