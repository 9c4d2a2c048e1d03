import type { FlagSpecs, FlagValues } from "#base/flags.ts";
import type { Row } from "#machinery/json.ts";
import { defineCommand } from "../../command.ts";
import type { Command, CommandInput, Example } from "../../command.ts";
import { CommandError, ConnectionError, UsageError, messageOf } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import { splitGroupVersion } from "../../objects.ts";
import type { KubeObject } from "../../objects.ts";
import { printFlags, printerOf } from "../../printers/print-flags.ts";
import { resourcePath } from "../../rest/paths.ts";
import { dryRunFlag, dryRunOf, dryRunQuery, operationText } from "../../writes/dry-run.ts";
import { fieldManagerFlag } from "../../writes/flags.ts";
import { saveConfigFlag, withLastApplied } from "../../writes/last-applied.ts";
import { fieldValidationOf, validateFlag } from "../../writes/validation.ts";

/** Flags of all commands that make an object out of the command line. */
export const generatorFlags = {
  ...printFlags,
  ...dryRunFlag,
  ...fieldManagerFlag("kubectl-create"),
  ...saveConfigFlag,
  ...validateFlag,
} as const satisfies FlagSpecs;

/** What a generator makes: its namespace is filled in by whoever asked for the object. */
export interface Generated extends Row {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Row & { readonly name: string };
}

/** What the command line says to the generator. */
export interface GeneratorInput<Values> {
  readonly name: string;
  /** What stands behind the name: a container's command. */
  readonly words: readonly string[];
  readonly values: Values;
}

interface Generator<S extends FlagSpecs> {
  readonly usage: string;
  readonly description: string;
  readonly examples: readonly Example[];
  readonly flags: S;
  readonly required?: readonly string[];
  /** Where the API keeps the objects: "configmaps". */
  readonly resource: string;
  /** What a refusal is told with; without it the server's words stand alone. */
  readonly failure?: string;
  readonly clusterScoped?: true;
  generate(kubectl: Kubectl, input: GeneratorInput<FlagValues<S>>): Generated | Promise<Generated>;
}

/** A command that makes one object from its flags, and creates it. */
export function defineGenerator<const S extends FlagSpecs>(generator: Generator<S>): Command {
  return defineCommand({
    ...generator,
    flags: { ...generatorFlags, ...generator.flags },
    async run(kubectl, input) {
      const name = onlyName(input);
      const values = input.values as FlagValues<typeof generatorFlags> & FlagValues<S>;
      const dryRun = dryRunOf(kubectl, values["dry-run"]);
      const printer = await printerOf(kubectl, values, operationText("created", dryRun));
      const fieldValidation = fieldValidationOf(values.validate);
      const words = input.args.slice(1);
      const made = await generator.generate(kubectl, { name, words, values });
      const namespace = await kubectl.namespace();
      const isNamed = namespace.explicit && !generator.clusterScoped;
      const metadata = { ...made.metadata, ...(isNamed && { namespace: namespace.name }) };
      const object = await remembering({ ...made, metadata }, values["save-config"]);
      const created =
        dryRun === "client"
          ? object
          : await create(kubectl, object, {
              resource: generator.resource,
              ...(generator.failure !== undefined && { failure: generator.failure }),
              namespace: generator.clusterScoped ? undefined : namespace.name,
              query: {
                fieldManager: values["field-manager"] || undefined,
                fieldValidation,
                ...dryRunQuery(dryRun),
              },
            });
      kubectl.print(printer.print(await printed(created, values)));
    },
  });
}

/** The one argument, or those behind `--` not counted. */
export function onlyName({ args, dashAt }: CommandInput<FlagSpecs>): string {
  const count = dashAt ?? args.length;
  const [name] = args;
  if (count === 1 && name !== undefined) return name;
  throw new UsageError(`exactly one NAME is required, got ${count}`);
}

/** Commands that know the type of what they print write it in the type's own form. */
export async function printed(
  object: KubeObject,
  { output, template }: { readonly output: string; readonly template: string },
): Promise<KubeObject> {
  if ((output === "" || output === "name") && template === "") return object;
  const { typedForm } = await import("../../writes/typed-form.ts");
  return typedForm(object);
}

async function remembering(object: KubeObject, saveConfig: boolean): Promise<KubeObject> {
  if (!saveConfig) return object;
  const { typedForm } = await import("../../writes/typed-form.ts");
  return withLastApplied(typedForm(object));
}

interface CreateOptions {
  readonly resource: string;
  readonly failure?: string;
  readonly namespace: string | undefined;
  readonly query: Readonly<Record<string, string | undefined>>;
}

async function create(
  kubectl: Kubectl,
  object: KubeObject,
  { resource, failure, namespace, query }: CreateOptions,
): Promise<KubeObject> {
  const rest = await kubectl.rest();
  try {
    const place = { ...splitGroupVersion(object.apiVersion), resource, namespaced: true };
    const path = resourcePath(place, { namespace });
    return await rest.json({ method: "POST", path, query, body: object });
  } catch (error) {
    if (failure === undefined || error instanceof ConnectionError) throw error;
    throw new CommandError(`${failure} ${messageOf(error)}`, { cause: error });
  }
}
