import { defineParent } from "../../command.ts";

export default defineParent({
  usage: "config SUBCOMMAND",
  description:
    'Change kubeconfig files, by subcommands such as "kubectl config set current-context my-context".\n\n' +
    "Which files are read:\n\n" +
    " 1.  With --kubeconfig, that file and no other. The flag is given once.\n" +
    "  2.  With $KUBECONFIG, the files of that list, merged. What is changed is changed in the file " +
    "that has it; what is new goes to the first file that exists, or else to the last of the list.\n" +
    "  3.  Otherwise ${HOME}/.kube/config.",
});
