import { storeContract } from "../node/contract.ts";
import { MemoryStore } from "./memory-store.ts";

storeContract({
  name: "MemoryStore",
  open: async ({ clock, watchBacklog }) => new MemoryStore({ clock, historyMax: watchBacklog }),
});
