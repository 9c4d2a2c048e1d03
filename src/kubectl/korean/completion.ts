import type { Dictionary } from "../language.ts";

export const completionTexts: Dictionary = {
  "Print the script that completes commands in a shell":
    "셸에서 명령을 자동 완성하는 스크립트를 출력합니다",
  "Print the script that teaches a shell (bash, zsh, fish, or powershell) to complete what is typed behind kubectl: commands, flags, resources and the names of objects.\n\nThe shell has to read the script each time it starts, from its profile for example.":
    "셸(bash, zsh, fish, powershell)이 kubectl 뒤에 입력하는 명령, 플래그, 리소스, 오브젝트 이름을 자동 완성하게 하는 스크립트를 출력합니다.\n\n셸이 시작할 때마다, 예를 들어 프로필에서 스크립트를 읽어야 합니다.",
  "Teach the bash that runs now": "지금 실행 중인 bash에서 자동 완성합니다",
  "Teach each bash from now on": "앞으로 모든 bash에서 자동 완성합니다",
  "Let a short name be completed in bash, too": "bash에서 짧은 이름도 자동 완성합니다",
  "Teach the zsh that runs now": "지금 실행 중인 zsh에서 자동 완성합니다",
  "Teach each zsh from now on": "앞으로 모든 zsh에서 자동 완성합니다",
  "Teach the fish that runs now": "지금 실행 중인 fish에서 자동 완성합니다",
  "Teach each fish from now on": "앞으로 모든 fish에서 자동 완성합니다",
  "Teach the PowerShell that runs now": "지금 실행 중인 PowerShell에서 자동 완성합니다",
  "Teach each PowerShell from now on": "앞으로 모든 PowerShell에서 자동 완성합니다",
};
