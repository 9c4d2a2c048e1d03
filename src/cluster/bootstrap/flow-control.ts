import { FlowSchema, PriorityLevelConfiguration } from "#api/flowcontrol/v1.ts";
import { sleep } from "#base/clock.ts";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { Random } from "#base/random.ts";
import { isAlreadyExists, isConflict } from "#client/client.ts";
import type { Client } from "#client/client.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import type { Draft, KindType } from "#schema/message.ts";
import { follow } from "#server/authz/follow.ts";
import {
  mandatoryFlowSchemas,
  mandatoryLevels,
  suggestedFlowSchemas,
  suggestedLevels,
} from "#server/resources/flowcontrol/bootstrap.ts";

/** Says whose the spec is: with "true", a newer server may write a newer one. */
const updatesAnnotation = "apf.kubernetes.io/autoupdate-spec";

/** The levels of priority, and which requests belong to which, that every cluster starts with. */
export async function createFlowControl(client: Client, clock: Clock): Promise<void> {
  await ensureAll(client, PriorityLevelConfiguration, suggestedLevels, "suggested");
  await ensureAll(client, PriorityLevelConfiguration, mandatoryLevels, "mandatory");
  await ensureAll(client, FlowSchema, suggestedFlowSchemas, "suggested");
  await ensureAll(client, FlowSchema, mandatoryFlowSchemas, "mandatory");
  await reportLevels(client, clock);
}

interface Configuration<S> {
  readonly metadata: { readonly name: string; readonly annotations?: Record<string, string> };
  readonly spec: S;
}

async function ensureAll<S, T extends Configuration<S>>(
  client: Client,
  type: KindType<T>,
  specs: Readonly<Record<string, NoInfer<S>>>,
  kind: "mandatory" | "suggested",
): Promise<void> {
  await Promise.all(
    Object.entries(specs).map(async ([name, spec]) => {
      const annotations = { [updatesAnnotation]: "true" };
      const draft = { metadata: { name, annotations }, spec };
      try {
        await client.create<T>(type, draft as unknown as Draft<T>);
        return;
      } catch (error) {
        if (!isAlreadyExists(error)) throw error;
      }
      const known = await client.get<T>(type, { name });
      const isOurs = known.metadata.annotations?.[updatesAnnotation] === "true";
      if (deepEqual(known.spec, spec) || (kind === "suggested" && !isOurs)) return;
      // What the user may set of a mandatory level stays the user's, unless it is ours to update.
      if (kind === "mandatory" && !isOurs) return;
      await client.update<T>(type, { ...known, spec });
    }),
  );
}

const retryMs = 1_000;

/** Goes on telling of each schema whether its level is there, as either comes and goes. */
export async function keepFlowSchemaConditions(
  {
    client,
    clock,
    random,
    logger,
  }: {
    readonly client: Client;
    readonly clock: Clock;
    readonly random: Random;
    readonly logger: Logger;
  },
  signal: AbortSignal,
): Promise<void> {
  let wake: () => void = () => {};
  let isDue = false;
  const changed = () => {
    isDue = true;
    wake();
  };
  const follower = { replace: changed, put: changed, remove: changed };
  const environment = { client, clock, random, logger };
  const following = Promise.all([
    follow({ ...environment, resource: PriorityLevelConfiguration, follower }, signal),
    follow({ ...environment, resource: FlowSchema, follower }, signal),
  ]);
  signal.addEventListener("abort", () => wake(), { once: true });
  while (!signal.aborted) {
    if (!isDue) await new Promise<void>((resolve) => (wake = resolve));
    isDue = false;
    try {
      if (!signal.aborted) await reportLevels(client, clock);
    } catch (error) {
      // Somebody else has changed one: it is read again.
      if (!isConflict(error)) logger.warn("conditions of FlowSchemas could not be told", { error });
      isDue = true;
      await sleep(clock, retryMs, signal).catch(() => {});
    }
  }
  await following;
}

/** Tells of each schema whether the level that it names is there. */
async function reportLevels(client: Client, clock: Clock): Promise<void> {
  const { items: levels } = await client.list(PriorityLevelConfiguration);
  const names = new Set(levels.map(({ metadata }) => metadata.name));
  const { items: schemas } = await client.list(FlowSchema);
  const lastTransitionTime = `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
  for (const schema of schemas) {
    const { name } = schema.spec.priorityLevelConfiguration;
    const isFound = names.has(name);
    const status = isFound ? "False" : "True";
    const known = schema.status.conditions?.find(({ type }) => type === "Dangling");
    if (known?.status === status) continue;
    const condition = {
      type: "Dangling",
      status,
      lastTransitionTime,
      reason: isFound ? "Found" : "NotFound",
      message:
        "This FlowSchema references the PriorityLevelConfiguration object named " +
        `${JSON.stringify(name)} ${isFound ? "and it exists" : "but there is no such object"}`,
    };
    const others = (schema.status.conditions ?? []).filter(({ type }) => type !== "Dangling");
    await client.update(
      FlowSchema,
      { ...schema, status: { conditions: [...others, condition] } },
      { subresource: "status" },
    );
  }
}
