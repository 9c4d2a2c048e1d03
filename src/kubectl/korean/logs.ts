import type { Dictionary } from "../language.ts";

export const logsTexts: Dictionary = {
  "Print the logs for a container in a pod": "파드의 컨테이너 로그를 출력합니다",
  "Print what a container of a pod has written. The container need not be named where the pod has only one.":
    "파드의 컨테이너가 쓴 로그를 출력합니다. 컨테이너가 하나뿐이면 이름을 주지 않아도 됩니다.",
  "What the only container of the pod nginx has written":
    "파드 nginx의 하나뿐인 컨테이너가 쓴 로그",
  "The same, each line with the pod and the container in front":
    "같은 로그의 줄마다 파드와 컨테이너를 앞에 붙입니다",
  "Of all pods with the label app=nginx, and of all their containers":
    "레이블이 app=nginx인 모든 파드의 모든 컨테이너",
  "Of all pods of a deployment": "디플로이먼트의 모든 파드",
  "Of the container ruby as it ran before its last restart":
    "마지막으로 다시 시작하기 전의 컨테이너 ruby",
  "Go on with what the container ruby writes": "컨테이너 ruby가 쓰는 로그를 계속 따라갑니다",
  "The last 20 lines": "마지막 20줄",
  "The last hour": "지난 한 시간",
  "Since a time, with the time of each line": "어떤 시각부터, 줄마다 시각과 함께",
  "Of the first container of a job": "잡의 첫 컨테이너",
  "How long to wait for a pod (like 5s, 2m, or 3h, higher than zero)":
    "파드를 기다리는 시간 (예: 5s, 2m, 3h. 0보다 커야 합니다)",
  "Of all containers of the pods": "파드의 모든 컨테이너",
  "Of all pods; implies --prefix": "모든 파드. --prefix를 함께 뜻합니다",
  "Of this container": "이 컨테이너",
  "Go on with what is written from now on": "지금부터 쓰는 로그를 계속 따라갑니다",
  "With several logs: an error of one does not keep the others from being read":
    "로그가 여럿일 때 하나의 오류로 나머지를 멈추지 않습니다",
  "Do not check who the kubelet is that the log comes from. Somebody else could give a wrong log then; of use where a kubelet's certificate has expired":
    "로그를 주는 kubelet의 신원을 확인하지 않습니다. 다른 누군가가 틀린 로그를 줄 수 있습니다. kubelet의 인증서가 만료되었을 때 씁니다",
  "Most bytes of a log; no limit by default": "로그의 최대 바이트 수. 기본으로 제한이 없습니다",
  "Most logs to follow at a time, where a selector chooses them":
    "셀렉터로 고를 때 한꺼번에 따라갈 로그의 최대 수",
  "Begin each line with the pod and the container": "줄마다 파드와 컨테이너를 앞에 붙입니다",
  "Of the container as it ran before its last restart, if it did":
    "마지막으로 다시 시작하기 전의 컨테이너가 있으면 그 로그",
  "What is newer than this (5s, 2m, 3h). Not together with --since-time":
    "이 시간보다 새로운 로그 (5s, 2m, 3h). --since-time과 함께 쓸 수 없습니다",
  "What was written after this time (RFC3339). Not together with --since":
    "이 시각(RFC3339) 뒤에 쓴 로그. --since와 함께 쓸 수 없습니다",
  "Only the last lines. -1, all, by default, but 10 where a selector is given":
    "마지막 몇 줄만 보여 줍니다. 기본값 -1은 전부이지만, 셀렉터를 주면 10입니다",
  "Begin each line with its time": "줄마다 시각을 앞에 붙입니다",
};
