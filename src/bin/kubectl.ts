import { main } from "#kubectl/main.ts";
import { nodeHost } from "#kubectl/node/host.ts";

/** kubectl, by itself. Set before it returns, so that what was written still leaves. */
process.exitCode = await main(nodeHost(), process.argv.slice(2));
