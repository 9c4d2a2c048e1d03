import { Pod } from "#api/core/v1.ts";
import { PriorityClass } from "#api/scheduling/v1.ts";
import { PodGroup } from "#api/scheduling/v1alpha2.ts";
import type { AdmissionEnvironment, AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { isAbout, objectAs, objectName, refusal } from "../refusal.ts";
import { systemPriorityClasses } from "./system-classes.ts";

/** What a class means for a pod. */
interface Priority {
  readonly name: string;
  readonly value: number;
  readonly preemptionPolicy: string;
}

const group = "scheduling.k8s.io";
const none: Priority = { name: "", value: 0, preemptionPolicy: "PreemptLowerPriority" };

/** A pod gets the number that its class names; there is at most one class for all others. */
export function priority(environment: AdmissionEnvironment): AdmissionPlugin {
  return {
    name: "Priority",
    async mutate(request) {
      if (request.operation === "CREATE" && isAbout(request, group, "podgroups")) {
        return setGroupPriority(environment, request);
      }
      if (!isAbout(request, "", "pods")) return;
      if (request.operation === "CREATE") await setPriority(environment, request);
      else if (request.operation === "UPDATE") keepPriority(request);
    },
    async validate(request) {
      if (request.operation !== "CREATE" && request.operation !== "UPDATE") return;
      if (!isAbout(request, group, "priorityclasses")) return;
      const name = objectName(request);
      if (!objectAs(request, PriorityClass).globalDefault) return;
      const { items } = await environment.client.list(PriorityClass);
      const other = items.find((item) => item.globalDefault && item.metadata.name !== name);
      if (!other) return;
      throw refusal(
        request,
        `PriorityClass ${other.metadata.name} is already marked as default. Only one default can ` +
          "exist",
      );
    },
  };
}

/** Pods of a group count as much as the group. */
async function setGroupPriority(
  environment: AdmissionEnvironment,
  request: AdmissionRequest,
): Promise<void> {
  const { spec } = objectAs(request, PodGroup);
  const computed = await classOf(environment, request, spec.priorityClassName);
  if (spec.priority !== undefined && spec.priority !== computed.value) {
    throw refusal(
      request,
      `priority set in the pod group (${spec.priority}) must match the priority computed ` +
        `(${computed.value}) based on the priority class set in the spec`,
    );
  }
  spec.priority = computed.value;
  if (computed.name) spec.priorityClassName = computed.name;
}

async function setPriority(
  environment: AdmissionEnvironment,
  request: AdmissionRequest,
): Promise<void> {
  const { spec } = objectAs(request, Pod);
  const computed = await classOf(environment, request, spec.priorityClassName);
  const from = "priority admission controller computed";
  if (spec.priority !== undefined && spec.priority !== computed.value) {
    throw refusal(
      request,
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; ` +
        `${from} ${computed.value} from the given PriorityClass name`,
    );
  }
  if (spec.preemptionPolicy && spec.preemptionPolicy !== computed.preemptionPolicy) {
    throw refusal(
      request,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in ` +
        `pod spec; ${from} ${computed.preemptionPolicy} from the given PriorityClass name`,
    );
  }
  if (computed.name) spec.priorityClassName = computed.name;
  spec.priority = computed.value;
  spec.preemptionPolicy = computed.preemptionPolicy === "Never" ? "Never" : "PreemptLowerPriority";
}

/** Clients that do not know the fields must not lose them. */
function keepPriority(request: AdmissionRequest): void {
  const { spec } = objectAs(request, Pod);
  const { spec: old } = request.oldObject as unknown as Pod;
  if (spec.priority === undefined && old.priority !== undefined) spec.priority = old.priority;
  if (spec.preemptionPolicy === undefined && old.preemptionPolicy !== undefined) {
    spec.preemptionPolicy = old.preemptionPolicy;
  }
}

/** The class that is named, or else the default. */
function classOf(
  environment: AdmissionEnvironment,
  request: AdmissionRequest,
  name: string | undefined,
): Promise<Priority> {
  return name ? findClass(environment, request, name) : defaultClass(environment);
}

async function findClass(
  { client }: AdmissionEnvironment,
  request: AdmissionRequest,
  name: string,
): Promise<Priority> {
  const stored = await client.find(PriorityClass, { name });
  // The system's own classes count before they are stored, when a server has only just started.
  const found = stored ?? systemPriorityClasses.find(({ metadata }) => metadata?.name === name);
  if (!found) throw refusal(request, `no PriorityClass with name ${name} was found`);
  return toPriority(name, found);
}

async function defaultClass({ client }: AdmissionEnvironment): Promise<Priority> {
  const { items } = await client.list(PriorityClass);
  // Should there be two after all, the lower one does less harm.
  const [lowest] = items
    .filter((item) => item.globalDefault)
    .sort((left, right) => (left.value ?? 0) - (right.value ?? 0));
  return lowest ? toPriority(lowest.metadata.name, lowest) : none;
}

function toPriority(
  name: string,
  {
    value = 0,
    preemptionPolicy = none.preemptionPolicy,
  }: { readonly value?: number; readonly preemptionPolicy?: string },
): Priority {
  return { name, value, preemptionPolicy };
}
