import { parseJson } from "#machinery/json.ts";
import { toYaml } from "#machinery/codec/yaml-writer.ts";
import { defineCommand } from "../../command.ts";
import { CommandError, UsageError } from "../../errors.ts";
import { isFailure } from "../../resources/find.ts";
import { fileFlags, fileQuery, selectorFlag } from "../../resources/flags.ts";
import { lastAppliedAnnotation } from "../../writes/last-applied.ts";

export default defineCommand({
  usage: "view-last-applied (TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME)",
  description:
    "Show the last-applied-configuration of resources.\n\n" +
    "It is shown as YAML, or with -o json as JSON.",
  examples: [
    {
      about: "Show it as YAML",
      command: "kubectl apply view-last-applied deployment/nginx",
    },
    {
      about: "Show it as JSON, of what a file names",
      command: "kubectl apply view-last-applied -f deploy.yaml -o json",
    },
  ],
  flags: {
    ...fileFlags("File, directory or URL that names what to show"),
    ...selectorFlag,
    all: { type: "bool", usage: "All resources of the types in the namespace" },
    output: { type: "string", short: "o", default: "yaml", usage: "Output format: yaml or json" },
  },
  async run(kubectl, { values, args }) {
    const namespace = await kubectl.namespace();
    const query = {
      args,
      files: fileQuery(values),
      all: values.all,
      labelSelector: values.selector,
      latest: true,
      lists: "items",
      requireNames: !namespace.explicit,
    } as const;
    const texts: string[] = [];
    for await (const info of kubectl.find(query)) {
      if (isFailure(info)) throw info.error;
      const text = info.object?.metadata.annotations?.[lastAppliedAnnotation];
      if (text !== undefined) texts.push(text);
      else if (info.source !== undefined) {
        throw new CommandError(
          `error when no last-applied-configuration annotation found on resource: ${info.name}\n ` +
            `${JSON.stringify(info.source)}: <nil>`,
        );
      }
    }
    for (const text of texts) {
      if (values.output === "json") kubectl.print(indented(text));
      else if (values.output === "yaml") kubectl.print(toYaml(parseJson(text)));
      else {
        throw new UsageError(
          `Unexpected -o output mode: ${values.output}, the flag 'output' must be one of yaml|json`,
        );
      }
    }
  },
});

/** JSON laid out anew, each value written as it was. */
function indented(json: string): string {
  let depth = 0;
  let result = "";
  const line = () => `\n${"  ".repeat(depth)}`;
  const tokens = json.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  tokens.forEach((token, index) => {
    const next = tokens[index + 1];
    switch (token) {
      case "{":
      case "[":
        depth++;
        result += next === "}" || next === "]" ? token : token + line();
        break;
      case "}":
      case "]": {
        depth--;
        const previous = tokens[index - 1];
        result += previous === "{" || previous === "[" ? token : line() + token;
        break;
      }
      case ",":
        result += token + line();
        break;
      default:
        result += token === ":" ? ": " : token;
    }
  });
  return result + (json.endsWith("\n") ? "\n" : "");
}
