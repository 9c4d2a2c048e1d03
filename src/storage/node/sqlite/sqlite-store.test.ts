import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { required } from "#base/invariant.ts";
import { storeContract } from "../contract.ts";
import { SqliteStore } from "./sqlite-store.ts";

const folders = new WeakMap<TestContext, string>();

async function folderOf(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kijabi-store-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  folders.set(context, folder);
  return folder;
}

storeContract({
  name: "SqliteStore",
  async open(options, context) {
    return SqliteStore.open({ ...options, path: join(await folderOf(context), "store.db") });
  },
  async reopen(options, context) {
    const folder = required(folders.get(context), "it was open before");
    return SqliteStore.open({ ...options, path: join(folder, "store.db") });
  },
});
