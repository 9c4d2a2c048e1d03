import type { ParityScript } from "../parity.ts";
import { blogScripts } from "./blog.ts";
import { bookScripts } from "./book.ts";
import { reportScripts } from "./report.ts";
import { basicsScripts } from "./tutorials/basics.ts";
import { securityScripts } from "./tutorials/security.ts";
import { statefulScripts } from "./tutorials/stateful.ts";
import { statelessScripts } from "./tutorials/stateless.ts";
import { zookeeperScripts } from "./tutorials/zookeeper.ts";

/** Every line of kubectl in the documents that Kijabi is written for, in their order. */
export const seedAreas: Readonly<Record<string, readonly ParityScript[]>> = {
  book: bookScripts,
  report: reportScripts,
  blog: blogScripts,
  "tutorials, basics": basicsScripts,
  "tutorials, security": securityScripts,
  "tutorials, stateless": statelessScripts,
  "tutorials, stateful": statefulScripts,
  "tutorials, ZooKeeper": zookeeperScripts,
};
