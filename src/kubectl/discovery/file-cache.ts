import type { Kubectl } from "../kubectl.ts";
import type { DiscoveryCache } from "./resource-mapper.ts";

/** As long as upstream's: kinds come and go seldom, and what is missing is asked for at once. */
const ageMaxMs = 6 * 3600_000;

/** What each server serves, in a file below the cache's directory. */
export function fileCache(kubectl: Kubectl): DiscoveryCache {
  const { files } = kubectl.host;
  const pathOf = async () => {
    const { server } = await kubectl.access();
    const directory = kubectl.globals["cache-dir"].replace("$HOME", kubectl.host.homeDirectory);
    const host = server.replace(/^[a-z]+:\/\//i, "").replace(/[^A-Za-z0-9.-]/g, "_");
    return `${directory}/discovery/${host}/served.json`;
  };
  return {
    async read() {
      const path = await pathOf();
      const status = await files.stat(path);
      if (!status || kubectl.now() - status.modifiedMs > ageMaxMs) return undefined;
      try {
        return JSON.parse(await files.readText(path)) as unknown;
      } catch {
        // Another version's, or half of one: it is made anew.
        return undefined;
      }
    },
    async write(served) {
      const path = await pathOf();
      try {
        await files.makeDirectory(path.slice(0, path.lastIndexOf("/")));
        await files.writeText(path, JSON.stringify(served), { mode: 0o660 });
      } catch {
        // A home that cannot be written to costs a request for each command, nothing else.
      }
    },
  };
}
