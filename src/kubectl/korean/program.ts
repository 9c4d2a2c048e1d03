import type { Dictionary } from "../language.ts";

export const programTexts: Dictionary = {
  "Basic Commands (Beginner):": "기본 명령 (입문):",
  "Basic Commands (Intermediate):": "기본 명령 (중급):",
  "Deploy Commands:": "배포 명령:",
  "Cluster Management Commands:": "클러스터 관리 명령:",
  "Troubleshooting and Debugging Commands:": "문제 해결과 디버깅 명령:",
  "Advanced Commands:": "고급 명령:",
  "Settings Commands:": "설정 명령:",
  "Other Commands:": "그 밖의 명령:",
  "Act as this user, or as this service account of a namespace.":
    "이 사용자로서, 또는 네임스페이스의 이 서비스 어카운트로서 요청합니다.",
  "Act as a member of this group; may be repeated.":
    "이 그룹의 구성원으로서 요청합니다. 여러 번 줄 수 있습니다.",
  "Act with this UID.": "이 UID로 요청합니다.",
  "Where answers of servers are kept between commands":
    "명령과 명령 사이에 서버의 응답을 보관하는 곳",
  "File with the certificates of the authority that the server's is checked against":
    "서버 인증서를 확인할 인증 기관의 인증서 파일",
  "File with the client certificate for TLS": "TLS 클라이언트 인증서 파일",
  "File with the client certificate's key": "클라이언트 인증서의 키 파일",
  "The kubeconfig's cluster to use": "사용할 kubeconfig 클러스터",
  "The kubeconfig's context to use": "사용할 kubeconfig 컨텍스트",
  "If true, ask the server not to compress its answers":
    "true이면 서버에 응답을 압축하지 말라고 요청합니다",
  "If true, the server's certificate is not checked. Whoever is in between can read everything":
    "true이면 서버의 인증서를 확인하지 않습니다. 중간에 있는 누구나 모든 내용을 읽을 수 있습니다",
  "The kubeconfig file to use": "사용할 kubeconfig 파일",
  "Most time between two writes of the log": "로그를 기록하는 최대 간격",
  "Refuse to work with a server of another version": "버전이 다른 서버와는 작업하지 않습니다",
  "The namespace to act in": "작업할 네임스페이스",
  "Password for basic authentication to the API server": "API 서버 기본 인증의 비밀번호",
  "What to profile. One of (none|cpu|heap|goroutine|threadcreate|block|mutex)":
    "프로파일할 대상. 다음 중 하나: (none|cpu|heap|goroutine|threadcreate|block|mutex)",
  "File for the profile": "프로파일을 저장할 파일",
  "How long to wait for an answer of the server, with a unit (e.g. 1s, 2m, 3h). 0 is forever.":
    "서버의 응답을 기다리는 시간과 단위(예: 1s, 2m, 3h). 0이면 계속 기다립니다.",
  "Address and port of the API server": "API 서버의 주소와 포트",
  "The name to expect in the server's certificate, where it is not its host's":
    "서버 인증서에 있어야 할 이름. 호스트 이름과 다를 때 씁니다",
  "Bearer token to authenticate with": "인증에 쓸 베어러 토큰",
  "The kubeconfig's user to use": "사용할 kubeconfig 사용자",
  "Name for basic authentication to the API server": "API 서버 기본 인증의 사용자 이름",
  "How much to log: 6 and above shows requests": "로그의 상세 수준: 6 이상이면 요청을 보여 줍니다",
  "Levels of the log by file: pattern=N, separated by commas":
    "파일별 로그 수준: pattern=N을 쉼표로 구분합니다",
  "Fail after a warning of the server: exit with 1":
    "서버가 경고하면 실패로 처리하고 1로 종료합니다",
  "Aliases:": "별칭:",
  "Examples:": "예시:",
  "Available Commands:": "사용할 수 있는 명령:",
  "Options:": "옵션:",
  "Subcommands provided by plugins:": "플러그인이 제공하는 하위 명령:",
  "The command NAME is a plugin installed by the user":
    "명령 NAME은(는) 사용자가 설치한 플러그인입니다",
  'Use "NAME <command> --help" for more information about a given command.':
    '명령에 대해 더 알아보려면 "NAME <명령> --help"를 사용하세요.',
  'Use "kubectl options" for a list of global command-line options (applies to all commands).':
    '모든 명령에 쓸 수 있는 전역 옵션의 목록은 "kubectl options"로 볼 수 있습니다.',
  "The following options can be passed to any command:": "다음 옵션은 모든 명령에 쓸 수 있습니다:",
  "Show the help": "도움말을 보여 줍니다",
  "Show the versions of the client and of the server": "클라이언트와 서버의 버전을 보여 줍니다",
  "Show the versions of this program and of the server that the current context names.":
    "이 프로그램과 현재 컨텍스트가 가리키는 서버의 버전을 보여 줍니다.",
  "Show both versions": "두 버전을 보여 줍니다",
  "If true, ask no server.": "true이면 서버에 묻지 않습니다.",
  "One of 'yaml' or 'json'.": "'yaml' 또는 'json'.",
  "List the flags that all commands take": "모든 명령에 쓸 수 있는 플래그를 나열합니다",
  "Commands that are still being tried out": "아직 시험 중인 명령",
  "Commands that are still being tried out.": "아직 시험 중인 명령.",
  "Show the help of a command": "명령의 도움말을 보여 줍니다",
  "Show the help of a command, by the words that lead to it.":
    "명령에 이르는 낱말로 그 명령의 도움말을 보여 줍니다.",
};
