import type { FlagSpecs } from "#base/flags.ts";
import type { Kubectl } from "../kubectl.ts";
import type { KubeObject } from "../objects.ts";

/** Why an object was changed, as `rollout history` shows it. */
export const changeCauseAnnotation = "kubernetes.io/change-cause";

export const recordFlag = {
  record: {
    type: "bool",
    usage: "Keep this command line in an annotation of the resource.",
    hidden: true,
    deprecated: "--record will be removed in the future",
  },
} as const satisfies FlagSpecs;

/** The command's input. */
interface Recorded {
  readonly values: object;
  readonly given: ReadonlySet<string>;
  readonly args: readonly string[];
}

/** Writes the command line into the object, where --record asks for it. */
export function recorder(
  kubectl: Kubectl,
  words: readonly string[],
  { values, given, args }: Recorded,
): (object: KubeObject) => void {
  const all: Readonly<Record<string, unknown>> = { ...kubectl.globals, ...values };
  if (all.record !== true) return () => undefined;
  const flags = [...given].flatMap((name) => {
    const value = all[name];
    return (Array.isArray(value) ? value : [value]).map((each) => `--${name}=${String(each)}`);
  });
  const cause = ["kubectl", ...words, ...args, ...flags].join(" ");
  return (object) => {
    object.metadata.annotations = {
      ...object.metadata.annotations,
      [changeCauseAnnotation]: cause,
    };
  };
}
