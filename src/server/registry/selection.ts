import { FieldSelector, parseFieldSelector } from "#machinery/fields/selector.ts";
import { Selector, SelectorError, parseSelector } from "#machinery/labels/selector.ts";
import { badRequest } from "#machinery/status.ts";
import type { Entry } from "#storage/store.ts";
import type { StoredObject } from "./stored-object.ts";
import type { ResourceStorage } from "./storage.ts";

/** What the label and field selectors of a request let through. */
export class Selection {
  readonly #storage: ResourceStorage;
  readonly #labels: Selector;
  readonly #fields: FieldSelector;
  /** What is written in every stored object that matches. */
  readonly #traces: readonly string[];

  constructor(storage: ResourceStorage, labels: Selector, fields: FieldSelector) {
    this.#storage = storage;
    this.#labels = labels;
    this.#fields = fields;
    this.#traces = [...tracesOfLabels(labels), ...tracesOfFields(fields)];
  }

  get isEverything(): boolean {
    return this.#labels.isEmpty && this.#fields.isEmpty;
  }

  /** The only name that can match, if the selector pins it. */
  get name(): string | undefined {
    return this.#fields.exactly("metadata.name");
  }

  matches(entry: Entry): boolean {
    return this.isEverything || this.matchesObject(this.#storage.form.decode(entry));
  }

  /**
   * The same, for going through many: most are passed over by their text alone, and none is kept
   * decoded.
   */
  matchesOneOfMany(entry: Entry): boolean {
    if (this.isEverything) return true;
    const { form } = this.#storage;
    const stored = this.#traces.length > 0 ? form.storedText(entry) : undefined;
    if (stored !== undefined && !this.#traces.every((trace) => stored.includes(trace))) {
      return false;
    }
    return this.matchesObject(form.look(entry));
  }

  matchesObject(object: StoredObject): boolean {
    const { metadata } = object;
    if (!this.#labels.matches(metadata.labels)) return false;
    if (this.#fields.isEmpty) return true;
    const selectable = this.#storage.definition.selectableFields;
    return this.#fields.matches((field) => {
      if (field === "metadata.name") return metadata.name;
      if (field === "metadata.namespace") return metadata.namespace;
      return selectable?.[field]?.(object);
    });
  }
}

function tracesOfLabels({ requirements }: Selector): string[] {
  return requirements.flatMap(({ key, operator, values: [value, ...others] }) => {
    const pinned = operator === "=" || operator === "==" || operator === "in";
    if (!pinned || value === undefined || others.length > 0) return [];
    return [`${JSON.stringify(key)}:${JSON.stringify(value)}`];
  });
}

/** A field's value stands somewhere, except for those that also stand for a missing field. */
function tracesOfFields({ requirements }: FieldSelector): string[] {
  return requirements.flatMap(({ operator, value }) => {
    if (operator !== "=" || /^(|true|false|-?\d+)$/.test(value)) return [];
    return [JSON.stringify(value).slice(1, -1)];
  });
}

/** Throws 400 for selectors that cannot be read or name fields that the kind does not offer. */
export function selectionOf(storage: ResourceStorage, query: URLSearchParams): Selection {
  try {
    const labels = query.get("labelSelector");
    const fields = query.get("fieldSelector");
    return new Selection(
      storage,
      labels ? parseSelector(labels) : Selector.everything,
      fields ? supportedFields(storage, parseFieldSelector(fields)) : FieldSelector.everything,
    );
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message);
    throw error;
  }
}

function supportedFields({ definition }: ResourceStorage, selector: FieldSelector): FieldSelector {
  const own = definition.selectableFields;
  for (const { field } of selector.requirements) {
    if (field === "metadata.name" || field === "metadata.namespace") continue;
    if (own && Object.hasOwn(own, field)) continue;
    throw new SelectorError(
      own
        ? `field label not supported: ${field}`
        : `${JSON.stringify(field)} is not a known field selector: only "metadata.name", ` +
            '"metadata.namespace"',
    );
  }
  return selector;
}
