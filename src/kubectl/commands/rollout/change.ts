import { defineCommand } from "../../command.ts";
import type { Command, Example } from "../../command.ts";
import { CommandError, messageOf, throwAll } from "../../errors.ts";
import { qualifiedName } from "../../discovery/api-resource.ts";
import type { KubeObject } from "../../objects.ts";
import { printFlags, printerOf } from "../../printers/print-flags.ts";
import { fieldManagerFlag } from "../../writes/flags.ts";
import { patchObject } from "../../writes/patch.ts";
import { foundTargets, targetFlags, targetQuery, tellNothingFound } from "./targets.ts";

interface RolloutChange {
  readonly usage: string;
  readonly description: string;
  readonly examples: readonly Example[];
  /** "paused", as the command tells what it did. */
  readonly operation: string;
  /** The patch of an object; throws what people are told of an object that cannot be changed. */
  patch(object: KubeObject, now: number): object;
  /** Of a patch that changes nothing. */
  isEmpty?(object: KubeObject, patch: object): boolean;
}

/** `rollout pause`, `resume` and `restart`: one patch for each resource. */
export function rolloutChange(change: RolloutChange): Command {
  const { usage, description, examples } = change;
  return defineCommand({
    usage,
    description,
    examples,
    flags: { ...printFlags, ...fieldManagerFlag("kubectl-rollout"), ...targetFlags },
    async run(kubectl, { values, args }) {
      const { infos, errors } = await foundTargets(kubectl, targetQuery(args, values));
      if (infos.length === 0 && errors.length === 0) {
        await tellNothingFound(kubectl);
        return;
      }
      const failures: unknown[] = [];
      for (const info of infos) {
        const { object } = info;
        if (!object) throw new Error("objects that are changed were read before");
        try {
          const body = patchOf(object);
          const changed = await patchObject(kubectl, info, {
            type: "strategic",
            body,
            fieldManager: values["field-manager"],
          }).catch((error: unknown) => {
            throw new CommandError(`failed to patch: ${messageOf(error)}`, { cause: error });
          });
          // Each resource is printed by itself, without a separator.
          const printer = await printerOf(kubectl, values, change.operation);
          kubectl.print(printer.print(changed));
        } catch (error) {
          failures.push(error);
        }

        function patchOf(before: KubeObject): object {
          let body: object;
          try {
            body = change.patch(before, kubectl.now());
          } catch (error) {
            throw new CommandError(
              `error: ${qualifiedName(info.resource)} "${info.name}" ${messageOf(error)}`,
            );
          }
          if (change.isEmpty?.(before, body)) {
            throw new CommandError(
              `failed to create patch for ${info.name}: if restart has already been triggered ` +
                "within the past second, please wait before attempting to trigger another",
            );
          }
          return body;
        }
      }
      throwAll([...errors, ...failures]);
    },
  });
}
