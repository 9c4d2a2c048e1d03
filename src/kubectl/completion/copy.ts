import { namesOf, orNone } from "./sources.ts";
import { directives } from "./suggestions.ts";
import type { Completer, Suggestions } from "./suggestions.ts";
import type { Kubectl } from "../kubectl.ts";

/** Where `cp` copies from: a path, "pod:", or "namespace/pod:". */
export const copyEnds: Completer = async (kubectl, args, typed) => {
  const some = (texts: readonly string[]): Suggestions => ({
    items: texts.map((text) => ({ text })),
    directive: directives.noSpace,
  });
  if (args.length > 0 || /^[/.~]/.test(typed) || typed.includes(":")) return some([]);
  const slash = typed.indexOf("/");
  if (slash > 0) {
    const namespace = typed.slice(0, slash);
    const pods = await orNone(async () => await podsIn(kubectl, namespace));
    return some(pods.map((pod) => `${namespace}/${pod}:`).filter((text) => text.startsWith(typed)));
  }
  const namespaces = (await namesOf(kubectl, "namespace")).map((name) => `${name}/`);
  const pods = (await namesOf(kubectl, "pod")).map((name) => `${name}:`);
  const found = [...namespaces, ...pods].filter((text) => text.startsWith(typed));
  // With nothing typed, all files of the directory would be too many: a hint is enough.
  if (typed === "") return some([...found, "./", "/"]);
  return some(found.length > 0 ? [...found, ...(await filesHere(kubectl, typed))] : []);
};

async function podsIn(kubectl: Kubectl, namespace: string): Promise<string[]> {
  const rest = await kubectl.rest();
  const { items } = await rest.json<{ items: readonly { metadata: { name: string } }[] }>({
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`,
  });
  return items.map(({ metadata }) => metadata.name);
}

async function filesHere({ host: { files } }: Kubectl, typed: string): Promise<string[]> {
  const names = (await files.list(".")).filter((name) => name.startsWith(typed));
  return await Promise.all(
    names.map(async (name) => ((await files.stat(name))?.isDirectory ? `${name}/` : name)),
  );
}
