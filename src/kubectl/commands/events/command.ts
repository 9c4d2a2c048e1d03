import { humanDuration } from "#machinery/age.ts";
import { StatusError } from "#machinery/status.ts";
import type { Status } from "#api/meta/v1.ts";
import type { Event } from "#api/core/v1.ts";
import { defineCommand } from "../../command.ts";
import { CommandError, ExitError } from "../../errors.ts";
import { interruptible } from "../../interruption.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import { objectFormats, printFlags } from "../../printers/print-flags.ts";
import { typedPrinter } from "../../printers/typed.ts";
import { Tabwriter, tableOptions } from "../../printers/tabwriter.ts";
import { allNamespacesFlag, chunkSizeFlag } from "../../resources/flags.ts";

const formats = objectFormats.filter((name) => name !== "kyaml").join("|");

export default defineCommand({
  usage: `events [(-o|--output=)${formats}] [--for TYPE/NAME] [--watch] [--types=Normal,Warning]`,
  description:
    "List events, the oldest first.\n\n" +
    "They are those of a namespace, of one resource, or of everything, of one type or of all, and " +
    "can be followed.",
  examples: [
    { about: "List the events of the namespace", command: "kubectl events" },
    { about: "List those of all namespaces", command: "kubectl events --all-namespaces" },
    {
      about: "List those of one pod, and wait for more",
      command: "kubectl events --for pod/web-pod-13je7 --watch",
    },
    { about: "List them as YAML", command: "kubectl events -oyaml" },
    { about: "List only some types", command: "kubectl events --types=Warning,Normal" },
  ],
  flags: {
    ...printFlags,
    ...allNamespacesFlag,
    ...chunkSizeFlag,
    for: { type: "string", default: "", usage: "Only events of this resource." },
    "no-headers": { type: "bool", usage: "Leave out the headers of the table." },
    types: { type: "list", usage: "Only events of these types." },
    watch: { type: "bool", short: "w", usage: "Go on with events that come." },
  },
  async run(kubectl, { values }) {
    const everywhere = values["all-namespaces"];
    const { name: namespace } = await kubectl.namespace();
    const fieldSelector = values.for ? await selectorFor(kubectl, values.for) : undefined;
    const print = await printerFor(kubectl, values);
    const types = values.types.map((type) => type.toLowerCase());
    if (types.some((type) => type !== "normal" && type !== "warning")) {
      throw new CommandError("valid --types are Normal or Warning");
    }
    const isWanted = ({ type = "" }: Event) =>
      types.length === 0 || types.includes(type.toLowerCase());
    const path = everywhere ? "/api/v1/events" : `/api/v1/namespaces/${namespace}/events`;
    const rest = await kubectl.rest();
    if (values.watch) {
      const changes = rest.watch({ path, query: { fieldSelector } }, kubectl.signal);
      return await interruptible(kubectl, async () => {
        for await (const { type, object } of changes) {
          if (type === "ERROR") throw new StatusError(object as unknown as Status);
          const event = object as unknown as Event;
          if (type !== "DELETED" && type !== "BOOKMARK" && isWanted(event)) print([event]);
        }
      });
    }
    const list = await rest.list({ path, query: { fieldSelector } }, values["chunk-size"]);
    const events = (list.items as unknown as Event[])
      .filter(isWanted)
      .map((event): Event => ({ ...event, apiVersion: "v1", kind: "Event" }))
      .toSorted((left, right) => timeOf(left) - timeOf(right));
    if (events.length > 0) print(events, true);
    else
      kubectl.tell(everywhere ? "No events found." : `No events found in ${namespace} namespace.`);
  },
});

async function selectorFor(kubectl: Kubectl, text: string): Promise<string> {
  const [type = "", name, ...more] = text.split("/");
  if (name === undefined) throw new CommandError("--for must be in resource/name form");
  if (more.length > 0) {
    throw new CommandError("arguments in resource/name form may not have more than one slash");
  }
  const resource = await kubectl.mapper.find(type);
  if (!resource) {
    kubectl.tell(`the server doesn't have a resource type "${type}"`);
    throw new ExitError(1);
  }
  const { group, version, kind } = resource;
  const apiVersion = group ? `${group}/${version}` : version;
  return [
    `involvedObject.kind=${kind}`,
    `involvedObject.apiVersion=${apiVersion}`,
    `involvedObject.name=${name}`,
  ].join(",");
}

interface EventsValues {
  readonly output: string;
  readonly template: string;
  readonly "allow-missing-template-keys": boolean;
  readonly "show-managed-fields": boolean;
  readonly "no-headers": boolean;
  readonly "all-namespaces": boolean;
}

type Print = (events: readonly Event[], asList?: boolean) => void;

async function printerFor(kubectl: Kubectl, values: EventsValues): Promise<Print> {
  if (values.output) {
    const printer = await typedPrinter(kubectl, values, "");
    return (events, asList = false) => {
      const list = { kind: "EventList", apiVersion: "v1", metadata: {}, items: events };
      // The names of a list are not printed: the stock program has none for it.
      if (asList && values.output === "name") return;
      const shown: unknown = asList ? list : events[0];
      kubectl.print(printer.print(shown as KubeObject));
    };
  }
  const writer = new Tabwriter(tableOptions);
  const withNamespace = values["all-namespaces"];
  const header = ["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"];
  let headers = values["no-headers"] ? [] : [withNamespace ? ["NAMESPACE", ...header] : header];
  return (events) => {
    const rows = events.map((event) => rowOf(event, kubectl.now(), withNamespace));
    kubectl.print(writer.rows([...headers, ...rows]));
    headers = [];
  };
}

export function rowOf(event: Event, now: number, withNamespace: boolean): string[] {
  const { type = "", reason = "", involvedObject, message = "", metadata } = event;
  const row = [
    lastSeen(event, now),
    type,
    reason,
    `${involvedObject.kind ?? ""}/${involvedObject.name ?? ""}`,
    message.trim(),
  ].map(visible);
  return withNamespace ? [metadata.namespace ?? "", ...row] : row;
}

/** What would move the cursor is shown instead. */
function visible(text: string): string {
  return text.replaceAll("\x1b", "^[").replaceAll("\r", "\\r");
}

function lastSeen(event: Event, now: number): string {
  const since = (time: string | null | undefined) =>
    time ? humanDuration(now - Date.parse(time)) : "<unknown>";
  const first = since(event.eventTime ?? event.firstTimestamp);
  const { series, count = 0 } = event;
  if (series) return `${since(series.lastObservedTime)} (x${series.count ?? 0} over ${first})`;
  return count > 1 ? `${since(event.lastTimestamp)} (x${count} over ${first})` : first;
}

function timeOf({ series, lastTimestamp, eventTime }: Event): number {
  const time = series ? series.lastObservedTime : (lastTimestamp ?? eventTime);
  return time ? Date.parse(time) : -Infinity;
}
