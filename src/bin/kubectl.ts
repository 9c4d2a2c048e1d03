import { main } from "#kubectl/main.ts";
import { nodeHost } from "#kubectl/node/host.ts";
import { leave } from "#kubectl/node/output.ts";

/** kubectl, by itself. */
await leave(await main(nodeHost(), process.argv.slice(2)));
