import { toGoYaml } from "#machinery/codec/go-yaml.ts";
import { failed, KustomizeError, within, withinAsync } from "../error.ts";
import { joinPaths } from "../load/files.ts";
import { strategicMerge } from "../merge.ts";
import { checkMetadata, readResources } from "../read-resources.ts";
import { isLocal, Resource } from "../resource.ts";
import type { Scopes } from "../schema/kinds.ts";
import { nodeOfJson, readDocument, readDocuments } from "../yaml/read.ts";
import { jsonOf } from "../yaml/write.ts";
import type { HelmArgs } from "./builtin.ts";
import type { Generator, PluginContext } from "./plugin.ts";

/** Runs helm, and keeps the files that it is given. */
export interface HelmRunner {
  /** Gone when it is disposed of. */
  temporaryDirectory(): Promise<AsyncDisposable & { readonly path: string }>;
  writeFile(path: string, content: string): Promise<void>;
  isDirectory(path: string): Promise<boolean>;
  run(command: HelmCommand, signal: AbortSignal): Promise<HelmResult>;
}

export interface HelmCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Besides that of the process. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface HelmResult {
  readonly stdout: string;
  readonly stderr: string;
  /** "exit status 1"; empty after success. */
  readonly problem: string;
}

/** What the command line says of helm. */
export interface HelmSettings {
  readonly enabled: boolean;
  readonly command: string;
  readonly apiVersions: readonly string[];
  readonly kubeVersion: string;
  readonly debug: boolean;
  readonly runner: HelmRunner | undefined;
}

const mergeOptions = ["merge", "override", "replace"];

/** Makes the objects of a chart by `helm template`. */
export async function helmGenerator(args: HelmArgs, context: PluginContext): Promise<Generator> {
  const { helm, loader } = context;
  if (!helm.enabled) throw failed("must specify --enable-helm");
  if (helm.command === "") throw failed("must specify --helm-command");
  if (!args.name) throw failed("chart name cannot be empty");
  const valuesMerge = args.valuesMerge || "override";
  const additional: string[] = [];
  for (const path of args.additionalValuesFiles ?? []) {
    await withinAsync("could not load additionalValuesFile", () => loader.read(path));
    additional.push(joinPaths(loader.root, path));
  }
  if (!mergeOptions.includes(valuesMerge)) {
    throw failed(`valuesMerge must be one of [${mergeOptions.join(" ")}]`);
  }
  const { runner } = helm;
  if (!runner) throw failed("helm cannot be run here");
  const chart = {
    ...args,
    valuesMerge,
    additionalValuesFiles: additional,
    // What the file says comes after what the command line says.
    kubeVersion: args.kubeVersion || helm.kubeVersion,
    apiVersions: args.apiVersions ?? helm.apiVersions,
    debug: args.debug ?? helm.debug,
  };
  return {
    async generate() {
      await using temporary = await runner.temporaryDirectory();
      return await new Inflation(chart, context, runner, temporary.path).run();
    },
  };
}

class Inflation {
  readonly #chart: HelmArgs;
  readonly #context: PluginContext;
  readonly #runner: HelmRunner;
  readonly #temporary: string;
  readonly #home: string;

  constructor(chart: HelmArgs, context: PluginContext, runner: HelmRunner, temporary: string) {
    this.#chart = chart;
    this.#context = context;
    this.#runner = runner;
    this.#temporary = temporary;
    this.#home = this.#chartHome();
  }

  /** A chart of another place has its version in its directory's name. */
  #chartHome(): string {
    const { chartHome = "charts", name = "", version, repo } = this.#chart;
    const home = chartHome.startsWith("/")
      ? joinPaths(chartHome)
      : joinPaths(this.#context.loader.root, chartHome || "charts");
    return version && repo ? joinPaths(home, `${name}-${version}`) : home;
  }

  async run(): Promise<readonly Resource[]> {
    await this.#checkVersion();
    const { name = "", repo } = this.#chart;
    const directory = joinPaths(this.#home, name);
    if (!(await this.#runner.isDirectory(directory))) {
      // The stock one forgets where it has looked.
      if (!repo) throw failed("no repo specified for pull, no chart found at ''");
      await this.#helm(this.#pullArgs());
    }
    const valuesFile = await this.#writeValues();
    return rendered(await this.#helm(this.#templateArgs(valuesFile)), this.#context.schemas);
  }

  async #checkVersion(): Promise<void> {
    const output = await this.#helm(["version", "-c", "--short"]);
    const version = /v?\d+(\.\d+)+/.exec(output)?.[0];
    if (!version) throw failed(`cannot find version string in ${output}`);
    const plain = version.replace(/^v/, "");
    if (plain.split(".")[0] !== "3") {
      throw failed(`this plugin requires helm V3 but got v${plain}`);
    }
  }

  #pullArgs(): string[] {
    const { name = "", repo = "", version } = this.#chart;
    const source = repo.startsWith("oci://")
      ? [`${repo.replace(/\/$/, "")}/${name}`]
      : ["--repo", repo, name];
    const args = ["pull", "--untar", "--untardir", this.#home, ...source];
    return version ? [...args, "--version", version] : args;
  }

  #templateArgs(valuesFile: string): string[] {
    const chart = this.#chart;
    const option = (name: string, value: string | undefined) => (value ? [name, value] : []);
    const options = (name: string, values: readonly string[] = []) =>
      values.flatMap((value) => [name, value]);
    const flag = (name: string, set: boolean | undefined) => (set ? [name] : []);
    return [
      "template",
      chart.releaseName || "--generate-name",
      joinPaths(this.#home, chart.name ?? ""),
      ...option("--namespace", chart.namespace),
      ...option("--name-template", chart.nameTemplate),
      ...option("-f", valuesFile),
      ...options("-f", chart.additionalValuesFiles),
      ...options("--api-versions", chart.apiVersions),
      ...option("--kube-version", chart.kubeVersion),
      ...flag("--include-crds", chart.includeCRDs),
      ...flag("--skip-tests", chart.skipTests),
      ...flag("--no-hooks", chart.skipHooks),
      ...flag("--debug", chart.debug),
    ];
  }

  async #writeValues(): Promise<string> {
    const { name = "", valuesFile, valuesInline = {}, valuesMerge } = this.#chart;
    const { loader } = this.#context;
    const path = valuesFile || joinPaths(this.#home, name, "values.yaml");
    const written = joinPaths(this.#temporary, `${name}-kustomize-values.yaml`);
    let content: string;
    if (Object.keys(valuesInline).length === 0) content = await loader.readText(path);
    else if (valuesMerge === "replace") content = toGoYaml(valuesInline);
    else content = mergedValues(await loader.readText(path), valuesInline, valuesMerge);
    await this.#runner.writeFile(written, content);
    return written;
  }

  async #helm(args: readonly string[]): Promise<string> {
    const { helm, signal } = this.#context;
    const { command } = helm;
    const home = this.#chart.configHome || joinPaths(this.#temporary, "helm");
    const environment = {
      HELM_CONFIG_HOME: home,
      HELM_CACHE_HOME: `${home}/.cache`,
      HELM_DATA_HOME: `${home}/.data`,
    };
    const result = await this.#runner.run({ command, args, environment }, signal);
    if (result.problem === "") return result.stdout;
    const shown = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    const output = args.includes("--debug")
      ? ` Helm stack trace:\n${result.stderr}\nHelm template:\n${result.stdout}\n`
      : result.stderr;
    throw failed(
      `${output === "" ? "" : `${output}: `}unable to run: '${command} ${args.join(" ")}' with env=[${shown.join(" ")}] ` +
        `(is '${command}' installed?): ${result.problem}`,
    );
  }
}

/** Of values that both have, `override` keeps those of the kustomization, `merge` the chart's. */
function mergedValues(
  content: string,
  inline: Readonly<Record<string, unknown>>,
  how: string | undefined,
): string {
  const chart = readDocument(content) ?? nodeOfJson({});
  const own = nodeOfJson(inline);
  const options = { schemas: { ofKind: () => undefined }, added: "last" } as const;
  const merged =
    how === "merge" ? strategicMerge(own, chart, options) : strategicMerge(chart, own, options);
  return toGoYaml(merged ? jsonOf(merged) : {});
}

/** What is no stream of objects is looked at once more, one document after the other. */
function rendered(output: string, scopes: Scopes): readonly Resource[] {
  try {
    return readResources(output, scopes);
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error;
    const nodes = within("error reading helm output", () => readDocuments(output));
    if (nodes.length === 0) {
      throw failed(`could not parse bytes into resource map: ${error.message}`);
    }
    return within("could not parse rnode slice into resource map", () => {
      const objects = nodes.filter((node) => !node.isNullOrEmpty);
      for (const node of objects) checkMetadata(node);
      const resources = objects.map((node) => new Resource(node, scopes));
      return resources.filter((resource) => !isLocal(resource));
    });
  }
}
