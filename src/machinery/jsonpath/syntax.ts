import type { GoFloat } from "../go/values.ts";

/** A text that is no path, or a path that leads nowhere it could. */
export class JsonPathError extends Error {
  override name = "JsonPathError";
}

/** What stands between braces: each step goes on from what the one before it found. */
export type Path = readonly Step[];

/** Whole numbers of a path are an int, others a float64, which is never equal to an int. */
export type Literal = string | number | boolean | GoFloat;

export type Step =
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "every" }
  | { readonly kind: "descend" }
  | Slice
  | Filter
  | { readonly kind: "union"; readonly paths: readonly Path[] }
  | { readonly kind: "literal"; readonly value: Literal }
  | { readonly kind: "identifier"; readonly name: string };

export interface Slice {
  readonly kind: "slice";
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly by: number | undefined;
  /** A single item: "to" was not written, but follows from "from". */
  readonly isIndex: boolean;
}

export interface Filter {
  readonly kind: "filter";
  readonly left: Path;
  /** As it was written: what is none is told only when it would be needed. */
  readonly operator: string;
  readonly right: Path;
}

/** A template's text, or what is between two braces. */
export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "path"; readonly path: Path };
