import { notAcceptable } from "#machinery/status.ts";

/** How an answer is to look. */
export interface AnswerForm {
  readonly encoding: "json" | "yaml";
  readonly shape: "object" | "table" | "metadata";
  /** Of a table's rows. */
  readonly contentType: string;
}

export const jsonType = "application/json";
export const yamlType = "application/yaml";
const served = [jsonType, yamlType];

const plainJson: AnswerForm = { encoding: "json", shape: "object", contentType: jsonType };
const plainYaml: AnswerForm = { encoding: "yaml", shape: "object", contentType: yamlType };

/**
 * The first of the accepted forms that is served, by quality and then by order. `shapes` says
 * whether a table or bare metadata may be asked for. Throws 406 when nothing fits.
 */
export function negotiate(accept: string | undefined, shapes: "all" | "object"): AnswerForm {
  if (!accept || accept === jsonType || accept === "*/*") return plainJson;
  const known = cache.get(`${shapes} ${accept}`);
  if (known) return known;
  const form = choose(accept, shapes);
  if (cache.size < cacheMax) cache.set(`${shapes} ${accept}`, form);
  return form;
}

/** Clients send the same few headers again and again. */
const cache = new Map<string, AnswerForm>();
const cacheMax = 200;

function choose(accept: string, shapes: "all" | "object"): AnswerForm {
  const clauses = accept
    .split(",")
    .map(parseClause)
    .filter(({ type, quality }) => type !== "" && quality > 0)
    .toSorted((left, right) => right.quality - left.quality);
  for (const clause of clauses) {
    const form = formOf(clause, shapes);
    if (form) return form;
  }
  throw notAcceptable(served);
}

interface Clause {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

function parseClause(text: string): Clause {
  const [type = "", ...pairs] = text.split(";").map((part) => part.trim());
  const parameters = new Map<string, string>();
  for (const pair of pairs) {
    const [key = "", value = ""] = pair.split("=");
    parameters.set(key.trim().toLowerCase(), value.trim());
  }
  const quality = Number(parameters.get("q") ?? "1");
  return { type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 0 : quality };
}

function formOf({ type, parameters }: Clause, shapes: "all" | "object"): AnswerForm | undefined {
  const yaml = type === yamlType || type === "text/yaml" || type === "application/x-yaml";
  const json = type === jsonType || type === "*/*" || type === "application/*";
  if (!yaml && !json) return undefined;
  const as = parameters.get("as");
  if (!as) return yaml ? plainYaml : plainJson;
  if (shapes === "object") return undefined;
  if (parameters.get("g") !== "meta.k8s.io" || parameters.get("v") !== "v1") return undefined;
  const encoding = yaml ? "yaml" : "json";
  if (as === "Table") {
    return { encoding, shape: "table", contentType: yaml ? yamlType : jsonType };
  }
  if (as !== "PartialObjectMetadata" && as !== "PartialObjectMetadataList") return undefined;
  return { encoding, shape: "metadata", contentType: yaml ? yamlType : jsonType };
}
