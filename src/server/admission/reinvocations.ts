import { semanticEqual } from "#machinery/deep-equal.ts";
import { cloneJson } from "#machinery/json.ts";
import type { AdmissionRequest } from "./admission.ts";

/** What one plugin remembers of a request between the passes over the mutating plugins. */
interface Notes {
  /** Who wants to be asked again if anything changes after him. */
  readonly invoked: Set<string>;
  /** After whom something changed. */
  readonly due: Set<string>;
  /** The object as the plugin left it. */
  output: Record<string, unknown> | undefined;
}

/**
 * Who of a plugin's webhooks or policies is to be asked again: in the second pass those that want
 * to be, and after whose turn in the first one the object changed.
 */
export class Reinvocations {
  readonly #request: AdmissionRequest;
  readonly #notes: Notes;

  private constructor(request: AdmissionRequest, notes: Notes) {
    this.#request = request;
    this.#notes = notes;
  }

  /** At the beginning of a plugin's pass. */
  static of(plugin: string, request: AdmissionRequest): Reinvocations {
    const { notes: all, isSecond } = request.passes;
    const found = all.get(plugin) as Notes | undefined;
    const notes = found ?? { invoked: new Set(), due: new Set(), output: undefined };
    all.set(plugin, notes);
    const reinvocations = new Reinvocations(request, notes);
    // Other plugins have changed it since.
    if (isSecond && !semanticEqual(notes.output, request.object)) reinvocations.#callBack();
    return reinvocations;
  }

  isDue(id: string): boolean {
    return !this.#request.passes.isSecond || this.#notes.due.has(id);
  }

  changed(): void {
    this.#callBack();
    this.#request.passes.again();
  }

  /** Has been asked, and wants to be asked again. */
  invoked(id: string): void {
    this.#notes.invoked.add(id);
  }

  /** At the end of a plugin's pass. */
  close(): void {
    const { object } = this.#request;
    this.#notes.output = object && cloneJson(object);
  }

  #callBack(): void {
    const { invoked, due } = this.#notes;
    for (const id of invoked) due.add(id);
    invoked.clear();
  }
}
