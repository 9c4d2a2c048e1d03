import type { Dictionary } from "../language.ts";

export const pluginTexts: Dictionary = {
  "Show the plugins that there are": "있는 플러그인을 보여 줍니다",
  'Show what plugins there are.\n\nPlugins are programs that kubectl runs as if they were commands of its own: kubectl-foo on the PATH is what "kubectl foo" runs.\n\nMany of them can be found and installed by krew: [krew.sigs.k8s.io].':
    '어떤 플러그인이 있는지 보여 줍니다.\n\n플러그인은 kubectl이 자신의 명령처럼 실행하는 프로그램입니다. PATH에 있는 kubectl-foo가 "kubectl foo"로 실행됩니다.\n\n많은 플러그인을 krew로 찾아 설치할 수 있습니다: [krew.sigs.k8s.io].',
  "List all plugins": "모든 플러그인을 나열합니다",
  "List all plugins by their names alone": "모든 플러그인의 이름만 나열합니다",
  "List all plugins on the PATH": "PATH의 모든 플러그인을 나열합니다",
  'List all plugins on the PATH: files that can be run and whose names begin with "kubectl-".\n\nWhat keeps one of them from being run is told below it.':
    'PATH의 모든 플러그인, 곧 이름이 "kubectl-"로 시작하고 실행할 수 있는 파일을 나열합니다.\n\n실행을 막는 것이 있으면 그 아래에 알려 줍니다.',
  "If true, show only the names of plugins, not their paths":
    "true이면 경로 없이 플러그인의 이름만 보여 줍니다",
};
