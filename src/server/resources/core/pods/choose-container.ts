import type { Pod } from "#api/core/v1.ts";
import { badRequest } from "#machinery/status.ts";

/** The container that a request means: the one it names, or the only one. */
export function chooseContainer(pod: Pod, named: string | null): string {
  const { containers, initContainers = [], ephemeralContainers = [] } = pod.spec;
  const { name } = pod.metadata;
  if (named) {
    const all = [...containers, ...initContainers, ...ephemeralContainers];
    if (all.some((container) => container.name === named)) return named;
    throw badRequest(`container ${named} is not valid for pod ${name}`);
  }
  const [first] = containers;
  if (first && containers.length === 1) return first.name;
  const listed = (list: readonly { name: string }[]) => list.map((one) => one.name).join(" ");
  let message = `a container name must be specified for pod ${name}`;
  if (containers.length) message += `, choose one of: [${listed(containers)}]`;
  if (initContainers.length)
    message += ` or one of the init containers: [${listed(initContainers)}]`;
  throw badRequest(message);
}
