import { defineParent } from "../../command.ts";

export default defineParent({
  usage: "auth [flags]",
  description: "Ask about authorization, and set it up.",
});
