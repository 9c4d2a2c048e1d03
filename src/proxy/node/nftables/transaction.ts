import type { ProxyPlan } from "../../plan.ts";
import { diff } from "../../plan.ts";
import {
  addServicePort,
  addShared,
  baseChains,
  emptyRules,
  fixedSets,
  table,
  udpFlows,
  udpMove,
} from "./rules.ts";
import type { FixedSet, Rules } from "./rules.ts";

/** What is in the kernel's table, by name. */
export interface TableContent {
  readonly chains: readonly string[];
  readonly sets: readonly string[];
  readonly maps: readonly string[];
}

export const emptyTable: TableContent = { chains: [], sets: [], maps: [] };

/**
 * The commands that turn the rules of one plan into those of another, in an order in which nothing
 * is used that is not there. Undefined when nothing changes.
 */
export function changeTransaction(
  before: ProxyPlan,
  after: ProxyPlan,
  zone: number | undefined,
): string | undefined {
  const { changes } = diff(before, after);
  const old = emptyRules();
  const next = emptyRules();
  addShared(old, before);
  addShared(next, after);
  for (const change of changes) {
    if (change.before) addServicePort(old, change.before, before.node);
    if (change.after) addServicePort(next, change.after, after.node);
  }
  const lines: string[] = [];
  if (zone !== undefined && losesUdpEndpoint(old, next)) {
    lines.push(...chainCommands("udp-move", udpMove(zone).lines));
  }
  const stale = { chains: [] as string[], sets: [] as string[], maps: [] };
  for (const [name, definition] of next.dynamicSets) {
    if (!old.dynamicSets.has(name)) lines.push(setCommand(name, definition));
  }
  for (const name of old.dynamicSets.keys()) if (!next.dynamicSets.has(name)) stale.sets.push(name);
  lines.push(...chainChanges(old, next, stale.chains));
  for (const set of Object.keys(fixedSets) as FixedSet[]) {
    lines.push(...elementChanges(set, old.elements.get(set), next.elements.get(set)));
  }
  lines.push(...removals(stale));
  return lines.length > 0 ? `${lines.join("\n")}\n` : undefined;
}

/**
 * The commands that make the table what the plan says, whatever is in it. What packets wrote,
 * clients' affinity above all, is kept where it still has a place.
 */
export function wholeTransaction(
  after: ProxyPlan,
  zone: number | undefined,
  content: TableContent,
): string {
  const rules = emptyRules();
  addShared(rules, after);
  for (const port of after.ports.values()) addServicePort(rules, port, after.node);
  const base = baseChains(after.node, zone);
  const lines = [`add table ${table}`];
  const shared = { ...fixedSets, ...(zone !== undefined && { "udp-flows": udpFlows }) };
  for (const [name, definition] of Object.entries(shared)) {
    lines.push(setCommand(name, definition));
  }
  for (const [name, definition] of rules.dynamicSets) lines.push(setCommand(name, definition));
  const chains = new Map(rules.chains);
  for (const [name, { hook }] of base) {
    lines.push(`add chain ${table} ${name}${hook ? ` { ${hook} policy accept; }` : ""}`);
  }
  for (const name of chains.keys()) lines.push(`add chain ${table} ${name}`);
  for (const [name, chain] of base) chains.set(name, chain.lines);
  for (const [name, chain] of chains) lines.push(...chainCommands(name, chain));
  for (const set of Object.keys(fixedSets) as FixedSet[]) {
    lines.push(`flush ${fixedSets[set].slice(0, 3)} ${table} ${set}`);
    lines.push(...elementChanges(set, undefined, rules.elements.get(set)));
  }
  const sets = new Set([...Object.keys(shared), ...rules.dynamicSets.keys()]);
  const stale = {
    chains: content.chains.filter((name) => !chains.has(name)),
    sets: content.sets.filter((name) => !sets.has(name)),
    maps: content.maps.filter((name) => !sets.has(name)),
  };
  lines.push(...removals(stale));
  return `${lines.join("\n")}\n`;
}

function losesUdpEndpoint(old: Rules, next: Rules): boolean {
  const remaining = next.elements.get("udp-endpoints");
  for (const key of old.elements.get("udp-endpoints")?.keys() ?? []) {
    if (!remaining?.has(key)) return true;
  }
  return false;
}

/** All chains first, because rules of one go to another. */
function chainChanges(old: Rules, next: Rules, stale: string[]): readonly string[] {
  const added: string[] = [];
  const written: string[] = [];
  for (const [name, lines] of next.chains) {
    const known = old.chains.get(name);
    if (!known) added.push(`add chain ${table} ${name}`);
    if (!known || known.join("\n") !== lines.join("\n")) {
      written.push(...chainCommands(name, lines, known !== undefined));
    }
  }
  for (const name of old.chains.keys()) if (!next.chains.has(name)) stale.push(name);
  return [...added, ...written];
}

function chainCommands(name: string, lines: readonly string[], flush = true): readonly string[] {
  const commands = lines.map((line) => `add rule ${table} ${name} ${line}`);
  return flush ? [`flush chain ${table} ${name}`, ...commands] : commands;
}

function elementChanges(
  set: FixedSet,
  old: ReadonlyMap<string, string> = new Map(),
  next: ReadonlyMap<string, string> = new Map(),
): readonly string[] {
  const gone: string[] = [];
  const added: string[] = [];
  for (const [key, value] of old) if (next.get(key) !== value) gone.push(key);
  for (const [key, value] of next) {
    if (old.get(key) !== value) added.push(value ? `${key} : ${value}` : key);
  }
  return [...elementCommands("delete", set, gone), ...elementCommands("add", set, added)];
}

const elementsPerCommand = 500;

function elementCommands(
  verb: "add" | "delete",
  set: FixedSet,
  elements: readonly string[],
): readonly string[] {
  const commands: string[] = [];
  for (let start = 0; start < elements.length; start += elementsPerCommand) {
    const part = elements.slice(start, start + elementsPerCommand);
    commands.push(`${verb} element ${table} ${set} { ${part.join(", ")} }`);
  }
  return commands;
}

/** "map …" or "set …", then what goes into the braces. */
function setCommand(name: string, definition: string): string {
  const space = definition.indexOf(" ");
  return `add ${definition.slice(0, space)} ${table} ${name} {${definition.slice(space)} }`;
}

/** Emptied before they go: chains that refer to each other could not be deleted one by one. */
function removals(stale: TableContent): readonly string[] {
  return [
    ...stale.chains.map((name) => `flush chain ${table} ${name}`),
    ...stale.chains.map((name) => `delete chain ${table} ${name}`),
    ...stale.sets.map((name) => `delete set ${table} ${name}`),
    ...stale.maps.map((name) => `delete map ${table} ${name}`),
  ];
}
