import type { FlagSpecs, FlagValues } from "#base/flags.ts";
import type { Row } from "#machinery/json.ts";
import { defineCommand } from "../../command.ts";
import type { Command, CommandInput, Example } from "../../command.ts";
import { UsageError } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import { printFlags, printerOf } from "../../printers/print-flags.ts";
import { dryRunFlag, dryRunOf, dryRunQuery, operationText } from "../../writes/dry-run.ts";
import { fieldManagerFlag } from "../../writes/flags.ts";
import { saveConfigFlag } from "../../writes/last-applied.ts";
import { createObject, printed, remembering } from "../../writes/made-objects.ts";
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
    connectsFirst: true,
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
          : await createObject(kubectl, object, {
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
