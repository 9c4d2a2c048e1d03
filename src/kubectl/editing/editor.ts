import { CommandError } from "../errors.ts";
import type { Host } from "../host.ts";

/** Lets the person change a text in the program of their choice. Throws when that fails. */
export async function editFile(host: Host, path: string): Promise<void> {
  const { words, command } = editorOf(host, path);
  const shown = JSON.stringify(words.join(" "));
  const [program = "", ...args] = command;
  if (!host.programs) throw new CommandError("no object can be edited here: there are no programs");
  if ((await host.programs.find(program)) === undefined) {
    throw new CommandError(
      program.includes("/")
        ? `there was a problem with the editor ${shown}`
        : `unable to launch the editor ${shown}`,
    );
  }
  const exitCode = await host.programs.runInForeground(program, args);
  if (exitCode !== 0) throw new CommandError(`there was a problem with the editor ${shown}`);
}

interface EditorCommand {
  /** As messages call it. */
  readonly words: readonly string[];
  readonly command: readonly string[];
}

/** KUBE_EDITOR, EDITOR, or what every machine has. What has quotes in it is a shell's to read. */
function editorOf({ environment, platform }: Host, path: string): EditorCommand {
  const isWindows = platform.os === "windows";
  const editor = environment.KUBE_EDITOR || environment.EDITOR || (isWindows ? "notepad" : "vi");
  if (!/["'\\]/.test(editor) || !editor.includes(" ")) {
    const words = editor.split(" ");
    return { words, command: [...words, path] };
  }
  const shell = environment.SHELL || (isWindows ? "cmd" : "/bin/bash");
  const flag = shell === "cmd" ? "/C" : "-c";
  return {
    words: [shell, flag, editor],
    command: [shell, flag, `${editor} ${JSON.stringify(path)}`],
  };
}
