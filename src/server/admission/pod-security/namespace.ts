import { Pod } from "#api/core/v1.ts";
import type { Namespace } from "#api/core/v1.ts";
import type { AdmissionEnvironment } from "../admission.ts";
import type { PodSecurityConfiguration } from "./configuration.ts";
import { compareLevels, isEquivalent, isPrivileged, isSame, levelLabel } from "./policy.ts";
import { levelText, versionLabel } from "./policy.ts";
import type { LevelVersion, Policy } from "./policy.ts";
import { reasonsText, violations } from "./standards.ts";

const podsMax = 3000;
const checkMsMax = 1000;

/** What a new policy will mean for the pods that are there: they stay, but could not come again. */
export async function namespaceWarnings(
  { client, clock }: AdmissionEnvironment,
  configuration: PodSecurityConfiguration,
  namespace: Namespace,
  { from, to }: { readonly from: Policy; readonly to: Policy },
): Promise<string[]> {
  if (isSame(to.enforce, from.enforce) || to.enforce.level === "privileged") return [];
  const isRelaxed =
    to.enforce.minor === from.enforce.minor &&
    compareLevels(to.enforce.level, from.enforce.level) <= 0;
  if (isRelaxed) return [];
  const { name } = namespace.metadata;
  if (configuration.exemptions.namespaces.includes(name)) {
    return exemptWarning(configuration, namespace, to);
  }
  const { items } = await client.list(Pod, { namespace: name });
  const pods = mostTelling(
    items.filter(
      ({ spec }) => !configuration.exemptions.runtimeClasses.includes(spec.runtimeClassName ?? ""),
    ),
  );
  const deadline = clock.monotonic() + checkMsMax;
  return podWarnings(name, to.enforce, pods, () => clock.monotonic() > deadline);
}

/** The pods of one controller are much alike: one of each first, in case time runs out. */
function mostTelling(pods: readonly Pod[]): Pod[] {
  const controllers = new Set<string>();
  const first: Pod[] = [];
  const others: Pod[] = [];
  for (const pod of pods) {
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller);
    if (owner && controllers.has(owner.uid)) {
      others.push(pod);
      continue;
    }
    if (owner) controllers.add(owner.uid);
    first.push(pod);
  }
  return [...first, ...others];
}

/** The pods that violate the level, grouped by what they do. */
export function podWarnings(
  namespace: string,
  enforce: LevelVersion,
  pods: readonly Pod[],
  isLate: () => boolean,
): string[] {
  const byReason = new Map<string, string[]>();
  let checked = 0;
  for (const { metadata, spec } of pods.slice(0, podsMax)) {
    checked++;
    const reasons = reasonsText(violations(enforce, spec, metadata.annotations ?? {}));
    if (reasons) byReason.set(reasons, [...(byReason.get(reasons) ?? []), metadata.name]);
    if (isLate()) break;
  }
  const texts = [...byReason].map(([reasons, names]) => {
    const [first = ""] = names.sort();
    const others = names.length - 1;
    if (others === 0) return `${first}: ${reasons}`;
    return `${first} (and ${others} other ${others === 1 ? "pod" : "pods"}): ${reasons}`;
  });
  return [
    ...(checked < pods.length
      ? [
          `new PodSecurity enforce level only checked against the first ${checked} of ` +
            `${pods.length} existing pods`,
        ]
      : []),
    ...(texts.length > 0
      ? [
          `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level ` +
            `"${levelText(enforce)}"`,
        ]
      : []),
    ...texts.sort(),
  ];
}

/** Labels that will not be looked at, because the configuration leaves the namespace alone. */
export function exemptWarning(
  { defaults, exemptions }: PodSecurityConfiguration,
  { metadata: { name, labels = {} } }: Namespace,
  policy: Policy,
): string[] {
  if (!exemptions.namespaces.includes(name)) return [];
  if (isPrivileged(policy) || isEquivalent(policy, defaults)) return [];
  const modes = (["enforce", "audit", "warn"] as const)
    .filter(
      (mode) =>
        policy[mode].level !== "privileged" &&
        (labels[levelLabel(mode)] !== undefined || labels[versionLabel(mode)] !== undefined),
    )
    .map((mode) => `${mode}=${levelText(policy[mode])}`);
  return [
    `namespace "${name}" is exempt from Pod Security, and the policy (${modes.join(", ")}) ` +
      "will be ignored",
  ];
}
