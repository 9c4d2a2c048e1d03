import { defineCommand } from "../../command.ts";
import { UsageError } from "../../errors.ts";
import { joinGroupVersion } from "../../objects.ts";

export default defineCommand({
  usage: "api-versions",
  examples: [{ about: "List the API versions", command: "kubectl api-versions" }],
  flags: {},
  async run(kubectl, { args }) {
    if (args.length > 0) throw new UsageError(`unexpected arguments: [${args.join(" ")}]`);
    await kubectl.mapper.refresh();
    const { groups } = await kubectl.mapper.served();
    const versions = groups.flatMap(({ name, versions: served }) =>
      served.map(({ version }) => joinGroupVersion(name, version)),
    );
    kubectl.print(
      versions
        .sort()
        .map((version) => `${version}\n`)
        .join(""),
    );
  },
});
