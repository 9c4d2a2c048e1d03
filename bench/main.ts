import { FlagError, parseFlags } from "#base/flags.ts";

/** `npm run bench -- NAME [flags]`: finds the measurement and runs it. */
const benches: Readonly<Record<string, string>> = {
  api: "how much the API server does, how fast, and in how much memory",
  controllers: "what all controllers together do, through an API server in process",
  kubectl: "how long commands of kubectl take, beside the stock one",
  scheduler: "upstream's scheduler_perf cases: decisions alone, and end to end",
  start: "from `kijabi start` to an app that answers, pod starts, and what an idle cluster costs",
};

async function main(argv: readonly string[]): Promise<number> {
  const [name = "", ...rest] = argv;
  const { values } = parseFlags(
    {
      runs: { type: "int", default: 3, usage: "how many clusters are made; medians are printed" },
      only: { type: "list", usage: "of api: names of what is measured" },
      profile: { type: "string", default: "", usage: "of api: a folder for CPU profiles" },
      nodes: { type: "int", usage: "scheduler: so many nodes, in place of upstream's" },
      pods: { type: "int", usage: "scheduler: so many measured pods at most" },
      case: { type: "string", default: "", usage: "scheduler, controllers: with this in the name" },
      percent: { type: "int", default: 100, usage: "controllers: of the full size" },
      "decisions-only": { type: "bool", usage: "scheduler: without an API server" },
      json: { type: "string", default: "", usage: "a file that all numbers are written to" },
    },
    rest,
  );
  switch (name) {
    case "api": {
      const { benchApi } = await import("./server/api.ts");
      await benchApi({
        runs: values.runs,
        jsonFile: values.json || undefined,
        only: values.only,
        profileFolder: values.profile || undefined,
      });
      return 0;
    }
    case "controllers": {
      const { benchControllers } = await import("./controllers/controllers.ts");
      await benchControllers({
        runs: values.runs,
        jsonFile: values.json || undefined,
        only: values.case,
        share: values.percent / 100,
      });
      return 0;
    }
    case "start": {
      const { benchStart } = await import("./start.ts");
      await benchStart({ runs: values.runs, jsonFile: values.json || undefined });
      return 0;
    }
    case "kubectl": {
      const { benchKubectl } = await import("./kubectl.ts");
      await benchKubectl({ runs: values.runs, jsonFile: values.json || undefined });
      return 0;
    }
    case "scheduler": {
      const { benchScheduler } = await import("./scheduler/scheduler.ts");
      await benchScheduler({
        runs: values.runs,
        jsonFile: values.json || undefined,
        nodes: values.nodes,
        pods: values.pods,
        only: values.case,
        decisionsOnly: values["decisions-only"],
      });
      return 0;
    }
    default: {
      const list = Object.entries(benches).map(([key, about]) => `  ${key.padEnd(10)} ${about}`);
      const usage = "npm run bench -- NAME [--runs 3] [--json FILE] [--only SUBJECT,…]";
      process.stderr.write([`usage: ${usage}`, "", ...list, ""].join("\n"));
      return 1;
    }
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof FlagError)) throw error;
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = 1;
}
