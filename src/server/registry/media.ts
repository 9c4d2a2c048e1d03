import { failure, notAcceptable } from "#machinery/status.ts";

export type Encoding = "json" | "yaml" | "protobuf";

/** How an answer is to look. */
export interface AnswerForm {
  readonly encoding: Encoding;
  readonly shape: "object" | "table" | "metadata";
  readonly contentType: string;
  /** The client named the shape of a list, or that of one object; undefined where it did not. */
  readonly asked?: "one" | "list";
}

/** What an answer can look like. */
export interface Offer {
  /** Whether a table or bare metadata may be asked for. */
  readonly shapes: "all" | "object";
  readonly encodings: readonly Encoding[];
  /** A stream of events, which has no end that YAML could write. */
  readonly stream?: boolean;
}

export const jsonType = "application/json";
export const yamlType = "application/yaml";
export const protobufType = "application/vnd.kubernetes.protobuf";

const typeOf: Readonly<Record<Encoding, string>> = {
  json: jsonType,
  yaml: yamlType,
  protobuf: protobufType,
};

/** What built-in kinds come in, in the order in which upstream prefers them. */
export const allEncodings: readonly Encoding[] = ["json", "yaml", "protobuf"];
/** Kinds that are known only at run time have no protobuf tags. */
export const textEncodings: readonly Encoding[] = ["json", "yaml"];

/**
 * The first of the accepted forms that is offered, by quality and then by order. Throws 406 when
 * nothing fits.
 */
export function negotiate(accept: string | undefined, offer: Offer): AnswerForm {
  if (!accept || accept === jsonType || accept === "*/*") return formFor(offer, "json", "object");
  const key = `${offer.stream ?? false} ${offer.shapes} ${offer.encodings.join()} ${accept}`;
  const known = cache.get(key);
  if (known) return known;
  const form = choose(accept, offer);
  if (cache.size < cacheMax) cache.set(key, form);
  return form;
}

/** Clients send the same few headers again and again. */
const cache = new Map<string, AnswerForm>();
const cacheMax = 200;

function choose(accept: string, offer: Offer): AnswerForm {
  const encodings = offer.stream
    ? offer.encodings.filter((encoding) => encoding !== "yaml")
    : offer.encodings;
  const clauses = accept
    .split(",")
    .map(parseClause)
    .filter(({ type, quality }) => type !== "" && quality > 0)
    .toSorted((left, right) => right.quality - left.quality);
  for (const clause of clauses) {
    const form = formOf(clause, { ...offer, encodings });
    if (form) return form;
  }
  if (!clauses.some(({ type }) => encodingOf(type))) throw notServed(offer);
  const suffix = offer.stream ? ";stream=watch" : "";
  throw notAcceptable(encodings.map((encoding) => `${typeOf[encoding]}${suffix}`));
}

/** Nothing that the client accepts is known at all: upstream's router has words of its own. */
function notServed({ encodings }: Offer) {
  const list = encodings.map((encoding) => typeOf[encoding]).join(", ");
  const message = `406: Not Acceptable\n\nAvailable representations: ${list}`;
  return failure(406, "NotAcceptable", message, {});
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

function formOf({ type, parameters }: Clause, offer: Offer): AnswerForm | undefined {
  const encoding = encodingOf(type);
  if (!encoding || !offer.encodings.includes(encoding)) return undefined;
  const stream = parameters.get("stream");
  if (stream !== undefined && stream !== "watch") return undefined;
  const as = parameters.get("as");
  if (!as) return formFor(offer, encoding, "object");
  if (offer.shapes === "object") return undefined;
  if (parameters.get("g") !== "meta.k8s.io" || parameters.get("v") !== "v1") return undefined;
  switch (as) {
    case "Table":
      // A cell may be anything, which upstream's protobuf has no message for.
      return encoding === "protobuf" ? undefined : formFor(offer, encoding, "table");
    case "PartialObjectMetadata":
      return { ...formFor(offer, encoding, "metadata"), asked: "one" };
    case "PartialObjectMetadataList":
      return { ...formFor(offer, encoding, "metadata"), asked: "list" };
    default:
      return undefined;
  }
}

function encodingOf(type: string): Encoding | undefined {
  switch (type) {
    case jsonType:
    case "*/*":
    case "application/*":
      return "json";
    case yamlType:
    case "text/yaml":
    case "application/x-yaml":
      return "yaml";
    case protobufType:
      return "protobuf";
    default:
      return undefined;
  }
}

function formFor({ stream }: Offer, encoding: Encoding, shape: AnswerForm["shape"]): AnswerForm {
  const type = typeOf[encoding];
  const contentType = stream && encoding === "protobuf" ? `${type};stream=watch` : type;
  return { encoding, shape, contentType };
}
