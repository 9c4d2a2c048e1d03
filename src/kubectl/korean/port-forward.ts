import type { Dictionary } from "../language.ts";

export const portForwardTexts: Dictionary = {
  "Forward one or more local ports to a pod": "로컬 포트를 파드로 전달합니다",
  "Forward ports of this machine to a pod.\n\nA type and a name, such as deployment/mydeployment, choose the pod; a name alone is a pod's. Of several pods one is chosen. The forwarding ends when that pod does, and has to be started again.":
    "이 컴퓨터의 포트를 파드로 전달합니다.\n\ndeployment/mydeployment처럼 타입과 이름으로 파드를 고르며, 이름만 주면 파드의 이름입니다. 파드가 여럿이면 하나를 고릅니다. 그 파드가 끝나면 전달도 끝나므로 다시 시작해야 합니다.",
  "Ports 5000 and 6000 here are those of the pod":
    "이 컴퓨터의 포트 5000과 6000을 파드의 같은 포트로 전달합니다",
  "To a pod that a deployment chooses": "디플로이먼트가 고른 파드로 전달합니다",
  'Port 8443 here is that which the service\'s port "https" leads to':
    '이 컴퓨터의 포트 8443을 서비스의 포트 "https"가 가리키는 포트로 전달합니다',
  "Port 8888 here is 5000 there": "이 컴퓨터의 포트 8888을 파드의 5000으로 전달합니다",
  "The same for connections that come from anywhere": "어디에서 온 연결이든 전달합니다",
  "For this machine and one of its addresses": "이 컴퓨터와 그 주소 하나에서 듣습니다",
  "Any free port here": "이 컴퓨터의 비어 있는 아무 포트나 씁니다",
  "Addresses to listen on (comma separated): IP addresses, or localhost, which is 127.0.0.1 and ::1 as far as there are both":
    "들을 주소를 쉼표로 구분합니다. IP 주소이거나, 있는 대로 127.0.0.1과 ::1을 뜻하는 localhost입니다",
};
