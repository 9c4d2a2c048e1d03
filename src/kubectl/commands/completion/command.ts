import { defineCommand } from "../../command.ts";
import { UsageError } from "../../errors.ts";

const scripts: Readonly<Record<string, () => Promise<string>>> = {
  bash: async () => (await import("../../completion/scripts/bash.ts")).bashScript,
  zsh: async () => (await import("../../completion/scripts/zsh.ts")).zshScript,
  fish: async () => (await import("../../completion/scripts/fish.ts")).fishScript,
  powershell: async () => (await import("../../completion/scripts/powershell.ts")).powershellScript,
};

export default defineCommand({
  usage: "completion SHELL",
  description:
    "Print the script that teaches a shell (bash, zsh, fish, or powershell) to complete what is " +
    "typed behind kubectl: commands, flags, resources and the names of objects.\n\n" +
    "The shell has to read the script each time it starts, from its profile for example.",
  examples: [
    { about: "Teach the bash that runs now", command: "source <(kubectl completion bash)" },
    {
      about: "Teach each bash from now on",
      command:
        "kubectl completion bash > ~/.kube/completion.bash.inc\n" +
        "echo 'source ~/.kube/completion.bash.inc' >> ~/.bashrc",
    },
    {
      about: "Let a short name be completed in bash, too",
      command: "alias k=kubectl\ncomplete -o default -F __start_kubectl k",
    },
    { about: "Teach the zsh that runs now", command: "source <(kubectl completion zsh)" },
    {
      about: "Teach each zsh from now on",
      command: 'kubectl completion zsh > "${fpath[1]}/_kubectl"',
    },
    { about: "Teach the fish that runs now", command: "kubectl completion fish | source" },
    {
      about: "Teach each fish from now on",
      command: "kubectl completion fish > ~/.config/fish/completions/kubectl.fish",
    },
    {
      about: "Teach the PowerShell that runs now",
      command: "kubectl completion powershell | Out-String | Invoke-Expression",
    },
    {
      about: "Teach each PowerShell from now on",
      command: "kubectl completion powershell >> $PROFILE",
    },
  ],
  flags: {},
  async run(kubectl, { args }) {
    const [shell] = args;
    if (shell === undefined) throw new UsageError("Shell not specified.");
    if (args.length > 1) {
      throw new UsageError("Too many arguments. Expected only the shell type.");
    }
    const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
    if (!script) throw new UsageError(`Unsupported shell type ${JSON.stringify(shell)}.`);
    kubectl.print(await script());
  },
});
