import type { Job } from "#api/batch/v1.ts";
import { Pod } from "#api/core/v1.ts";
import type { Container, PodTemplateSpec } from "#api/core/v1.ts";
import { isNotFound } from "#client/client.ts";
import type { ReconcileContext } from "#component/context.ts";
import { attempt } from "#component/controller.ts";
import type { Draft } from "#schema/message.ts";
import { createPod, deletePod } from "../common/pod-control.ts";
import { isReady, podFromTemplate } from "../common/pods.ts";
import { slowStart } from "../common/slow-start.ts";
import type { Plan } from "./plan.ts";
import { indexFailureAnnotations, indexFailuresOf, indexKey, trackingFinalizer } from "./pods.ts";
import { isCounted } from "./policies.ts";
import type { JobView } from "./view.ts";

type Context = ReconcileContext<Job>;

/** What became of a plan. */
export interface Outcome {
  readonly created: number;
  readonly deleted: number;
  readonly deletedReady: number;
  readonly failure: Error | undefined;
}

const nothing: Outcome = { created: 0, deleted: 0, deletedReady: 0, failure: undefined };

/** Does what is planned, as far as it goes. */
export async function act(plan: Plan, view: JobView, context: Context): Promise<Outcome> {
  switch (plan.kind) {
    case "none":
    case "wait":
      return nothing;
    case "end":
      // They keep their finalizers: a pod that was told to stop is counted.
      return deleteAll(view.active, (pod) => deletePod(pod, context));
    case "delete":
      return deleteAll(plan.pods, async (pod) => {
        await removeFinalizer(pod, context);
        await deletePod(pod, context);
      });
    case "create": {
      const queue = [...plan.indexes];
      let created = 0;
      const failure = await attempt(() =>
        slowStart(queue.length, async () => {
          await createPod(podOf(view, queue.shift()), context);
          created++;
        }),
      );
      return { ...nothing, created, failure };
    }
    default:
      return plan satisfies never;
  }
}

async function deleteAll(
  pods: readonly Pod[],
  remove: (pod: Pod) => Promise<void>,
): Promise<Outcome> {
  const failures = await Promise.all(pods.map((pod) => attempt(() => remove(pod))));
  const gone = pods.filter((_, at) => failures[at] === undefined);
  return {
    created: 0,
    deleted: gone.length,
    deletedReady: gone.filter(isReady).length,
    failure: failures.find((failure) => failure !== undefined),
  };
}

/**
 * Lets a pod go that is counted, or need not be. One that is gone already is fine. `unchanged`:
 * only as long as it is what was seen, as a Job may take it in meanwhile.
 */
export async function removeFinalizer(
  { metadata }: Pod,
  context: Pick<ReconcileContext<Pod>, "patch">,
  { unchanged = false }: { readonly unchanged?: boolean } = {},
): Promise<void> {
  const { finalizers = [], name, namespace, resourceVersion, uid } = metadata;
  if (!finalizers.includes(trackingFinalizer)) return;
  const patch = {
    metadata: {
      uid,
      ...(unchanged && { resourceVersion }),
      "$deleteFromPrimitiveList/finalizers": [trackingFinalizer],
    },
  };
  try {
    await context.patch(Pod, { namespace, name }, { type: "strategic", patch });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** The pod to be made, of an Indexed Job for that index. */
function podOf({ indexes, job }: JobView, index: number | undefined): Draft<Pod> {
  const { metadata, spec } = job;
  const pod = podFromTemplate(spec.template, metadata.name);
  const finalizers = [...new Set([...(pod.metadata?.finalizers ?? []), trackingFinalizer])];
  if (index === undefined) return { ...pod, metadata: { ...pod.metadata, finalizers } };
  return {
    metadata: {
      ...pod.metadata,
      finalizers,
      generateName: generateName(metadata.name, index),
      labels: { ...pod.metadata?.labels, [indexKey]: String(index) },
      annotations: {
        ...pod.metadata?.annotations,
        [indexKey]: String(index),
        ...(indexes?.failed && carriedFailures(job, indexes.toReplace.get(index))),
      },
    },
    spec: { ...templateWithIndex(spec.template), hostname: `${metadata.name}-${index}` },
  };
}

/** The successor knows how often its index has failed: the failed pods do not stay. */
function carriedFailures({ spec }: Job, replaced: Pod | undefined) {
  if (!replaced) return indexFailureAnnotations({ counted: 0, ignored: 0 });
  const { counted, ignored } = indexFailuresOf(replaced);
  return indexFailureAnnotations(
    isCounted(spec.podFailurePolicy, replaced)
      ? { counted: counted + 1, ignored }
      : { counted, ignored: ignored + 1 },
  );
}

/** A name that is cut short keeps room for the generated end. */
function generateName(name: string, index: number): string {
  const end = `-${index}-`;
  return `${name.slice(0, 58 - end.length)}${end}`;
}

const indexVariable = "JOB_COMPLETION_INDEX";

function templateWithIndex({ spec }: PodTemplateSpec): NonNullable<Draft<Pod>["spec"]> {
  const { containers = [], initContainers, ...rest } = spec ?? {};
  return {
    ...rest,
    containers: containers.map(withIndexVariable),
    ...(initContainers && { initContainers: initContainers.map(withIndexVariable) }),
  };
}

function withIndexVariable(container: Container): Draft<Container> {
  const { env = [] } = container;
  if (env.some(({ name }) => name === indexVariable)) return container;
  const valueFrom = { fieldRef: { fieldPath: `metadata.labels['${indexKey}']` } };
  return { ...container, env: [...env, { name: indexVariable, valueFrom }] };
}
